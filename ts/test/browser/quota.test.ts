// A database in a browser without free room.

import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type Id } from '../../src/index.js';
import { failure } from '../support/open.js';
import { imitatedQuota, MOST_BYTES, type Quota, realQuota } from '../support/quota.js';
import { uniform } from '../support/vectors.js';

/** 16 KiB a row. So few rows need no graph. */
const DIMENSIONS = 4096;
const ROW_BYTES = 4 * DIMENSIONS;
const BATCH = 16;

const real = realQuota();
for (const quota of [...(real === undefined ? [] : [real]), imitatedQuota()]) {
  describe(`${quota.label} quota`, () => {
    test.each(quota.workers)('acknowledged rows are stored, and no others (worker: %s)', async (worker) => {
      const events: EdgeVecEvent[] = [];
      try {
        await fillAndGoOn(quota, worker, events);
      } catch (cause) {
        // A call that ends in CLOSED does not tell why the database is closed. The events do.
        throw new Error(`The database told: ${events.map(({ type }) => type).join(', ') || 'nothing'}`, { cause });
      }
    });
  });
}

async function fillAndGoOn(quota: Quota, worker: boolean, events: EdgeVecEvent[]): Promise<void> {
  const name = `quota-${Date.now()}`;
  const open = () =>
    EdgeVec.open<{ n: number }>({ name, dimensions: DIMENSIONS, worker, onEvent: (event) => void events.push(event) });
  await quota.begin();
  let db = await open();
  onTestFinished(async () => {
    await quota.end();
    await db.close();
    await EdgeVec.drop(name);
  });

  const acknowledged = new Map<Id, number>();
  const batch = (from: number, count: number, seed: number) =>
    uniform(count, DIMENSIONS, seed).map((vector, i) => ({ id: from + i, vector, metadata: { n: seed } }));
  const isAsAcknowledged = async (): Promise<void> => {
    const found = new Map<Id, number>();
    for await (const { id, metadata } of db.scan()) found.set(id, metadata.n);
    expect(found).toEqual(acknowledged);
    expect(await db.count()).toBe(acknowledged.size);
    const hits = await db.search(new Float32Array(DIMENSIONS).fill(1), { k: acknowledged.size + 100, exact: true });
    expect(new Set(hits.map(({ id }) => id))).toEqual(new Set(acknowledged.keys()));
  };

  /** Deletes half of the rows, and inserts as many. */
  const refill = async (): Promise<void> => {
    const most = acknowledged.size;
    const half = [...acknowledged.keys()].filter((_, i) => i % 2 === 1);
    expect(await db.delete(half)).toBe(half.length);
    for (const id of half) acknowledged.delete(id);
    await db.compact();
    await db.save();
    await isAsAcknowledged();
    // Room is kept back in the background.
    await expect.poll(async () => (await db.stats()).storage.reserved, { timeout: 60_000 }).toBeGreaterThan(0);
    for (; acknowledged.size < most - BATCH; next += BATCH) {
      await db.insert(batch(next, BATCH, next)).catch((error) => {
        throw new Error(`${acknowledged.size} of ${most} rows fit`, { cause: error });
      });
      for (let id = next; id < next + BATCH; id++) acknowledged.set(id, next);
    }
    await isAsAcknowledged();
  };

  let next = 0;
  for (let failed = false; !failed; ) {
    expect(next * ROW_BYTES, 'bytes stored without an end').toBeLessThan(MOST_BYTES);
    const records = batch(next, BATCH, next);
    // Writes the oldest row again each time, so each failed write has an old row to keep.
    const given = [{ ...records[0], id: 'oldest' } as never, ...records];
    try {
      await db.upsert(given);
      for (const { id, metadata } of given as typeof records) acknowledged.set(id, metadata.n);
      next += BATCH;
    } catch (error) {
      await failure(() => Promise.reject(error), 'QUOTA');
      expect((error as Error & { remedy: string }).remedy).toMatch(/^Delete rows/);
      failed = true;
    }
  }
  expect(next).toBeGreaterThan(10 * BATCH);
  await isAsAcknowledged();
  // A write with parts ahead of its entry fails as well.
  await failure(() => db.insert(batch(1e6, 800, 1)), 'QUOTA');
  await isAsAcknowledged();
  expect((await db.stats()).hidden).toBe(0);

  await db.close();
  db = await open();
  await isAsAcknowledged();
  if (quota.givesBack) await refill();

  await quota.end();
  const dead = [...acknowledged.keys()].filter((_, i) => i % 2 === 0);
  expect(await db.delete(dead)).toBe(dead.length);
  for (const id of dead) acknowledged.delete(id);
  for (const record of batch(next, 100, 7)) acknowledged.set(record.id, 7);
  await db.insert(batch(next, 100, 7));
  await db.save();
  await isAsAcknowledged();
  await db.close();
  db = await open();
  await isAsAcknowledged();
  // Checkpoints may have failed, or left out chunks. No other event is allowed.
  expect(events.filter(({ type }) => !['checkpoint-failed', 'checkpoint-reduced'].includes(type))).toEqual([]);
}
