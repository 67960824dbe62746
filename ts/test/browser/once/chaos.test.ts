import { defineChaosSuite } from '../../suites/chaos.js';
import { opener } from '../../support/open.js';

defineChaosSuite('in-thread', opener(false));
