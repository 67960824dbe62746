// With little room, a checkpoint replaces chunks of rows of the stored checkpoint step by step. A
// process may die at any step, and the database still has every acknowledged row.

import { expect, test } from 'vitest';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { DIMENSIONS, Process, type Row } from '../support/process.js';
import { sampled } from '../support/soak.js';
import { isRowChunk } from '../support/streaming.js';

/** 16 KiB each: 64 fill a chunk. */
const ROWS = 200;
const CHUNKS = Math.ceil(ROWS / 64);
const RESERVE = 2.5e6;

const many = (from: number, to: number, prefix: string): Row[] =>
  Array.from({ length: to - from }, (_, i) => ({ id: `${prefix}${from + i}`, n: 1 + from + i }));

/**
 * A database with half of its rows deleted, new rows in their slots, and no room for a whole
 * checkpoint.
 */
async function crowded(): Promise<{ disk: Disk; site: FaultySite; process: Process; there: Map<string, number> }> {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const process = await Process.start(site);
  const rows = many(0, ROWS, 'a');
  await process.write('upsert', rows);
  await process.save();
  const dead = rows.filter((_, i) => i % 2 === 0);
  await process.delete(dead.map(({ id }) => id));
  await process.compact();
  const fresh = many(1_000, 1_000 + dead.length - 5, 'b');
  for (let at = 0; at < fresh.length; at += 10) await process.write('upsert', fresh.slice(at, at + 10));
  const there = new Map(
    [...rows.filter((row) => !dead.includes(row)), ...fresh].map(({ id, n }) => [String(id), n] as const),
  );
  disk.reserve = RESERVE;
  site.quota = disk.used + RESERVE;
  return { disk, site, process, there };
}

const sorted = (rows: Iterable<readonly [unknown, number]>): string[] =>
  [...rows].map(([id, n]) => `${id} ${n}`).sort();
const found = async (process: Process): Promise<string[]> =>
  sorted((await process.rows()).map(({ id, n }) => [id, n] as const));

test('A reduced checkpoint finds room, and is whole', async () => {
  const { disk, site, process, there } = await crowded();
  let manifests = 0;
  site.onCommit = async ({ put = [] }) => {
    if (put.some(([, key]) => String(key).endsWith('manifest'))) manifests++;
  };
  await process.save();
  // A manifest for each chunk, and a last manifest.
  expect(manifests).toBeGreaterThan(CHUNKS);
  expect(disk.keys('log')).toEqual([]);
  expect(strayOn(disk)).toEqual([]);
  await process.close();
  const again = await Process.start(site, DIMENSIONS);
  expect(await found(again)).toEqual(sorted(there));
  await again.close();
});

/** The kind of each storage call of a reduced checkpoint. */
async function kindsOfCalls(): Promise<readonly string[]> {
  const { site, process } = await crowded();
  const before = site.calls;
  await process.save();
  const kinds = site.kinds.slice(before);
  await process.close();
  return kinds;
}

test.each(['dies', 'dies after'] as const)(
  'A reduced checkpoint whose process %s at any call keeps every acknowledged row',
  async (how) => {
    const kinds = await kindsOfCalls();
    const turns = how === 'dies' ? [0, 2] : [1, 3];
    // The first calls of a kind are not like the later calls: each chunk has calls of its own.
    const positions = [...new Set(turns.flatMap((turn) => sampled(kinds, turn)))];
    for (const [turn, position] of positions.entries()) {
      const call = position + 1;
      const { disk, site, process, there } = await crowded();
      site.fault = { call: site.calls + call, how };
      const isKilled = await Promise.race([
        process.save().then(() => false),
        (async () => {
          while (!site.dead) await new Promise((resolve) => setImmediate(resolve));
          return true;
        })(),
      ]);
      const other = new FaultySite(disk);
      const again = await Process.start(other, DIMENSIONS);
      expect(await found(again), `killed at call ${call}`).toEqual(sorted(there));
      if (turn % 3 === 0) {
        // The database accepts further writes.
        await again.write('upsert', many(5_000, 5_003, 'c'));
        await again.save();
        expect((await again.rows()).length).toBe(there.size + 3);
      }
      expect(again.events).toEqual([]);
      await again.close();
      if (!isKilled) await process.close();
    }
  },
);

test('If the log is damaged before its end, rows with a lost deletion are back, some with the vectors of newer rows', async () => {
  const { disk, site, process } = await crowded();
  let renewals = 0;
  site.onCommit = async ({ put = [] }) => {
    const isRenewal = put.some(([, key]) => isRowChunk(key)) && put.some(([, key]) => String(key).endsWith('manifest'));
    if (isRenewal) renewals++;
    else if (renewals > 0 && put.length > 0) site.dead = true;
  };
  void process.save();
  while (!site.dead) await new Promise((resolve) => setImmediate(resolve));
  expect(renewals).toBeGreaterThan(0);
  const log = (disk.keys('log') as number[]).sort((a, b) => a - b);
  // The first entry after the checkpoint has the deletions.
  const [deletion] = log as [number];
  const bytes = disk.get('log', deletion) as Uint8Array;
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
  disk.commit({ put: [['log', deletion, bytes]] });

  const again = await Process.start(new FaultySite(disk), DIMENSIONS);
  expect(again.events).toEqual([expect.objectContaining({ type: 'log-damaged', lost: log.length })]);
  const rows = many(0, ROWS, 'a');
  expect(await again.count()).toBe(ROWS);
  expect(await again.metadata(rows.map(({ id }) => id))).toEqual(rows.map(({ n }) => ({ n })));
  let others = 0;
  for (const [i, { id, n }] of rows.entries()) {
    const found = await again.find(n);
    if (found.length === 0) others++;
    // Nobody has deleted the rows between.
    if (i % 2 === 1 || found.length > 0) expect(found).toEqual([id]);
  }
  const fresh = many(1_000, 1_000 + ROWS / 2 - 5, 'b');
  const taken = await Promise.all(fresh.map(({ n }) => again.find(n)));
  // The others hold zeros: no newer row has taken their slots.
  const blank = await again.find(0);
  expect([...taken.flat(), ...blank]).toHaveLength(others);
  expect(taken.flat()).toHaveLength(fresh.length);
  expect(blank).toHaveLength(5);
  await again.close();
});
