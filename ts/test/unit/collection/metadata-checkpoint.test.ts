// Checkpoints of much metadata: several commits, unchanged chunks, and a failure midway.

import { describe, expect, test } from 'vitest';
import { Slices } from '../../../src/base/time-slices.js';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open.js';
import { inlineEngine } from '../../../src/engine/inline.js';
import type { Batch } from '../../../src/storage/storage.js';
import { Disk, FaultySite } from '../../support/disk.js';
import { SMALL_GRAPH } from '../../support/process.js';

const MB = 1e6;
describe('A checkpoint', () => {
  interface Opened {
    readonly database: Database;
    readonly commits: Batch[];
    readonly site: FaultySite;
  }

  async function open(disk: Disk): Promise<Opened> {
    const { module } = await inlineEngine();
    const site = new FaultySite(disk);
    const commits: Batch[] = [];
    site.onCommit = async (batch) => void commits.push(batch);
    const engine = { ...SMALL_GRAPH, dimensions: 2 };
    const { database } = await openDatabase(
      { engine, given: ['dimensions'], recall: 0.95, stored: { name: 'db', elseInMemory: false } },
      { module, slices: new Slices(), site: async () => site, tell: () => {} },
    );
    return { database, commits, site };
  }

  let transactions = 0;
  async function write({ database }: Opened, ids: readonly number[], text: string): Promise<void> {
    for (let at = 0; at < ids.length; at += 500) {
      const some = ids.slice(at, at + 500);
      const part = {
        start: 0,
        ids: some,
        vectors: Float32Array.from(some.flatMap((id) => [id, 1])),
        metadata: some.map((id) => ({ id, text })),
      };
      await database.write({
        transaction: ++transactions,
        kind: 'upsert',
        first: true,
        last: true,
        strict: false,
        part,
      });
    }
  }

  const metadataIn = ({ put = [] }: Batch): number[] =>
    put.filter(([, key]) => String(key).includes('-metadata-')).map(([, , bytes]) => bytes.length);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  test('with much metadata takes several commits, and shares the unchanged chunks', async () => {
    const disk = new Disk();
    const opened = await open(disk);
    const { database, commits } = opened;
    for (let at = 0; at < 60; at += 3) await write(opened, range(at, at + 3), 'x'.repeat(MB));
    await write(opened, range(60, 5_000), 'small');
    // Forgets the commits from before.
    await database.save({ name: undefined });
    await write(opened, range(0, 60), 'y'.repeat(MB));
    commits.length = 0;
    await database.save({ name: undefined });
    const large = commits.map(metadataIn).filter(({ length }) => length > 0);
    expect(large.flat().filter((length) => length > MB)).toHaveLength(60);
    expect(large.flat().every((length) => length < 1.1 * MB)).toBe(true);
    expect(large.length).toBeGreaterThanOrEqual(4);
    for (const lengths of large) expect(lengths.reduce((a, b) => a + b, 0)).toBeLessThan((16 << 20) + 1.1 * MB);

    commits.length = 0;
    // Keeps the vector. Another vector would move the row to another slot.
    const part = {
      start: 0,
      ids: [33],
      withVector: [],
      vectors: new Float32Array(),
      metadata: [{ id: 33, text: 'z'.repeat(MB) }],
    };
    await database.write({ transaction: ++transactions, kind: 'update', first: true, last: true, strict: false, part });
    await database.save({ name: undefined });
    expect(commits.flatMap(metadataIn)).toEqual([`[{"id":1,"text":2},33,""]\n`.length + MB]);
    // No intermediate chunk is left behind.
    const spoken = disk.keys('chunks').filter((key) => String(key).includes('-metadata-'));
    expect(new Set(spoken.map((key) => String(key).replace(/.*-metadata-/, ''))).size).toBe(spoken.length);
    await database.close();

    const again = await open(disk);
    const { metadata } = await again.database.get({ ids: [0, 33, 59, 60, 4_999], vectors: false });
    expect(metadata.map((value) => [(value as { id: number }).id, (value as { text: string }).text[0]])).toEqual([
      [0, 'y'],
      [33, 'z'],
      [59, 'y'],
      [60, 's'],
      [4_999, 's'],
    ]);
    again.commits.length = 0;
    await again.database.save({ name: undefined });
    expect(again.commits.flatMap(metadataIn)).toEqual([]);
    await again.database.close();
  });

  test('that fails midway leaves only the changed chunks to the next checkpoint', async () => {
    const disk = new Disk();
    const opened = await open(disk);
    const { database, commits, site } = opened;
    for (let at = 0; at < 30; at += 3) await write(opened, range(at, at + 3), 'x'.repeat(MB));
    await database.save({ name: undefined });
    // Too few changes for an automatic checkpoint.
    await write(opened, range(27, 30), 'y'.repeat(MB));
    // Leaves out the graph, as a checkpoint without room does.
    const kept = (): string[] =>
      disk
        .keys('chunks')
        .map(String)
        .filter((name) => !/-(manifest|(8|9|10)-\d+)$/.test(name));
    const chunks = kept().sort();
    site.quota = disk.used + 2 * MB;
    await expect(database.save({ name: undefined })).rejects.toMatchObject({ code: 'QUOTA' });
    expect(kept().sort()).toEqual(chunks);
    site.quota = Number.POSITIVE_INFINITY;
    commits.length = 0;
    await database.save({ name: undefined });
    const written = commits.flatMap(metadataIn).reduce((a, b) => a + b, 0);
    expect(written).toBeGreaterThan(3 * MB);
    expect(written).toBeLessThan(6 * MB);
    await database.close();
    const again = await open(disk);
    const { metadata } = await again.database.get({ ids: range(0, 30), vectors: false });
    expect(metadata.map((value) => (value as { text: string }).text[0]).join('')).toBe('x'.repeat(27) + 'y'.repeat(3));
    await again.database.close();
  });
});
