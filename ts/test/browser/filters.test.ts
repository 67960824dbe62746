import { defineFilteredWalksSuite } from '../suites/filtered-walks.js';
import { defineFiltersSuite } from '../suites/filters.js';
import { defineFiltersFromJsonSuite } from '../suites/filters-from-json.js';
import { opener } from '../support/open.js';

for (const worker of [true, false]) {
  const label = worker ? 'worker' : 'in-thread';
  defineFiltersSuite(label, { worker });
  defineFilteredWalksSuite(label, opener(worker));
  defineFiltersFromJsonSuite(label, opener(worker));
}
