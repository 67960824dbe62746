import { defineFilteredCallsSuite } from '../suites/filtered-calls.js';
import { opener } from '../support/open.js';

defineFilteredCallsSuite('in-thread', opener(false));
