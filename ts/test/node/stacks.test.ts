import { defineStackSuite } from '../suites/stacks.js';
import { opener } from '../support/open.js';

defineStackSuite('in-thread', opener(false));
