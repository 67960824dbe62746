import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineDurableSuite } from '../suites/durable.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-durable-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineDurableSuite('files', { worker: false, directory });
