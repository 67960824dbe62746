import { defineHybridSuite } from '../suites/hybrid.js';
import { defineHybridRefusedSuite } from '../suites/hybrid-refused.js';

defineHybridSuite('in-thread', { worker: false });
defineHybridRefusedSuite('in-thread', { worker: false });
