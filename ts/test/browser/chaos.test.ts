import { defineChaosSuite } from '../suites/chaos.js';
import { opener } from '../support/open.js';

defineChaosSuite('worker', opener(true));
