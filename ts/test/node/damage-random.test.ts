import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineRandomDamage } from '../suites/damage-random.js';
import { inFiles } from '../support/tampering-files.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-drawn-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineRandomDamage('files', { worker: false, directory }, inFiles(directory), 60);
