// Chunk files without a name in the journal, left behind by processes killed during a save.

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FilesSite } from '../../../../src/storage/files/site.js';
import { Names } from '../../../../src/storage/names.js';
import { node } from '../../../support/folders.js';
import { Process, type Row } from '../../../support/process.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'edgevec-orphans-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const chunks = (): string => join(root, 'db-db', 'chunks');
const used = (): number => readdirSync(chunks()).reduce((sum, file) => sum + statSync(join(chunks(), file)).size, 0);

test('25 kills while a checkpoint is written leave nothing once the database is opened again', async () => {
  const site = new FilesSite(node, root);
  const rows: Row[] = Array.from({ length: 500 }, (_, id) => ({ id, n: id }));
  const process = await Process.start(site, 64);
  await process.write('upsert', rows);
  await process.save();
  await process.close();
  const before = readdirSync(chunks()).sort();
  const bytes = used();

  for (let kill = 0; kill < 25; kill++) {
    // Closing the storage leaves the same files as a kill.
    const storage = await site.open('db');
    const names = new Names();
    for (let i = 0; i < 4; i++) {
      await storage.commit({ put: [['chunks', names.next(`1-${i}`), new Uint8Array(1 << 16).fill(kill)]] });
    }
    await storage.close();
  }
  expect(used()).toBe(bytes + 25 * 4 * (1 << 16));

  const again = await Process.start(site, 64);
  await expect.poll(() => readdirSync(chunks()).sort()).toEqual(before);
  expect(used()).toBe(bytes);
  expect(await again.rows()).toEqual(rows);
  expect(again.events).toEqual([]);
  await again.close();
  const last = await Process.start(site, 64);
  expect(await last.rows()).toEqual(rows);
  await last.close();
});
