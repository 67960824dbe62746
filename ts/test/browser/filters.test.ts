import { defineFilteredWalksSuite } from '../suites/filtered-walks.js';
import { defineFiltersSuite } from '../suites/filters.js';
import { defineFiltersFromJsonSuite } from '../suites/filters-from-json.js';
import { opener } from '../support/open.js';

defineFiltersSuite('worker', { worker: true });
defineFilteredWalksSuite('worker', opener(true));
defineFiltersFromJsonSuite('worker', opener(true));
