import { tokenTests } from '../suites/tokens.js';

tokenTests();
