import { defineRowsSuite } from '../suites/rows.js';
import { opener } from '../support/open.js';

defineRowsSuite('in-thread', opener(false));
