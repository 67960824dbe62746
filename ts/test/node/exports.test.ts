import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineExportSuite } from '../suites/exports.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-exports-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineExportSuite('in memory', { worker: false, stored: false });
defineExportSuite('files', { worker: false, directory, stored: true });
