import { stemTests } from '../../suites/stems.js';

stemTests();
