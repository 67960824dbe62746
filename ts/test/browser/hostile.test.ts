import { defineHostileSuite } from '../suites/hostile.js';
import { opener } from '../support/open.js';

defineHostileSuite('worker', opener(true), true);
