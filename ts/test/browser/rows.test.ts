import { defineRowsSuite } from '../suites/rows.js';
import { opener } from '../support/open.js';

defineRowsSuite('worker', opener(true));
