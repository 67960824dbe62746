import { defineStoredColumnsSuite } from '../../suites/stored-columns.js';
import { inIndexedDb } from '../../support/tampering.js';

defineStoredColumnsSuite('in-thread', { worker: false }, inIndexedDb);
