import { defineStoredWordsSuite } from '../suites/stored-words.js';
import { inIndexedDb } from '../support/tampering.js';

defineStoredWordsSuite('worker', { worker: true }, inIndexedDb);
