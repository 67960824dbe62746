import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineStoredColumnsSuite } from '../suites/stored-columns.js';
import { inFiles } from '../support/tampering-files.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-columns-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineStoredColumnsSuite('files', { worker: false, directory }, inFiles(directory));
