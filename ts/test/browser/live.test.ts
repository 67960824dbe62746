import { defineLiveSuite } from '../suites/live.js';
import { opener } from '../support/open.js';

defineLiveSuite('worker', opener(true));
defineLiveSuite('in-thread', opener(false));
