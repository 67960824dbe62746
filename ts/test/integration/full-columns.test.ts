// Columns take no room that rows need: a checkpoint without room leaves the columns out, and a
// write without room takes the columns out of the stored checkpoint.

import { expect, test } from 'vitest';
import type { Clause } from '../../src/base/clause.js';
import { EdgeVecError } from '../../src/base/errors.js';
import { decodeManifest } from '../../src/format/manifest.js';
import type { Batch } from '../../src/storage/storage.js';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { ended } from '../support/ended.js';
import { Process, type Row } from '../support/process.js';
import { manifestOf } from '../support/stored-columns.js';

const DIMENSIONS = 32;
const ROWS = 1_000;
const CLAUSE: Clause = {
  op: 'any',
  of: [
    { op: 'in', path: ['n'], values: [7] },
    { op: 'startsWith', path: ['title'], prefix: 'title 9' },
  ],
};

const some = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    return { id: n, n, more: { title: `title ${n}, and a few words more` } };
  });
const expected = (count: number): number =>
  some(0, count).filter(({ n }) => n === 7 || String(n).startsWith('9')).length;

const columnsOn = (disk: Disk): number => manifestOf(disk).columns?.length ?? 0;

/** A database with all rows in the log. */
async function logged(): Promise<Disk> {
  const disk = new Disk();
  const process = await Process.start(new FaultySite(disk), DIMENSIONS);
  await process.write('insert', some(0, ROWS));
  await process.close();
  return disk;
}

/** Saves a database with so many free bytes, with columns or without. */
async function savedIn(start: Disk, free: number, hasColumns: boolean) {
  const disk = start.copy();
  const site = new FaultySite(disk);
  const process = await Process.start(site, DIMENSIONS);
  if (hasColumns) expect(await process.matching(CLAUSE)).toHaveLength(expected(ROWS));
  site.quota = disk.used + free;
  const end = await ended(process.save());
  const events = process.events.map(({ type }) => type);
  await process.close();
  site.quota = Number.POSITIVE_INFINITY;
  const again = await Process.start(site, DIMENSIONS);
  expect(await again.matching(CLAUSE)).toHaveLength(expected(ROWS));
  const stray = strayOn(disk);
  await again.close();
  return { end, events, logged: disk.keys('log').length, columns: columnsOn(disk), stray };
}

test('A checkpoint ends with columns as without columns, however much room is free', { timeout: 120_000 }, async () => {
  const start = await logged();
  const found = { all: 0, none: 0, failed: 0 };
  for (let free = 0; free <= 2_100_000; free += 150_000) {
    const { columns: _, ...without } = await savedIn(start, free, false);
    const { columns, ...others } = await savedIn(start, free, true);
    expect(others, `${free} bytes free`).toEqual(without);
    if (others.end !== 'done') found.failed++;
    else if (columns === 2) found.all++;
    else found.none++;
  }
  for (const count of Object.values(found)) expect(count).toBeGreaterThan(0);
});

const isColumn = ([, key]: NonNullable<Batch['put']>[number]): boolean => /-column-\d+$/.test(String(key));
const listsColumns = ([, key, bytes]: NonNullable<Batch['put']>[number]): boolean =>
  String(key).endsWith('-manifest') && decodeManifest(bytes).columns !== undefined;

test.each([
  ['their chunks', isColumn],
  ['the manifest with the columns', listsColumns],
])('A checkpoint without room for %s is whole without columns', async (_, hasNoRoom) => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const process = await Process.start(site, DIMENSIONS);
  await process.write('insert', some(0, 100));
  await process.matching(CLAUSE);
  await process.save();
  expect(columnsOn(disk)).toBe(2);
  let refused = 0;
  site.onCommit = async ({ put = [] }) => {
    if (!put.some(hasNoRoom)) return;
    refused++;
    throw new EdgeVecError('QUOTA', 'There is no room, as the test wants');
  };
  await process.write('insert', some(100, 120));
  for (let i = 0; i < 2; i++) {
    await process.save();
    expect([refused, columnsOn(disk)]).toEqual([1, 0]);
    expect(disk.keys('log')).toEqual([]);
    expect(strayOn(disk)).toEqual([]);
    expect(process.events).toEqual([]);
  }
  expect(await process.matching(CLAUSE)).toHaveLength(expected(120));
  await process.close();
  // Another session tries again.
  const again = await Process.start(new FaultySite(disk), DIMENSIONS);
  await again.matching(CLAUSE);
  await again.save();
  expect(columnsOn(disk)).toBe(2);
  await again.close();
});

test('Columns of the stored checkpoint give way to rows', { timeout: 120_000 }, async () => {
  const fill = async (hasColumns: boolean): Promise<number> => {
    const disk = new Disk();
    const site = new FaultySite(disk);
    site.quota = 6_000_000;
    const process = await Process.start(site, DIMENSIONS);
    let [rows, end, stored] = [0, 'done', 0];
    for (; end === 'done'; rows += 100) {
      end = await ended(process.write('insert', some(rows, rows + 100)));
      if (end !== 'done') break;
      if (rows % 1_000 !== 0) continue;
      if (hasColumns) await process.matching(CLAUSE);
      expect(await ended(process.save())).toBe('done');
      stored = Math.max(stored, columnsOn(disk));
    }
    expect(end).toBe('QUOTA');
    expect(stored).toBe(hasColumns ? 2 : 0);
    // Deletions and a checkpoint always have room.
    expect(await ended(process.delete(Array.from({ length: 500 }, (_, i) => i)))).toBe('done');
    expect(await ended(process.save())).toBe('done');
    expect(columnsOn(disk)).toBe(0);
    expect(await process.count()).toBe(rows - 500);
    await process.close();
    return rows;
  };
  const without = await fill(false);
  expect(without).toBeGreaterThan(2_000);
  expect(await fill(true)).toBeGreaterThanOrEqual(without);
});
