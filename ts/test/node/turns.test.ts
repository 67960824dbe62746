import { defineTurnSuite } from '../suites/turns.js';
import { opener } from '../support/open.js';

defineTurnSuite('in-thread', opener(false));
