import { defineListSuite } from '../suites/list.js';

defineListSuite('IndexedDB, worker', { worker: true });
