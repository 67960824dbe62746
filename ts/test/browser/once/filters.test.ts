import { defineFilteredWalksSuite } from '../../suites/filtered-walks.js';
import { defineFiltersSuite } from '../../suites/filters.js';
import { defineFiltersFromJsonSuite } from '../../suites/filters-from-json.js';
import { opener } from '../../support/open.js';

defineFiltersSuite('in-thread', { worker: false });
defineFilteredWalksSuite('in-thread', opener(false));
defineFiltersFromJsonSuite('in-thread', opener(false));
