// In the page's own thread, the event loop turns during long work, even during work without waits.

import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { defineTurnSuite } from '../suites/turns.js';
import { opener } from '../support/open.js';

defineTurnSuite('in-thread', opener(false));

const ROWS = 30_000;
const ids = Array.from({ length: ROWS }, (_, id) => id);

/**
 * From now on each look at the clock takes a millisecond, so slices have the same number of steps
 * on every machine. A database keeps the clock from the time of its opening, so the clock of a
 * database never goes back.
 */
function countLooks(): () => void {
  let time = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => ++time);
  return () => clock.mockRestore();
}

/** How often the event loop turned until `work` was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  let turns = 0;
  port1.onmessage = () => {
    turns++;
    port2.postMessage(undefined);
  };
  port2.postMessage(undefined);
  await work();
  port1.close();
  return turns;
}

// The first message may arrive in any case. A call without slices would let no second message
// arrive.
const MANY = 4;

describe('A database of 30,000 rows in this thread', () => {
  let db: EdgeVec<{ n: number }>;
  beforeAll(async () => {
    const restore = countLooks();
    // The test does not measure linking, so the cheapest graph will do.
    db = await EdgeVec.open({ dimensions: 2, worker: false, m: 2, efConstruction: 2 });
    return () => db.close().finally(restore);
  });

  test('insert', async () => {
    const records = ids.map((id) => ({ id, vector: [id + 1, 1], metadata: { n: id } }));
    expect(await turnsDuring(() => db.insert(records))).toBeGreaterThan(MANY);
  });

  test('update of metadata alone', async () => {
    const changes = ids.map((id) => ({ id, metadata: { n: -id } }));
    // The commit has slices of its own, so only turns before the commit count.
    let update: Promise<unknown> | undefined;
    const storing = () =>
      new Promise<void>((resolve) => {
        update = db.update(changes, { onProgress: ({ done }) => void (done > 0.9 * ROWS && resolve()) });
      });
    expect(await turnsDuring(storing)).toBeGreaterThan(MANY);
    await update;
  });

  test('get', async () => {
    expect(await turnsDuring(() => db.get(ids))).toBeGreaterThan(MANY);
  });

  test('scan in a single batch', async () => {
    const scan = async () => {
      let seen = 0;
      for await (const { metadata } of db.scan({ batchSize: ROWS })) seen += metadata.n < 1 ? 1 : 0;
      expect(seen).toBe(ROWS);
    };
    expect(await turnsDuring(scan)).toBeGreaterThan(MANY);
  });

  test('searchMany', async () => {
    const queries = ids.slice(0, 1000).map((id) => [id + 1, 1]);
    expect(await turnsDuring(() => db.searchMany(queries, 50))).toBeGreaterThan(MANY);
  });

  test('deletion of ids that do not exist', async () => {
    const absent = Array.from({ length: 1_000_000 }, (_, i) => -1 - i);
    expect(await turnsDuring(() => db.delete(absent))).toBeGreaterThan(MANY);
  });
});

test('an insert without a graph, with metadata that takes long to copy', async () => {
  onTestFinished(countLooks());
  const db = await EdgeVec.open<{ list: object[] }>({ dimensions: 4096, worker: false });
  const list = Array.from({ length: 400 }, (_, n) => ({ n }));
  const records = Array.from({ length: 1000 }, (_, id) => ({
    id,
    vector: new Float32Array(4096).fill(id + 1),
    metadata: { list },
  }));
  // The insert has sixteen parts, and a turn may count more than once.
  expect(await turnsDuring(() => db.insert(records))).toBeGreaterThan(2);
  await db.close();
});
