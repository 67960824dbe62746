import { defineStackSuite } from '../suites/stacks.js';
import { opener } from '../support/open.js';

defineStackSuite('worker', opener(true));
defineStackSuite('in-thread', opener(false));
