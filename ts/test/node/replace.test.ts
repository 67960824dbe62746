import { defineReplaceSuite } from '../suites/replace.js';
import { opener } from '../support/open.js';

defineReplaceSuite('in-thread', opener(false));
