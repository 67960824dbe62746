import { defineReembedSuite } from '../suites/reembed.js';
import { defineReembedStoredSuite } from '../suites/reembed-stored.js';

defineReembedSuite('worker', true, { worker: true });
defineReembedStoredSuite('worker', { worker: true });
defineReembedSuite('worker, in memory', false, { worker: true });
