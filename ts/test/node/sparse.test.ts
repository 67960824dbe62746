import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineSparseSuite } from '../suites/sparse.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-sparse-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineSparseSuite('in-thread', { worker: false, directory });
