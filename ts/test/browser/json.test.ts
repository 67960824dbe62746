import { defineJsonSuite } from '../suites/json.js';
import { opener } from '../support/open.js';

defineJsonSuite('worker', opener(true));
