import { defineExportSuite } from '../suites/exports.js';

defineExportSuite('worker, in memory', { worker: true, stored: false });
defineExportSuite('worker, stored', { worker: true, stored: true });
