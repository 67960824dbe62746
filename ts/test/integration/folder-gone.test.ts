// The folder of an open database is removed, moved, or replaced by another folder.

import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent } from '../../src/index.js';
import { failure, QUICK_GRAPH } from '../support/open.js';

let root: string;
const opened: EdgeVec[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'edgevec-gone-'));
});
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(): Promise<{ db: EdgeVec; events: EdgeVecEvent[] }> {
  const events: EdgeVecEvent[] = [];
  const db = await EdgeVec.open({
    ...QUICK_GRAPH,
    name: 'db',
    dimensions: 2,
    directory: join(root, 'store'),
    onEvent: (event) => events.push(event),
  });
  opened.push(db);
  return { db, events };
}

const folder = (): string => join(root, 'store', 'db-db');

const WAYS = {
  removed: () => rmSync(folder(), { recursive: true }),
  'removed with the folders above it': () => rmSync(join(root, 'store'), { recursive: true }),
  'moved away': () => renameSync(folder(), join(root, 'away')),
  'replaced by a copy of itself': () => {
    cpSync(folder(), join(root, 'copy'), { recursive: true });
    rmSync(folder(), { recursive: true });
    renameSync(join(root, 'copy'), folder());
  },
} as const;

/** Windows refuses to remove or move a folder with an open file. */
const canRemove = process.platform !== 'win32';

describe.skipIf(!canRemove).each(Object.keys(WAYS) as (keyof typeof WAYS)[])('An open folder, %s', (way) => {
  test.each(['relaxed', 'strict'] as const)(
    'rejects the next write, and every handle reports the loss (%s)',
    async (durability) => {
      const [one, other] = [await open(), await open()];
      await one.db.insert({ id: 1, vector: [1, 0] });
      WAYS[way]();
      const error = await failure(() => one.db.insert({ id: 2, vector: [1, 1] }, { durability }), 'CLOSED');
      expect(error.message).toContain('was deleted');
      for (const { db, events } of [one, other]) {
        await expect.poll(() => events.map(({ type }) => type)).toContain('storage-gone');
        await failure(() => db.insert({ id: 3, vector: [1, 1] }), 'CLOSED');
        await failure(() => db.count(), 'CLOSED');
      }
    },
  );

  test.each(['delete', 'flush', 'save', 'a large write'] as const)('rejects %s', async (what) => {
    const { db, events } = await open();
    await db.insert({ id: 1, vector: [1, 0] });
    WAYS[way]();
    // Writes more than a mebibyte, so the parts become chunks.
    const text = 'x'.repeat(10_000);
    const many = Array.from({ length: 300 }, (_, id) => ({ id: id + 2, vector: [1, id], metadata: { text } }));
    const calls = {
      delete: () => db.delete(1),
      flush: () => db.flush(),
      save: () => db.save(),
      'a large write': () => db.insert(many),
    };
    await failure(calls[what], 'CLOSED');
    await expect.poll(() => events.map(({ type }) => type)).toContain('storage-gone');
  });
});

test.skipIf(!canRemove)('A database opened after its folder was removed is new', async () => {
  const { db, events } = await open();
  await db.insert({ id: 1, vector: [1, 0] });
  WAYS.removed();
  const anew = await open();
  expect(await anew.db.count()).toBe(0);
  await anew.db.insert({ id: 2, vector: [1, 0] }, { durability: 'strict' });
  expect(events.map(({ type }) => type)).toEqual(['storage-gone']);
  await anew.db.close();
  const found = await EdgeVec.load('db', { directory: join(root, 'store') });
  opened.push(found);
  expect(await found.count()).toBe(1);
});

test('A rewritten journal still belongs to the same folder', async () => {
  const { db, events } = await open();
  for (let i = 0; i < 5; i++) {
    await db.upsert(
      Array.from({ length: 2_000 }, (_, id) => ({ id, vector: [i + 1, id], metadata: { text: 'x'.repeat(100) } })),
    );
    await db.save();
  }
  expect(await db.count()).toBe(2_000);
  expect(events).toEqual([]);
});
