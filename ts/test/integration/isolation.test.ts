// Calls made while a write takes effect. The clock of these tests makes every step last as long as
// a
// slice, so the steps of calls alternate in the same order on every machine.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EdgeVec } from '../../src/index.js';
import { opener } from '../support/open.js';

/** With this many rows, a write and a read take several steps each. */
const ROWS = 300;
/**
 * A call begins this many turns of the event loop after the write. The write ends before the last
 * turn.
 */
const TURNS = Array.from({ length: 40 }, (_, turn) => turn);
const IDS = Array.from({ length: ROWS }, (_, id) => id);
const open = opener(false);

beforeEach(() => {
  let time = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    time += 5;
    return time;
  });
});
afterEach(() => void vi.restoreAllMocks());

const rows = (version: number): { id: number; vector: number[]; metadata: { version: number } }[] =>
  IDS.map((id) => ({ id, vector: [id, version], metadata: { version } }));

async function filled(): Promise<EdgeVec<{ version: number }>> {
  const db = await open<{ version: number }>({ dimensions: 2, metric: 'euclidean' });
  await db.insert(rows(0));
  return db;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** The versions of all rows in a single read, undefined for a missing row. */
async function versionsOf(db: EdgeVec<{ version: number }>): Promise<(number | undefined)[]> {
  const records = await db.get(IDS);
  return [...new Set(records.flatMap((record) => [record?.metadata?.version, record?.vector[1]]))];
}

/** Reads while a write is under way, and again before the first read has ended. */
async function readDuring(
  db: EdgeVec<{ version: number }>,
  turn: number,
  write: () => Promise<unknown>,
): Promise<(readonly (number | undefined)[])[]> {
  const writing = write();
  await turns(turn);
  const first = versionsOf(db);
  await turns(2);
  const second = versionsOf(db);
  await writing;
  return Promise.all([first, second]);
}

test('a read returns rows from before a write, or from after the write, never both', async () => {
  const db = await filled();
  const met = new Set<unknown>();
  for (const turn of TURNS) {
    const reads = await readDuring(db, turn, () => db.upsert(rows(turn + 1)));
    expect([
      [[turn], [turn]],
      [[turn], [turn + 1]],
      [[turn + 1], [turn + 1]],
    ]).toContainEqual(reads);
    for (const [version] of reads) met.add(version === turn);
  }
  expect(met.size, 'reads of both kinds').toBe(2);
});

test('a read returns rows from before a deletion, or from after the deletion, never both', async () => {
  const db = await filled();
  const met = new Set<unknown>();
  for (const turn of TURNS) {
    const reads = await readDuring(db, turn, () => db.delete(IDS));
    expect([
      [[turn], [turn]],
      [[turn], [undefined]],
      [[undefined], [undefined]],
    ]).toContainEqual(reads);
    for (const [version] of reads) met.add(version === turn);
    await db.insert(rows(turn + 1));
  }
  expect(met.size, 'reads of both kinds').toBe(2);
});

test('a search uses the query from the time of the call, even if the caller changes the query later', async () => {
  const db = await filled();
  for (const turn of TURNS) {
    const writing = db.upsert(rows(0));
    await turns(turn);
    const query = Float32Array.of(turn, 0);
    const searching = db.search(query, 1);
    query.fill(Number.NaN);
    expect(await searching).toMatchObject([{ id: turn, distance: 0 }]);
    await writing;
  }
});
