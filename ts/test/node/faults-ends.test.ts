import { defineFaultSuite } from '../suites/faults.js';

defineFaultSuite(['dies', 'dies after']);
