import { defineHostileSuite } from '../../suites/hostile.js';
import { opener } from '../../support/open.js';

defineHostileSuite('in-thread', opener(false), false);
