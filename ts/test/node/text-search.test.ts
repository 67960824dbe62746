import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineTextSearchSuite } from '../suites/text-search.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-text-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineTextSearchSuite('in-thread', { worker: false, directory });
