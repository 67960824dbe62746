// A database without free room lets rows be deleted, reuses the room of deleted rows, and keeps
// every acknowledged write.

import { describe, expect, test } from 'vitest';
import { Disk, FaultySite } from '../support/disk.js';
import { ended } from '../support/ended.js';
import { Process, type Row } from '../support/process.js';
import { SOAKS } from '../support/soak.js';
import { random } from '../support/vectors.js';

const MB = 1e6;
const DIMENSIONS = 512;
const BATCH = 100;

const batch = (from: number): Row[] =>
  Array.from({ length: BATCH }, (_, i) => ({ id: `row ${from + i}`, n: from + i }));

/**
 * `bytes` are the stored bytes of a number of a vector. Vectors are off by up to `off`: the rows of
 * these tests are filled with numbers below 20,000. Later rows lie far from the first rows, so the
 * codes drift.
 */
const KINDS = [
  { precision: 'float32', bytes: 4, off: 0 },
  { precision: 'int16', bytes: 2, off: 2 },
  { precision: 'int8', bytes: 1, off: 200 },
] as const;

/** The quotas of each kind in MB. A larger storage takes longer to fill. */
const QUOTAS = { float32: [5], int16: [4, 9], int8: [6] } as const;
const EVERY_QUOTA = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 18, 24];

const CASES = KINDS.flatMap((kind) =>
  (SOAKS ? EVERY_QUOTA : QUOTAS[kind.precision]).map((quota) => ({ ...kind, quota })),
);

describe.each(CASES)('A used-up room of $quota MB, with $precision', ({ precision, quota, bytes, off }) => {
  test('accepts deletions and saves, and new rows take the place of deleted rows', async () => {
    const disk = new Disk();
    const site = new FaultySite(disk);
    site.quota = quota * MB;
    const next = random(quota);
    let process = await Process.start(site, DIMENSIONS, undefined, { exactThreshold: 500, precision });
    const there = new Map<string, number>();
    const write = async (from: number): Promise<string> => {
      const rows = batch(from);
      const end = await ended(process.write('insert', rows));
      if (end === 'done') for (const { id, n } of rows) there.set(String(id), n);
      return end;
    };
    const remove = async (share: number): Promise<string> => {
      const ids = [...there.keys()].filter(() => next() < share);
      const end = await ended(process.delete(ids));
      if (end === 'done') for (const id of ids) there.delete(id);
      return end;
    };
    const isAsAcknowledged = async (): Promise<void> => {
      expect(new Map((await process.rows(off)).map(({ id, n }) => [id, n]))).toEqual(there);
    };

    let from = 0;
    let end = 'done';
    for (; end === 'done'; from += BATCH) end = await write(from);
    expect(end).toBe('QUOTA');
    const most = there.size;
    expect(most * DIMENSIONS * bytes, 'a good part of the room is used').toBeGreaterThan(0.3 * quota * MB);
    await isAsAcknowledged();

    expect(await remove(0.1)).toBe('done');
    expect(await remove(0.5)).toBe('done');
    expect(await ended(process.compact())).toBe('done');
    expect(await ended(process.save())).toBe('done');
    await isAsAcknowledged();

    // Inserts as many rows as before, again and again, without any other call to make room.
    for (let round = 0; round < 2; round++) {
      for (; there.size < most - BATCH; from += BATCH) {
        expect(await write(from), `${there.size} of ${most} rows`).toBe('done');
      }
      await isAsAcknowledged();
      expect(await remove(0.4)).toBe('done');
      expect(await ended(process.compact())).toBe('done');
      if (round > 0) expect(await ended(process.save())).toBe('done');
    }
    await process.close();

    process = await Process.start(site, DIMENSIONS);
    await isAsAcknowledged();
    expect(await remove(0.2)).toBe('done');
    expect(await ended(process.save())).toBe('done');
    await isAsAcknowledged();
    await process.close();
    process = await Process.start(site, DIMENSIONS);
    await isAsAcknowledged();
    expect(process.events.filter(({ type }) => type !== 'checkpoint-reduced')).toEqual([]);
    await process.close();
  });
});
