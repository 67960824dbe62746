import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineReembedSuite } from '../suites/reembed.js';
import { defineReembedStoredSuite } from '../suites/reembed-stored.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-reembed-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineReembedSuite('files', true, { worker: false, directory });
defineReembedStoredSuite('files', { worker: false, directory });
defineReembedSuite('in memory', false, { worker: false });
