import { defineInputSuite } from '../suites/inputs.js';
import { opener } from '../support/open.js';

defineInputSuite('worker', opener(true));
