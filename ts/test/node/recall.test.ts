import { defineRecallSuite } from '../suites/recall.js';
import { opener } from '../support/open.js';

defineRecallSuite('in-thread', opener(false));
