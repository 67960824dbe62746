import { defineRandomDamage } from '../suites/damage-random.js';
import { inIndexedDb } from '../support/tampering.js';

defineRandomDamage('IndexedDB', { worker: false }, inIndexedDb, 40);
