// Columns of a whole database: after writes of all kinds, after the writes of another tab, after a
// restart, and after the checkpoint of another tab was loaded.

import { expect, test } from 'vitest';
import type { Clause } from '../../../../src/base/clause.js';
import { Disk, FaultySite } from '../../../support/disk.js';
import { Process, type Row } from '../../../support/process.js';

const DIMENSIONS = 4;
const some = (from: number, to: number, n = 0): Row[] =>
  Array.from({ length: to - from }, (_, i) => ({ id: from + i, n: n + from + i }));
const start = (disk: Disk): Promise<Process> => Process.start(new FaultySite(disk), DIMENSIONS);

const below = (value: number): Clause => ({ op: 'range', path: ['n'], to: { value, open: true } });
const CLAUSES: readonly (readonly [Clause, (n: number) => boolean])[] = [
  [below(150), (n) => n < 150],
  [{ op: 'not', of: below(150) }, (n) => n >= 150],
  [{ op: 'in', path: ['n'], values: [3, 1_120, 9_003] }, (n) => [3, 1_120, 9_003].includes(n)],
  [{ op: 'all', of: [] }, () => true],
];

async function expectRight(process: Process): Promise<void> {
  const rows = await process.rows();
  expect(rows.length).toBeGreaterThan(100);
  for (const [clause, passes] of CLAUSES) {
    expect(await process.matching(clause)).toEqual(rows.filter(({ n }) => passes(n)).map(({ id }) => id));
  }
}

/** Rows that come, rows that move to other slots, and rows that go. */
async function change(process: Process): Promise<void> {
  await process.write('upsert', some(100, 140, 1_000));
  await process.write('update', some(0, 20, 9_000));
  await process.delete([30, 31, 32]);
  await process.write('upsert', some(500, 540));
}

test('columns follow writes, deletions and compactions', async () => {
  const process = await Process.inMemory(DIMENSIONS);
  await process.write('insert', some(0, 300));
  await expectRight(process);
  const bytes = await process.bytesOf('columns');
  expect(bytes).toBeGreaterThan(8 * 300);
  await change(process);
  await expectRight(process);
  await process.compact();
  // New rows take the slots of deleted rows.
  await process.write('insert', some(600, 660));
  await expectRight(process);
  await process.close();
});

test('columns follow the writes of another tab, and a restart', async () => {
  const disk = new Disk();
  const [process, other] = [await start(disk), await start(disk)];
  await process.write('insert', some(0, 300));
  await process.save();
  await expectRight(process);
  // A flush catches up with the other tab.
  await other.flush();
  await expectRight(other);
  await change(other);
  await process.flush();
  await expectRight(process);
  expect(process.isReloaded).toBe(false);
  await process.close();
  await other.close();
  const again = await start(disk);
  await expectRight(again);
  await change(again);
  await expectRight(again);
  await again.close();
});

test('columns are made again, and declared fields stay declared, if a tab loads a checkpoint', async () => {
  const disk = new Disk();
  const [process, other] = [await start(disk), await start(disk)];
  await process.write('insert', some(0, 300));
  process.columns.declare([['n']]);
  await expectRight(process);
  await other.flush();
  await change(other);
  await other.save();
  await process.flush();
  expect(process.isReloaded).toBe(true);
  expect(process.columns.fields).toEqual([]);
  expect(process.columns.declared).toEqual([['n']]);
  await expectRight(process);
  await process.close();
  await other.close();
});
