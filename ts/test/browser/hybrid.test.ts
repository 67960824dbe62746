import { defineHybridSuite } from '../suites/hybrid.js';
import { defineHybridRefusedSuite } from '../suites/hybrid-refused.js';

for (const worker of [true, false]) {
  defineHybridSuite(worker ? 'worker' : 'in-thread', { worker });
  defineHybridRefusedSuite(worker ? 'worker' : 'in-thread', { worker });
}
