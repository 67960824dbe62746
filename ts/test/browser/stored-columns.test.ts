import { defineStoredColumnsSuite } from '../suites/stored-columns.js';
import { inIndexedDb } from '../support/tampering.js';

defineStoredColumnsSuite('worker', { worker: true }, inIndexedDb);
