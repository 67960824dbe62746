import { defineStreamSuite } from '../suites/streams.js';
import { opener } from '../support/open.js';

defineStreamSuite('worker', opener(true));
