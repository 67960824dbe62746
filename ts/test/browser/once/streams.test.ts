import { defineStreamSuite } from '../../suites/streams.js';
import { opener } from '../../support/open.js';

defineStreamSuite('in-thread', opener(false));
