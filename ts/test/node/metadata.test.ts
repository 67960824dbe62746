import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineMetadataSuite } from '../suites/metadata.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-metadata-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineMetadataSuite('files', { worker: false, directory });
