import { defineFaultSuite } from '../suites/faults.js';
import { FAULTS } from '../support/disk.js';

// Those in which the process ends are in a file of their own, which runs at the same time.
defineFaultSuite(FAULTS.filter((how) => !how.startsWith('dies')));
