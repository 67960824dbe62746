import { defineInputSuite } from '../suites/inputs.js';
import { opener } from '../support/open.js';

defineInputSuite('in-thread', opener(false));
