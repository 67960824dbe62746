// Writes over time: transactions, streams, progress, aborts.

import { describe, expect, test } from 'vitest';
import type { Progress } from '../../src/index.js';
import { failure, type Open, withQuickGraph } from '../support/open.js';
import { clustered, random } from '../support/vectors.js';

/** Rows of several parts. */
const COMMITTED = 600;

const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ id: from + i, vector: [from + i + 1, 1] }));

/** Yields the records. Calls `before` ahead of each record. */
async function* stream<T>(records: readonly T[], before: (i: number) => unknown = () => {}): AsyncGenerator<T> {
  for (const [i, record] of records.entries()) {
    await before(i);
    yield record;
  }
}

export function defineStreamSuite(label: string, opener: Open): void {
  const open = withQuickGraph(opener);
  describe(`Streams and transactions, ${label}`, () => {
    test('progress of an array counts up in order to the total', async () => {
      const db = await open({ dimensions: 2 });
      const seen: Progress[] = [];
      await db.insert(rows(1000), { onProgress: (progress) => void seen.push(progress) });
      expect(seen.length).toBeGreaterThan(2);
      expect(seen.every(({ total }) => total === 1000)).toBe(true);
      const done = seen.map((progress) => progress.done);
      expect(done).toEqual([...done].sort((a, b) => a - b));
      expect(done.at(-1)).toBe(1000);
    });

    test('progress of a stream has no total', async () => {
      const db = await open({ dimensions: 2 });
      const seen: Progress[] = [];
      await db.upsert(stream(rows(2500)), { onProgress: (progress) => void seen.push(progress) });
      expect(seen.at(-1)).toEqual({ done: 2500 });
      await db.upsert({ id: 'one', vector: [1, 1] }, { onProgress: (progress) => void seen.push(progress) });
      expect(seen.at(-1)).toEqual({ done: 1, total: 1 });
      expect(await db.count()).toBe(2501);
    });

    test('rows of an array stay invisible until the whole array is written', async () => {
      const db = await open({ dimensions: 2 });
      await db.insert({ id: 'old', vector: [1, 1] });
      const counts = new Set<number>();
      let running = true;
      const watching = (async () => {
        while (running) {
          counts.add((await db.search([1, 1], 5000)).length);
          counts.add(await db.count());
          await new Promise((resolve) => setTimeout(resolve));
        }
      })();
      await db.insert(rows(4000));
      running = false;
      await watching;
      expect([...counts].filter((count) => count !== 1 && count !== 4001)).toEqual([]);
    });

    test('upsert keeps the old row searchable until the new row replaces the old row', async () => {
      const db = await open<{ version: number }>({ dimensions: 2, metric: 'euclidean' });
      const version = (v: number) => rows(3000).map((row) => ({ ...row, metadata: { version: v } }));
      await db.upsert(version(1));
      const write = db.upsert(version(2));
      let finished = false;
      void write.then(() => {
        finished = true;
      });
      do {
        const hits = await db.search([1500, 1], 50);
        expect(hits).toHaveLength(50);
        expect(new Set(hits.map((hit) => hit.id)).size).toBe(50);
        expect(new Set(hits.map((hit) => hit.metadata.version)).size).toBe(1);
        await new Promise((resolve) => setTimeout(resolve));
      } while (!finished);
      expect((await db.search([1500, 1], 1))[0]?.metadata.version).toBe(2);
      expect(await db.count()).toBe(3000);
    });

    test('a stream is a sequence: a repeated id is written again', async () => {
      const db = await open<{ v: number }>({ dimensions: 1 });
      const records = [1, 2, 3, 4].map((v) => ({ id: 'same', vector: [v], metadata: { v } }));
      expect(await db.upsert(stream(records))).toEqual(['same', 'same', 'same', 'same']);
      expect((await db.get('same'))?.metadata).toEqual({ v: 4 });
      const changes = [
        { id: 'same', metadata: { v: 5 } },
        { id: 'same', metadata: { v: 6 } },
      ];
      await db.update(new Set(changes));
      expect((await db.get('same'))?.metadata).toEqual({ v: 6 });
      const again = await failure(
        () => db.insert(stream([{ id: 'x', vector: [1], metadata: { v: 1 } }, records[0] as never])),
        'ID_EXISTS',
      );
      expect(again).toMatchObject({ written: 0, row: 1, id: 'same' });
      const twice = { id: 'y', vector: [1], metadata: { v: 1 } };
      expect(await failure(() => db.insert(stream([twice, twice])), 'ID_EXISTS')).toMatchObject({ written: 1, row: 1 });
      expect(await db.count()).toBe(2);
    });

    test('an error in a stream reports the number of written rows, and the rows are kept', async () => {
      const db = await open({ dimensions: 2 });
      const records: { id: number; vector: number[] }[] = rows(3000);
      records[2500] = { id: 2500, vector: [Number.NaN, 1] };
      for (const source of [() => stream(records), () => new Set(records)]) {
        const error = await failure(() => db.upsert(source()), 'NOT_FINITE');
        expect(error).toMatchObject({ written: 2048, row: 2500, id: 2500 });
        expect(error.message).toContain('2048 rows before it are in the database');
        expect(await db.count()).toBe(2048);
        expect((await db.stats()).hidden).toBe(0);
      }
    });

    test('SOURCE_FAILED: the error of a source that throws is the cause', async () => {
      const db = await open({ dimensions: 2 });
      const cause = new Error('model ran away');
      const error = await failure(
        () =>
          db.insert(
            stream(rows(1500), (i) => {
              if (i === 1200) throw cause;
            }),
          ),
        'SOURCE_FAILED',
      );
      expect(error).toMatchObject({ written: 1024, cause });
      expect(error.problem).toMatch(/: model ran away$/);
      const broken = {
        [Symbol.iterator]: () => ({
          next: () => {
            throw cause;
          },
        }),
      };
      expect(await failure(() => db.insert(broken), 'SOURCE_FAILED')).toMatchObject({ written: 0, cause });
      const locked = new ReadableStream<{ vector: number[] }>();
      locked.getReader();
      // WebKit's streams are not iterable, so WebKit does not accept a stream as a source.
      const code = Symbol.asyncIterator in locked ? 'SOURCE_FAILED' : 'INVALID_RECORD';
      await failure(() => db.insert(locked as never), code);
      expect(await db.count()).toBe(1024);
    });

    test('a write that fails returns its source', async () => {
      const db = await open({ dimensions: 2 });
      let cleaned = 0;
      async function* source() {
        try {
          yield { vector: [1, 1] };
          yield { vector: [1] };
        } finally {
          cleaned++;
        }
      }
      await failure(() => db.insert(source()), 'DIMENSION_MISMATCH');
      expect(cleaned).toBe(1);
    });

    test('an aborted array leaves nothing behind, at any moment', async () => {
      const db = await open({ dimensions: 2 });
      await db.insert({ id: 'old', vector: [1, 1] });
      const reason = new Error('changed my mind');
      await failure(() => db.insert(rows(10), { signal: AbortSignal.abort(reason) }), 'ABORTED');
      for (const parts of [1, 2, 5]) {
        const stop = new AbortController();
        let seen = 0;
        const onProgress = () => {
          if (++seen === parts) stop.abort(reason);
        };
        const error = await failure(() => db.insert(rows(4000), { onProgress, signal: stop.signal }), 'ABORTED');
        expect(error.cause).toEqual(reason);
        expect(error.written).toBeUndefined();
        const { count, hidden } = await db.stats();
        expect([count, hidden]).toEqual([1, 0]);
      }
      expect((await db.search([1, 1], 10)).map((hit) => hit.id)).toEqual(['old']);
      expect(await db.insert(rows(4000))).toHaveLength(4000);
    });

    test('an abort after the end of the write changes nothing', async () => {
      const db = await open({ dimensions: 2 });
      const stop = new AbortController();
      await db.insert(rows(10), { signal: stop.signal });
      stop.abort();
      expect(await db.count()).toBe(10);
    });

    test('an aborted stream keeps its finished batches, and reports the number of rows', async () => {
      const db = await open({ dimensions: 2 });
      const stop = new AbortController();
      const source = stream(rows(5000), (i) => {
        if (i === 2200) stop.abort();
      });
      expect((await failure(() => db.insert(source, { signal: stop.signal }), 'ABORTED')).written).toBe(2048);
      const { count, hidden } = await db.stats();
      expect([count, hidden]).toEqual([2048, 0]);
    });

    test('an abort does not wait for a hanging source', async () => {
      const db = await open({ dimensions: 2 });
      const stop = new AbortController();
      const source = stream(rows(5), (i) => {
        if (i < 3) return;
        stop.abort();
        return new Promise(() => {});
      });
      expect((await failure(() => db.insert(source, { signal: stop.signal }), 'ABORTED')).written).toBe(0);
    });

    test.each([0, 3, 1500])('close does not wait for a source that hangs before row %i', async (at) => {
      const db = await open({ dimensions: 2 });
      let hangs = (): void => {};
      const hanging = new Promise<void>((resolve) => {
        hangs = resolve;
      });
      const source = stream(rows(2000), (i) => {
        if (i < at) return;
        hangs();
        return new Promise(() => {});
      });
      const writing = failure(() => db.insert(source), 'CLOSED');
      await hanging;
      await db.close();
      expect((await writing).written).toBeUndefined();
    });

    test('an error thrown by onProgress aborts the write, and reaches the caller unchanged', async () => {
      const db = await open({ dimensions: 2 });
      const oops = new Error('oops');
      const onProgress = () => {
        throw oops;
      };
      await expect(db.insert(rows(2000), { onProgress })).rejects.toBe(oops);
      expect((await db.stats()).hidden).toBe(0);
      expect(await db.count()).toBe(0);
    });

    test('an error thrown by the last onProgress: nothing is written', async () => {
      const db = await open({ dimensions: 2 });
      const oops = new Error('oops');
      const onProgress = ({ done, total }: Progress) => {
        if (done === total || (total === undefined && done > 2048)) throw oops;
      };
      await expect(db.insert({ vector: [1, 1] }, { onProgress })).rejects.toBe(oops);
      await expect(db.insert(rows(256), { onProgress })).rejects.toBe(oops);
      await expect(db.insert(rows(700), { onProgress })).rejects.toBe(oops);
      expect(await db.stats()).toMatchObject({ count: 0, hidden: 0 });
      // With a stream, the earlier batches stay written.
      await expect(db.insert(stream(rows(2100)), { onProgress })).rejects.toBe(oops);
      expect(await db.stats()).toMatchObject({ count: 2048, hidden: 0 });
    });

    test('an abort in the last onProgress comes in time', async () => {
      const db = await open({ dimensions: 2 });
      const stop = new AbortController();
      const onProgress = ({ done, total }: Progress) => {
        if (done === total) stop.abort();
      };
      await failure(() => db.insert(rows(700), { onProgress, signal: stop.signal }), 'ABORTED');
      expect(await db.stats()).toMatchObject({ count: 0, hidden: 0 });
    });

    test('an abort during the commit leaves the write whole or undone, and the promise tells the outcome', async () => {
      const db = await open({ dimensions: 2 });
      for (let turns = 0; turns < 20; turns++) {
        const stop = new AbortController();
        const from = turns * COMMITTED;
        const write = db.insert(rows(COMMITTED, from), { signal: stop.signal }).then(
          () => true,
          (error) => {
            expect(error.code).toBe('ABORTED');
            return false;
          },
        );
        // The abort comes later in each round. The last aborts come after the end of the write.
        for (let turn = 0; turn < turns; turn++) await db.get(from);
        stop.abort();
        const written = await write;
        expect((await db.get([from, from + COMMITTED - 1])).map((record) => record !== undefined)).toEqual([
          written,
          written,
        ]);
        expect((await db.stats()).hidden).toBe(0);
      }
    });

    test('aborted writes are compacted too', async () => {
      const db = await open({ dimensions: 2 });
      await db.insert(rows(100));
      for (let round = 0; round < 6; round++) {
        const stop = new AbortController();
        const onProgress = ({ done }: Progress) => {
          if (done >= 900) stop.abort();
        };
        await failure(() => db.insert(rows(1500, 1000), { onProgress, signal: stop.signal }), 'ABORTED');
      }
      // The last compaction may still be running. Each call here gives the event loop a turn.
      let { tombstones } = await db.stats();
      for (let turns = 0; tombstones >= 1000 && turns < 1000; turns++) {
        await new Promise((resolve) => setTimeout(resolve));
        ({ tombstones } = await db.stats());
      }
      expect(tombstones).toBeLessThan(1000);
      expect(await db.count()).toBe(100);
    });

    test('closing a database during a write does not disturb another database', async () => {
      const [a, b] = await Promise.all([open({ dimensions: 2 }), open({ dimensions: 2 })]);
      const lost = failure(() => a.insert(stream(rows(6000))), 'CLOSED');
      const kept = b.insert(rows(3000));
      while ((await a.count()) === 0) await new Promise((resolve) => setTimeout(resolve));
      await a.close();
      const error = await lost;
      expect(error.written).toBeUndefined();
      expect(error.message).not.toContain('in the database');
      expect(await kept).toHaveLength(3000);
      expect((await b.search([1500, 1], 1)).length).toBe(1);
    });

    test('if two transactions insert the same id, the first wins and the second is undone', async () => {
      const db = await open({ dimensions: 2 });
      const results = await Promise.allSettled([db.insert(rows(3000)), db.insert(rows(3000, 2999))]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const { count, hidden } = await db.stats();
      expect([count, hidden]).toEqual([3000, 0]);
    });

    test.each([
      ['without a graph', 0, 0],
      ['with a graph', 2600, 0],
      ['during a bulk insert', 2600, 4000],
    ])('small writes take effect in the order of the calls, %s', async (_when, there, coming) => {
      const db = await open<{ v: number }>({ dimensions: 4 });
      const some = (count: number) => clustered(count, 4).map((vector) => ({ vector, metadata: { v: -1 } }));
      await db.insert(some(there));
      const bulk = db.insert(some(coming));
      const next = random(there + coming);
      const results: Promise<unknown>[] = [];
      const expected: unknown[] = [];
      let x: number | undefined;
      for (let v = 0; v < 100; v++) {
        const record = { id: 'x', vector: [v + 1, 1, 1, 1], metadata: { v } };
        const action = Math.floor(next() * 4);
        const was = x;
        if (action === 0) {
          results.push(db.delete('x'));
          expected.push(was === undefined ? 0 : 1);
          x = undefined;
        } else if (action === 1) {
          results.push(db.upsert(record));
          expected.push('x');
          x = v;
        } else if (action === 2) {
          results.push(db.insert(record).catch((error) => error.code));
          expected.push(was === undefined ? 'x' : 'ID_EXISTS');
          x ??= v;
        } else {
          results.push(db.update({ id: 'x', metadata: { v } }).catch((error) => error.code));
          expected.push(was === undefined ? 'NOT_FOUND' : 'x');
          if (was !== undefined) x = v;
        }
      }
      expect(await Promise.all(results)).toEqual(expected);
      expect((await db.get('x'))?.metadata.v).toBe(x);
      await bulk;
      expect(await db.count()).toBe(there + coming + (x === undefined ? 0 : 1));
      expect((await db.stats()).hidden).toBe(0);
    });

    test('a failed write does not let later writes overtake earlier writes', async () => {
      const db = await open({ dimensions: 4 });
      await db.insert(clustered(2600, 4).map((vector) => ({ vector })));
      const results = [
        db.upsert({ id: 'x', vector: [1, 1, 1, 1] }),
        db.upsert({ id: 'x', vector: [0, 0, 0, 0] }).catch((error) => error.code),
        db.insert({ id: 1, vector: [1, 1, 1, 1] }).catch((error) => error.code),
        db.delete('x'),
      ];
      expect(await Promise.all(results)).toEqual(['x', 'ZERO_VECTOR', 'ID_EXISTS', 1]);
      expect(await db.get('x')).toBeUndefined();
    });

    test('a search posted during a bulk insert resolves before the insert does', async () => {
      const db = await open({ dimensions: 32 });
      await db.insert({ id: 'old', vector: new Float32Array(32).fill(1) });
      const order: string[] = [];
      const bulk = db.insert(clustered(6000, 32).map((vector) => ({ vector }))).then(() => order.push('insert'));
      for (let i = 0; i < 5; i++) {
        await db.search(new Float32Array(32).fill(1), 1);
        order.push('search');
      }
      await bulk;
      expect(order).toEqual(['search', 'search', 'search', 'search', 'search', 'insert']);
    });

    test('close rejects running calls', async () => {
      const db = await open({ dimensions: 32 });
      const bulk = failure(() => db.insert(clustered(6000, 32).map((vector) => ({ vector }))), 'CLOSED');
      await db.count();
      // The compaction has nothing to do, and may end before close.
      const compaction = db.compact().catch((error) => error.code);
      await db.close();
      await bulk;
      expect([undefined, 'CLOSED']).toContain(await compaction);
    });
  });
}
