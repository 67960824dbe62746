import { defineSameBytesSuite } from '../suites/recall.js';
import { opener } from '../support/open.js';

defineSameBytesSuite('worker', opener(true));
defineSameBytesSuite('in-thread', opener(false));
