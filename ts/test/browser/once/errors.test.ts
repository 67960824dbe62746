import { defineErrorSuite } from '../../suites/errors.js';
import { opener } from '../../support/open.js';

defineErrorSuite('in-thread', opener(false));
