import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineDamageSuite } from '../suites/damage.js';
import { inFiles } from '../support/tampering-files.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-damage-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineDamageSuite('files', { worker: false, directory }, inFiles(directory));
