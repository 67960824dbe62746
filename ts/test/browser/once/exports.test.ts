import { defineExportSuite } from '../../suites/exports.js';

defineExportSuite('in-thread, in memory', { worker: false, stored: false });
