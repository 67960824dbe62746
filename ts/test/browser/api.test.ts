import { defineApiSuite } from '../suites/api.js';
import { opener } from '../support/open.js';

defineApiSuite('worker', opener(true));
