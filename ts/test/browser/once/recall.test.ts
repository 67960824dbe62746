import { defineRecallSuite } from '../../suites/recall.js';
import { opener } from '../../support/open.js';

defineRecallSuite('worker', opener(true));
