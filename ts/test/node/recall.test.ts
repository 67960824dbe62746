import { defineRecallSuite, defineSameBytesSuite } from '../suites/recall.js';
import { opener } from '../support/open.js';

defineRecallSuite('in-thread', opener(false));
defineSameBytesSuite('in-thread', opener(false));
