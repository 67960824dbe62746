import { defineReembedSuite } from '../suites/reembed.js';

defineReembedSuite('worker', true, { worker: true });
defineReembedSuite('worker, in memory', false, { worker: true });
