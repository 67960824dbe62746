import { defineInstanceSuite } from '../suites/instance.js';
import { opener } from '../support/open.js';

defineInstanceSuite('worker', opener(true));
