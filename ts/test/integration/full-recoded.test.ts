// Coding all rows again changes every stored byte of int16 rows. A storage without room for all of
// these bytes beside the stored rows keeps the codes as they are, and stays usable.

import { beforeAll, describe, expect, test } from 'vitest';
import { Disk, FaultySite } from '../support/disk.js';
import { ended } from '../support/ended.js';
import { Process, type Row } from '../support/process.js';

const DIMENSIONS = 512;
/** Bytes of a coded row in a checkpoint, without the graph. */
const ROW_BYTES = 2 * DIMENSIONS;
const ROWS = 6_000;
const BATCH = 50;
/** Room for the reserve, without room for other codes of all rows. */
const ENOUGH = 5.5e6;
/** Numbers of stored vectors are off by less. */
const OFF = 0.001;

/**
 * Small numbers around 0 for the first rows, and around 3 for later rows. Codes about the mean of
 * the first rows are coarse for the later rows, and codes about the mean of all rows are finer.
 */
function fill(vector: Float32Array, n: number): void {
  let state = n + 1;
  for (let i = 0; i < vector.length; i++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    vector[i] = (n < 400 ? 0 : 3) + (state >> 16) / (1 << 15);
  }
}
const MADE = { precision: 'int16', exactThreshold: 500, fill } as const;

const numbered = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, i) => ({ id: from + i, n: from + i }));

async function insert(process: Process, from: number, to: number): Promise<void> {
  for (let id = from; id < to; id += BATCH) await process.write('insert', numbered(id, Math.min(to, id + BATCH)));
}

const sorted = (rows: readonly Row[]): Row[] => [...rows].sort((a, b) => a.n - b.n);

describe('Rows whose codes have drifted', () => {
  let disk: Disk;
  let site: FaultySite;

  beforeAll(async () => {
    disk = new Disk();
    const process = await Process.start(new FaultySite(disk), DIMENSIONS, undefined, MADE);
    await insert(process, 0, ROWS);
    expect(await process.drifted()).toBe(true);
    await process.save();
    await process.close();
  });

  /** A process on a copy of the disk, with so many bytes of free room. */
  async function started(room: number): Promise<Process> {
    const copy = disk.copy();
    site = new FaultySite(copy);
    site.quota = copy.used + room;
    disks.set(site, copy);
    return Process.start(site, 0, undefined, MADE);
  }
  const disks = new WeakMap<FaultySite, Disk>();
  const reserved = (): number => disks.get(site)?.reserve ?? 0;

  test('are coded again if the storage has room, and the reserve keeps the room until the rows are saved', async () => {
    const process = await started(20e6);
    await process.compact();
    expect(await process.drifted()).toBe(false);
    const most = reserved();
    expect(sorted(await process.rows(OFF))).toEqual(numbered(0, ROWS));
    await process.save();
    expect(most - reserved()).toBeGreaterThanOrEqual(ROWS * ROW_BYTES);
    expect(process.events).toEqual([]);
    await process.close();
    const again = await Process.start(site, 0, undefined, MADE);
    expect(await again.drifted()).toBe(false);
    expect(sorted(await again.rows(OFF))).toEqual(numbered(0, ROWS));
    await again.close();
  });

  test('are coded again and saved without the graph, if the room is just enough', async () => {
    const process = await started(ENOUGH + ROWS * ROW_BYTES);
    await process.compact();
    expect(await process.drifted()).toBe(false);
    // Other data takes the free room beside the reserve.
    site.quota = (disks.get(site) as Disk).used + reserved();
    await process.save();
    expect(process.events.map(({ type }) => type)).toEqual(['checkpoint-reduced']);
    await process.close();
    const again = await Process.start(site, 0, undefined, MADE);
    expect(sorted(await again.rows(OFF))).toEqual(numbered(0, ROWS));
    await again.close();
  });

  test('keep their codes if the storage has no room for other codes', async () => {
    const process = await started(ENOUGH);
    await process.write('insert', numbered(ROWS, ROWS + 1));
    const before = reserved();
    await process.compact();
    expect(await process.drifted()).toBe(true);
    expect(reserved()).toBeLessThanOrEqual(before);
    await process.delete(numbered(0, ROWS / 2).map(({ id }) => id));
    await process.compact();
    expect(await process.drifted()).toBe(true);
    await process.save();
    await insert(process, 0, 500);
    const there = [...numbered(0, 500), ...numbered(ROWS / 2, ROWS + 1)];
    expect(sorted(await process.rows(OFF))).toEqual(there);
    await process.close();
    const again = await Process.start(site, 0, undefined, MADE);
    expect(sorted(await again.rows(OFF))).toEqual(there);
    await again.close();
  });

  test('a write is not refused while the reserve tries to take the room', async () => {
    const process = await started(ENOUGH);
    await process.write('insert', numbered(ROWS, ROWS + 1));
    const { quota } = site;
    let writing: Promise<string> | undefined;
    site.onCall = async () => {
      const { used, reserve } = disks.get(site) as Disk;
      if (used + reserve >= quota) writing ??= ended(process.write('insert', numbered(ROWS + 1, ROWS + 2)));
    };
    await process.compact();
    expect(writing, 'the reserve has taken all of the free room').toBeDefined();
    expect(await writing).toBe('done');
    expect(await process.drifted()).toBe(true);
    await process.close();
  });
});
