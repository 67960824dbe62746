// A write without enough room is refused: before the write if the platform reports the free room,
// otherwise when the room runs out.

import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { EdgeVec, type EdgeVecEvent, type OpenOptions } from '../../src/index.js';
import { Disk, FaultySite } from '../support/disk.js';
import { failure, QUICK_GRAPH } from '../support/open.js';
import { Process, type Row } from '../support/process.js';
import { clustered } from '../support/vectors.js';

const MB = 1e6;
const DIMENSIONS = 1_024;

describe('Reported free room', () => {
  let directory: string;
  /** The free bytes reported by the file system. */
  let free: number;
  let asked: number;
  const opened: EdgeVec[] = [];

  beforeEach(async () => {
    directory = await fs.mkdtemp(join(tmpdir(), 'edgevec-room-'));
    [free, asked] = [1e12, 0];
    vi.spyOn(fs, 'statfs').mockImplementation((async () => {
      asked++;
      return { bavail: free, bfree: free, blocks: 1e12, bsize: 1 };
    }) as never);
  });

  afterEach(async () => {
    for (const db of opened.splice(0)) await db.close();
    vi.restoreAllMocks();
    await fs.rm(directory, { recursive: true });
  });

  async function open(name: string | undefined, options: Partial<OpenOptions> = {}): Promise<EdgeVec> {
    const where = name === undefined ? {} : { name, directory };
    const db = await EdgeVec.open({ ...where, ...QUICK_GRAPH, dimensions: DIMENSIONS, worker: false, ...options });
    opened.push(db);
    return db;
  }

  /** 24.6 MB of vectors. */
  const rows = clustered(6_000, DIMENSIONS, 1);
  const records = rows.map((vector, id) => ({ id, vector }));
  /** 12.3 MB of vectors, enough rows for a graph. */
  const some = records.slice(0, 3_000);

  /** All files in the folder, without the lock and the reserved room. */
  async function files(): Promise<string[]> {
    const found = await fs.readdir(directory, { recursive: true });
    return found.filter((name) => !name.includes('lock') && !name.endsWith('reserve')).sort();
  }

  test('a large array is refused before the first part is written', async () => {
    const db = await open('a');
    await db.upsert({ id: 'x', vector: rows[0] as Float32Array });
    const before = await files();
    const sizes = async () => Promise.all(before.map(async (name) => (await fs.stat(join(directory, name))).size));
    const then = await sizes();
    free = 2 * MB;
    const error = await failure(() => db.upsert(records), 'QUOTA');
    expect(error.expected).toBe('at most 2000000 bytes');
    expect(Number(error.got?.replace('about ', '')) / MB).toBeCloseTo(24.8, 0);
    expect(error.remedy).toMatch(/free some space/i);
    expect(asked).toBe(1);
    expect([await files(), await sizes()]).toEqual([before, then]);
    expect(await db.count()).toBe(1);
    expect((await db.stats()).hidden).toBe(0);
    // A small write succeeds.
    await db.upsert({ id: 'y', vector: rows[1] as Float32Array });
    await db.close();
    const again = await open('a');
    expect(await again.count()).toBe(2);
  });

  test('a write is tried if the write may fit or is small', async () => {
    const db = await open('a');
    free = 0;
    // The rows take 4 MB, no more than the database keeps in memory anyway.
    await db.upsert(records.slice(0, 750));
    expect(asked).toBe(0);
    free = 20 * MB;
    await db.upsert(some);
    expect(await db.count()).toBe(some.length);
    expect(asked).toBeGreaterThan(0);
  });

  test('a checkpoint without enough room uses the reserve, and leaves out the graph', async () => {
    const events: EdgeVecEvent[] = [];
    const db = await open('a', { onEvent: (event) => void events.push(event) });
    // The write finds room. Afterwards no room is left, neither for the automatic checkpoint nor
    // for the requested checkpoint.
    const onProgress = (): void => {
      if (asked > 0) free = 1 * MB;
    };
    await db.upsert(some, { onProgress });
    await db.save();
    await db.close();
    const again = await open('a', { onEvent: (event) => void events.push(event) });
    expect(await again.count()).toBe(some.length);
    const error = { code: 'QUOTA', expected: 'at most 1000000 bytes' };
    expect(events).toMatchObject([{ type: 'checkpoint-reduced', error }]);
  });

  test('a checkpoint with mostly metadata uses the reserve as well', async () => {
    const db = await open('a', { dimensions: 1 });
    const text = 'x'.repeat(MB);
    for (let id = 0; id < 12; id++) await db.upsert({ id, vector: [1], metadata: { text } as never });
    free = 1 * MB;
    await db.save();
    await db.close();
    // Some parts of the divided block hold no rows.
    const again = await open('a', { dimensions: 1 });
    expect((await again.get([0, 11])).map((row) => row?.metadata)).toEqual([{ text }, { text }]);
  });

  test('a copy under another name and an import are refused as well', async () => {
    const db = await open(undefined);
    await db.upsert(some);
    const file = await new Response(db.export() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
    free = 1 * MB;
    const error = await failure(() => EdgeVec.import(file, { name: 'copy', directory, worker: false }), 'QUOTA');
    expect(error.expected).toBe('at most 1000000 bytes');
    await failure(() => EdgeVec.load('copy', { directory, worker: false }), 'NOT_FOUND');
    // With room again, both succeed.
    free = 1e12;
    const imported = await EdgeVec.import(file, { name: 'copy', directory, worker: false });
    opened.push(imported as never);
    expect(await imported.count()).toBe(some.length);
    free = 1 * MB;
    await failure(() => imported.save('other'), 'QUOTA');
    await failure(() => EdgeVec.load('other', { directory, worker: false }), 'NOT_FOUND');
  });
});

describe('Used-up room', () => {
  // Vectors of 4096 numbers: 16 KiB a row.
  const many = (count: number, prefix: string, n: number): Row[] =>
    Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, n }));

  test('in the middle of a large write leaves memory and disk unchanged', async () => {
    const disk = new Disk();
    const site = new FaultySite(disk);
    const process = await Process.start(site);
    await process.write('upsert', many(3, 'a', 1));
    const before = await process.rows();
    const chunks = disk.keys('chunks');
    const { used } = disk;
    // Some parts of the write fit.
    site.quota = used + 7 * MB;
    await failure(() => process.write('upsert', many(900, 'b', 2)), 'QUOTA');
    await settled(() => disk.used === used);
    expect(disk.keys('chunks')).toEqual(chunks);
    expect(await process.rows()).toEqual(before);
    // All parts of the write fit, but not the log entry.
    site.quota = used + 900 * 16_384 + 10_000;
    await failure(() => process.write('upsert', many(900, 'b', 2)), 'QUOTA');
    await settled(() => disk.used === used);
    expect(await process.rows()).toEqual(before);
    site.quota = Number.POSITIVE_INFINITY;
    await process.write('upsert', many(900, 'b', 2));
    expect((await process.rows()).length).toBe(903);
    await process.close();
    const again = await Process.start(new FaultySite(disk));
    expect((await again.rows()).length).toBe(903);
    await again.close();
  });

  test.each([1, 3, 5])(
    '%s MB into a checkpoint leaves the last checkpoint, perhaps without its graph, and the log unchanged',
    async (room) => {
      const disk = new Disk();
      const site = new FaultySite(disk);
      const process = await Process.start(site);
      await process.write('upsert', many(200, 'a', 1));
      await process.save();
      await process.write('upsert', many(200, 'b', 2));
      await process.write('upsert', many(200, 'c', 3));
      // Too few changes for an automatic checkpoint.
      const kept = () => [
        disk
          .keys('chunks')
          .filter((name) => !isOfGraph(String(name)))
          .sort(),
        disk.keys('log'),
      ];
      const [before, used] = [kept(), disk.used];
      const rows = await process.rows();
      site.quota = disk.used + room * MB;
      await failure(() => process.save(), 'QUOTA');
      expect(kept()).toEqual(before);
      expect(disk.used).toBeLessThanOrEqual(used);
      expect(await process.rows()).toEqual(rows);
      // Another process reads the same rows under the same quota.
      const other = await Process.start(site);
      expect(await other.rows()).toEqual(rows);
      await other.close();
      site.quota = Number.POSITIVE_INFINITY;
      await process.save();
      expect(disk.keys('log')).toEqual([]);
      await process.close();
      const again = await Process.start(new FaultySite(disk));
      expect(await again.rows()).toEqual(rows);
      await again.close();
    },
  );

  test('after a failed checkpoint, the next checkpoint writes no more than before', async () => {
    const disk = new Disk();
    const site = new FaultySite(disk);
    const process = await Process.start(site);
    await process.write('upsert', many(600, 'a', 1));
    await process.save();
    await process.write('upsert', many(10, 'b', 2));
    const { used } = disk;
    site.quota = used;
    await failure(() => process.save(), 'QUOTA');
    // The checkpoint writes the chunks of ten rows and the lists, and not again all 10 MB of stored
    // chunks.
    site.quota = used + 4 * MB;
    await process.save();
    await process.close();
    const again = await Process.start(new FaultySite(disk));
    expect((await again.rows()).length).toBe(610);
    await again.close();
  });
});

test('a fault while the needed room is measured is told, and fails no write', async () => {
  const site = new FaultySite(new Disk());
  // Only a storage with a limit has a reserve.
  site.quota = 100 * MB;
  const process = await Process.start(site);
  await process.write('upsert', [{ id: 'a', n: 1 }]);
  const asked = vi.spyOn(Engine.prototype, 'freeSlots').mockImplementation(() => {
    throw new TypeError('a fault of this package');
  });
  await process.write('upsert', [{ id: 'b', n: 2 }]);
  asked.mockRestore();
  expect(process.events).toMatchObject([{ type: 'checkpoint-failed', error: { code: 'INTERNAL' } }]);
  await process.write('upsert', [{ id: 'c', n: 3 }]);
  expect(await process.rows()).toHaveLength(3);
  expect(process.events).toHaveLength(1);
  await process.close();
});

/** A manifest, or a chunk of a section that can be rebuilt (docs/format.md). */
const isOfGraph = (name: string): boolean => /-(manifest|(8|9|10)-\d+)$/.test(name);

/** Waits until `look` is true. The database drops chunks in the background. */
async function settled(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setImmediate(resolve));
}
