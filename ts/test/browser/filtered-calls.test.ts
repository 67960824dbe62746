import { defineFilteredCallsSuite } from '../suites/filtered-calls.js';
import { opener } from '../support/open.js';

defineFilteredCallsSuite('worker', opener(true));
