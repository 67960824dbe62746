// Columns take no room that rows need, also if another tab has made the checkpoint with columns.

import { expect, test } from 'vitest';
import type { Clause } from '../../src/base/clause.js';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { ended } from '../support/ended.js';
import { Process, type Row } from '../support/process.js';
import { manifestOf } from '../support/stored-columns.js';

const DIMENSIONS = 32;
const ROWS = 1_000;
const CLAUSE: Clause = { op: 'startsWith', path: ['title'], prefix: 'title 9' };

const some = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    // Long titles: their column takes as much room as all of the rows.
    return { id: n, n, more: { title: `title ${n} ${'x'.repeat(500)}` } };
  });

const columnsOn = (disk: Disk): number => manifestOf(disk).columns?.length ?? 0;

/**
 * Two tabs of a database, and how a call of one of the two ends with so many free bytes. The tab
 * `maker` has made the checkpoint, with a column. The tab `other` has all rows, and no column.
 */
async function inTabs(
  free: number,
  caller: 'maker' | 'other',
  call: (process: Process) => Promise<unknown>,
  before: (process: Process) => Promise<unknown> = async () => {},
) {
  const disk = new Disk();
  const sites = { maker: new FaultySite(disk), other: new FaultySite(disk) };
  const maker = await Process.start(sites.maker, DIMENSIONS);
  await maker.write('insert', some(0, ROWS));
  const other = await Process.start(sites.other, DIMENSIONS);
  await maker.matching(CLAUSE);
  await maker.save();
  await other.flush();
  const process = { maker, other }[caller];
  await before(process);
  expect([columnsOn(disk), process.isReloaded]).toEqual([1, false]);
  sites[caller].quota = disk.used + free;
  const end = await ended(call(process));
  const events = process.events.map(({ type }) => type);
  const outcome = { end, events, columns: columnsOn(disk), stray: strayOn(disk), rows: await process.count() };
  await maker.close();
  await other.close();
  return outcome;
}

test('A write drops the columns of another tab as the columns of its own tab', { timeout: 120_000 }, async () => {
  const write = (process: Process) => process.write('insert', some(ROWS, ROWS + 10));
  for (let free = 0; free <= 1_250_000; free += 250_000) {
    const own = await inTabs(free, 'maker', write);
    expect(await inTabs(free, 'other', write), `${free} bytes free`).toEqual(own);
    // The columns are all that gives way.
    if (free === 750_000) expect(own).toMatchObject({ end: 'done', events: [], columns: 0 });
  }
});

test('A checkpoint drops the columns of another tab before the graph', { timeout: 120_000 }, async () => {
  const save = (process: Process) => process.save();
  const write = (process: Process) => process.write('insert', some(ROWS, ROWS + 10));
  // With the columns, the storage has too little room for a checkpoint with the graph.
  for (const free of [1_600_000, 2_600_000]) {
    const found = await inTabs(free, 'other', save, write);
    expect(found, `${free} bytes free`).toEqual({ end: 'done', events: [], columns: 0, stray: [], rows: ROWS + 10 });
  }
});
