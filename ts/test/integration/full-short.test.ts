// Rows of a few numbers take several times as many bytes in a checkpoint as in the log. A database
// of short rows in a full storage can be saved after deletions, and takes as many new rows as
// before.

import { expect, test } from 'vitest';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';

const DIMENSIONS = 2;
/** Rows that are there before the storage is full. These rows are deleted again. */
const FIRST = 2_000;
const BATCH = 500;
/** Fewer rows in a write, so that the log of new rows fits. */
const SMALL_BATCH = 100;

const numbered = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, i) => ({ id: from + i, n: from + i }));

test.each([1.5, 2, 3])('A used-up room of %s MB with short rows takes as many new rows as were deleted', async (mb) => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  site.quota = mb * 1e6;
  let process = await Process.start(site, DIMENSIONS);
  await process.write('insert', numbered(0, FIRST));
  await process.close();
  process = await Process.start(site, DIMENSIONS);
  let count = FIRST;
  for (let end = ''; end === ''; ) {
    expect(count).toBeLessThan(100_000);
    end = await process.write('insert', numbered(count, count + BATCH)).then(
      () => '',
      (error) => error.code,
    );
    if (end === '') count += BATCH;
    else expect(end).toBe('QUOTA');
  }
  expect(count).toBeGreaterThan(FIRST);
  for (let round = 0; round < 2; round++) {
    expect(await process.delete(numbered(0, FIRST).map(({ id }) => id))).toBe(FIRST);
    await process.compact();
    await process.save();
    for (let id = 0; id < FIRST; id += SMALL_BATCH) await process.write('insert', numbered(id, id + SMALL_BATCH));
    expect(await process.count()).toBe(count);
  }
  await process.close();
  process = await Process.start(site, DIMENSIONS);
  const there = (await process.rows()).map(({ id }) => Number(id)).sort((a, b) => a - b);
  expect(there).toEqual(numbered(0, count).map(({ id }) => id));
  await process.close();
});
