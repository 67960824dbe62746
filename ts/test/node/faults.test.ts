import { defineFaultSuite } from '../suites/faults.js';
import { FAULTS } from '../support/disk.js';

// Deaths of the process are in another file, because files run in parallel.
defineFaultSuite(FAULTS.filter((how) => !how.startsWith('dies')));
