// Rows of int8 and int16 precision lie in several sections. With little room, a checkpoint replaces
// the parts of rows chunk by chunk, and a reader accepts the checkpoint after each chunk.

import { describe, expect, test } from 'vitest';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { DIMENSIONS, type Made, Process, type Row } from '../support/process.js';
import { soaked } from '../support/soak.js';

/** 512 rows fill a chunk of codes. */
const ROWS = 1_200;
/** The number of chunks of codes. */
const CHUNKS = 3;

/**
 * A single number of an even row counts, and all numbers of an odd row. An even row therefore has a
 * much larger step. The codes of an odd row with this step would be longer than a reader accepts.
 */
function fill(vector: Float32Array, n: number): void {
  if (n % 2 === 0) {
    vector.fill(0);
    vector[n % vector.length] = 1;
  } else for (let i = 0; i < vector.length; i++) vector[i] = ((i * (n + 7)) >> 3) & 1 ? 1 : -1;
}

const KINDS = [
  // The reserve has room for a chunk, and not for two.
  { precision: 'int8', metric: 'cosine', fill, reserve: 1.25e6, off: 0.05 },
  { precision: 'int16', metric: 'cosine', fill, reserve: 1.25e6, off: 0.001 },
  { precision: 'int8', metric: 'euclidean', reserve: 1.25e6, off: 10 },
] as const;

/** Every `step`th number from `from` on. */
const many = (from: number, count: number, step: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: from + step * i, n: from + step * i }));

describe.each(KINDS)('A reduced checkpoint of $precision rows, $metric', ({ reserve, off, ...kind }) => {
  test('finds room, and is whole after each of its commits', async () => {
    const made: Made = { ...kind, exactThreshold: 100 };
    const disk = new Disk();
    const site = new FaultySite(disk);
    const process = await Process.start(site, DIMENSIONS, undefined, made);
    const rows = many(2, ROWS, 2);
    await process.write('upsert', rows);
    await process.save();
    const dead = rows.filter((_, i) => i % 3 > 0);
    await process.delete(dead.map(({ id }) => id));
    await process.compact();
    const fresh = many(1, 300, 2);
    for (let at = 0; at < fresh.length; at += 10) await process.write('upsert', fresh.slice(at, at + 10));
    const there = sorted([...rows.filter((row) => !dead.includes(row)), ...fresh]);
    expect(sorted(await process.rows(off))).toEqual(there);
    disk.reserve = reserve;
    site.quota = disk.used + reserve;

    // What a process that dies after a change of the stored checkpoint leaves.
    const left: Disk[] = [disk.copy()];
    let renewals = 0;
    let isChanged = false;
    site.onCommit = async ({ put = [] }) => {
      if (isChanged) left.push(disk.copy());
      const keys = put.map(([, key]) => String(key));
      isChanged = keys.some((key) => key.endsWith('-manifest'));
      if (isChanged && keys.some((key) => /-3-\d+$/.test(key))) renewals++;
    };
    await process.save();
    expect(renewals).toBe(CHUNKS);
    expect(disk.keys('log')).toEqual([]);
    expect(strayOn(disk)).toEqual([]);
    expect(process.events.map(({ type }) => type)).toEqual(['checkpoint-reduced']);
    await process.close();
    left.push(disk.copy());
    const apart = soaked(4, 1);
    for (const [change, then] of left.entries()) {
      if (change % apart > 0 && change < left.length - 1) continue;
      const again = await Process.start(new FaultySite(then), 0, undefined, made);
      expect(sorted(await again.rows(off)), `after change ${change}`).toEqual(there);
      expect(again.events).toEqual([]);
      await again.close();
    }
  });
});

const sorted = (rows: readonly Row[]): Row[] => [...rows].sort((a, b) => a.n - b.n);
