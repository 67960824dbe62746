import { defineReembedSuite } from '../../suites/reembed.js';

defineReembedSuite('in-thread', true, { worker: false });
