// Every public method does the documented work.

import { describe, expect, test } from 'vitest';
import { bestVariant } from '../../src/engine/variants.js';
import { failure, type Open, QUICK_GRAPH } from '../support/open.js';
import { clustered, distance, nearest, uniform } from '../support/vectors.js';

interface Doc {
  title: string;
  year?: number;
}

export function defineApiSuite(label: string, open: Open): void {
  describe(`API, ${label}`, () => {
    test('a newcomer passes dimensions and nothing else', async () => {
      const db = await open({ dimensions: 3 });
      expect([db.dimensions, db.metric]).toEqual([3, 'cosine']);
      const id = await db.insert({ vector: [1, 0, 0] });
      expect(await db.search([2, 0, 0])).toEqual([{ id, distance: 0, score: 1, metadata: {} }]);
    });

    test('insert takes one record, an array, an iterable and an async iterable', async () => {
      const db = await open<Doc>({ dimensions: 2 });
      const record = (title: string) => ({ vector: [1, 2], metadata: { title } });
      expect(await db.insert(record('a'))).toBe(1);
      expect(await db.insert([record('b'), record('c')])).toEqual([2, 3]);
      expect(await db.insert(new Set([record('d'), record('e')]))).toEqual([4, 5]);
      async function* source() {
        yield record('f');
        yield record('g');
      }
      expect(await db.insert(source())).toEqual([6, 7]);
      expect(await db.insert([])).toEqual([]);
      expect(await db.insert(new Set<never>())).toEqual([]);
      const titles = [];
      for await (const { metadata } of db.scan()) titles.push(metadata.title);
      expect(titles.join('')).toBe('abcdefg');
    });

    test('chosen ids never repeat, and are greater than every integer id up to 2^52, deleted ids included', async () => {
      const db = await open({ dimensions: 1 });
      expect(await db.insert({ id: 7, vector: [1] })).toBe(7);
      expect(await db.insert({ vector: [1] })).toBe(8);
      expect(await db.delete(8)).toBe(1);
      expect(await db.insert({ vector: [1] })).toBe(9);
      expect(await db.insert([{ vector: [1] }, { id: 10, vector: [1] }, { vector: [1] }])).toEqual([11, 10, 12]);
      expect(await db.insert({ id: 20.5, vector: [1] })).toBe(20.5);
      expect(await db.insert({ vector: [1] })).toBe(21);
      expect(await db.insert({ id: -3, vector: [1] })).toBe(-3);
      expect(await db.insert({ vector: [1] })).toBe(22);
    });

    test('large numbers as ids do not use up the integers to choose from', async () => {
      const db = await open<{ mine?: boolean }>({ dimensions: 1 });
      const large = [2 ** 52 + 1, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e17, 1e300];
      for (const [i, id] of large.entries()) {
        await db.insert({ id, vector: [1], metadata: { mine: true } });
        expect(await db.insert({ vector: [1] })).toBe(2 * i + 1);
        expect(await db.insert([{ id: -id, vector: [1] }, { vector: [1] }])).toEqual([-id, 2 * i + 2]);
      }
      expect(await db.count()).toBe(4 * large.length);
      for (const record of await db.get(large)) expect(record?.metadata).toEqual({ mine: true });
    });

    test('INVALID_ID if too few integers are left to choose from: nothing is written, no row replaced', async () => {
      const db = await open<{ mine?: boolean }>({ dimensions: 1 });
      await db.insert({ id: 2 ** 52 - 2, vector: [1], metadata: { mine: true } });
      const two = await failure(() => db.insert([{ vector: [1] }, { vector: [2] }, { vector: [3] }]), 'INVALID_ID');
      expect(two).toMatchObject({ expected: 'at most 2 records without an id', got: '3' });
      expect(await db.count()).toBe(1);
      // The write contains the id 2^52 as well, so no integers are left to choose from.
      await failure(() => db.insert([{ vector: [1] }, { id: 2 ** 52, vector: [1] }]), 'INVALID_ID');
      expect(await db.insert([{ vector: [1] }, { vector: [1] }])).toEqual([2 ** 52 - 1, 2 ** 52]);
      await failure(() => db.insert({ vector: [1] }), 'INVALID_ID');
      await failure(() => db.insert(new Set([{ vector: [1] }])), 'INVALID_ID');
      expect(await db.count()).toBe(3);
      expect((await db.get(2 ** 52 - 2))?.metadata).toEqual({ mine: true });
      expect(await db.insert({ id: 'own', vector: [1] })).toBe('own');
    });

    test('ids are strings or numbers of every form', async () => {
      const db = await open<{ n: number }>({ dimensions: 1 });
      const ids = [
        '',
        '1',
        1,
        '__proto__',
        'constructor',
        '日本',
        '👩‍👩‍👧',
        ' ',
        -1,
        0.5,
        2 ** 53,
        -(2 ** 60),
        1e300,
        '\0',
        '\ud800',
      ];
      await db.upsert(ids.map((id, n) => ({ id, vector: [n + 1], metadata: { n } })));
      expect(await db.count()).toBe(ids.length);
      expect((await db.get(ids)).map((record) => [record?.id, record?.metadata.n])).toEqual(
        ids.map((id, n) => [id, n]),
      );
      expect(await db.upsert({ id: -0, vector: [1], metadata: { n: 0 } })).toBe(0);
      expect(Object.is((await db.get(0))?.id, 0)).toBe(true);
      expect(await db.delete(ids)).toBe(ids.length);
    });

    test('upsert replaces vector and metadata, and the row keeps its place in the order', async () => {
      const db = await open<Doc>({ dimensions: 2 });
      await db.upsert([
        { id: 'a', vector: [1, 0], metadata: { title: 'A', year: 1 } },
        { id: 'b', vector: [0, 1], metadata: { title: 'B' } },
      ]);
      expect(await db.upsert({ id: 'a', vector: [0, 2], metadata: { title: 'A2' } })).toBe('a');
      expect(await db.get('a')).toEqual({ id: 'a', vector: Float32Array.of(0, 2), metadata: { title: 'A2' } });
      const ids = [];
      for await (const { id } of db.scan()) ids.push(id);
      expect(ids).toEqual(['a', 'b']);
      expect(await db.count()).toBe(2);
      expect((await db.search([1, 0])).map((hit) => hit.id)).toHaveLength(2);
    });

    test('update merges metadata, and changes the vector only if given', async () => {
      const db = await open<Doc>({ dimensions: 2, metric: 'euclidean' });
      await db.insert({ id: 'a', vector: [1, 1], metadata: { title: 'A', year: 1 } });
      expect(await db.update({ id: 'a', metadata: { year: 2 } })).toBe('a');
      expect(await db.get('a')).toEqual({ id: 'a', vector: Float32Array.of(1, 1), metadata: { title: 'A', year: 2 } });
      await db.update({ id: 'a', vector: [3, 3] });
      expect(await db.get('a')).toEqual({ id: 'a', vector: Float32Array.of(3, 3), metadata: { title: 'A', year: 2 } });
      await db.insert([
        { id: 'b', vector: [2, 2], metadata: { title: 'B' } },
        { id: 'c', vector: [4, 4], metadata: { title: 'C' } },
      ]);
      const changes = [{ id: 'c', metadata: { title: 'CC' } }, { id: 'b', vector: [9, 9] }, { id: 'a' }];
      expect(await db.update(changes)).toEqual(['c', 'b', 'a']);
      const [b, c] = await db.get(['b', 'c']);
      expect([b?.vector[0], b?.metadata.title, c?.vector[0], c?.metadata.title]).toEqual([9, 'B', 4, 'CC']);
    });

    test('get and delete ignore ids that do not exist', async () => {
      const db = await open({ dimensions: 1 });
      await db.insert([{ vector: [1] }, { vector: [2] }]);
      expect(await db.get('nope')).toBeUndefined();
      expect((await db.get([2, 3, 2, 1])).map((record) => record?.id)).toEqual([2, undefined, 2, 1]);
      expect(await db.get([])).toEqual([]);
      expect(await db.delete('nope')).toBe(0);
      expect(await db.delete([1, 1, 5])).toBe(1);
      expect(await db.delete([])).toBe(0);
      expect(await db.count()).toBe(1);
    });

    test.each(['cosine', 'dot', 'euclidean'] as const)(
      '%s: distance and score follow the documented formulas',
      async (metric) => {
        const db = await open({ dimensions: 17, metric });
        const rows = uniform(50, 17, 3);
        await db.insert(rows.map((vector, id) => ({ id, vector })));
        const [query] = uniform(1, 17, 4) as [Float32Array];
        const hits = await db.search(query, 50);
        expect(hits.map((hit) => hit.id)).toEqual(nearest(metric, query, rows, 50));
        for (const hit of hits) {
          const expected = distance(metric, query, rows[hit.id as number] as Float32Array);
          expect(hit.distance).toBeCloseTo(expected, 4);
          const score = metric === 'cosine' ? 1 - expected : metric === 'dot' ? -expected : 1 / (1 + expected);
          expect(hit.score).toBeCloseTo(score, 4);
        }
      },
    );

    test('cosine ignores the length of vectors, and stored vectors keep the length they were given', async () => {
      const db = await open({ dimensions: 3 });
      await db.insert({ id: 'long', vector: [3e6, 4e6, 0] });
      await db.insert({ id: 'short', vector: [0, 3e-6, 4e-6] });
      const [first, second] = await db.search([0, 1e-3, 0], 2);
      expect([first?.id, second?.id]).toEqual(['long', 'short']);
      expect(first?.score).toBeCloseTo(0.8, 6);
      expect(second?.score).toBeCloseTo(0.6, 6);
      const stored = (await db.get('long'))?.vector as Float32Array;
      expect(stored[0]).toBeCloseTo(3e6, -1);
      expect(stored[1]).toBeCloseTo(4e6, -1);
    });

    test('search takes k, ef, exact and includeVectors', async () => {
      const db = await open({ dimensions: 4, metric: 'euclidean' });
      const rows = uniform(100, 4);
      await db.insert(rows.map((vector) => ({ vector })));
      const query = rows[5] as Float32Array;
      expect(await db.search(query)).toHaveLength(10);
      expect(await db.search(query, 3)).toHaveLength(3);
      expect(await db.search(query, { k: 4, ef: 2 })).toHaveLength(4);
      expect(await db.search(query, { exact: true, k: 5 })).toEqual(await db.search(query, 5));
      const [hit] = await db.search(query, { k: 1, includeVectors: true });
      expect(hit).toEqual({ id: 6, distance: 0, score: 1, metadata: {}, vector: query });
      expect(await db.search(query, 1)).not.toHaveProperty('0.vector');
      expect(await db.search(query, 1e9)).toHaveLength(100);
    });

    test('searchMany returns the same hits as search', async () => {
      const db = await open({ dimensions: 8 });
      await db.insert(clustered(300, 8).map((vector) => ({ vector })));
      const queries = clustered(20, 8, 9);
      const one = await Promise.all(queries.map((query) => db.search(query, 7)));
      expect(await db.searchMany(queries, 7)).toEqual(one);
      expect(await db.searchMany(queries.slice(0, 1), { k: 7 })).toEqual(one.slice(0, 1));
      expect(await db.searchMany([])).toEqual([]);
      const [first] = await db.searchMany(queries, { k: 1, includeVectors: true });
      expect(first?.[0]?.vector).toHaveLength(8);
    });

    test('hits of searchMany share no values, also if a row is updated between two queries', async () => {
      const db = await open<{ version: number; tags: string[] }>({ dimensions: 4 });
      await db.insert({ id: 1, vector: [1, 0, 0, 0], metadata: { version: 0, tags: ['a'] } });
      const queries = Array.from({ length: 20_000 }, () => [1, 0, 0, 0]);
      const versions = new Set<number>();
      // Ends with the first call with an update between two queries.
      for (let version = 1; versions.size < 2; version++) {
        const [lists] = await Promise.all([
          db.searchMany(queries, 1),
          db.update({ id: 1, metadata: { version } as { version: number; tags: string[] } }),
        ]);
        const hits = lists.flat();
        const tags = new Set(hits.map(({ metadata }) => metadata.tags));
        expect([hits.length, tags.size]).toEqual([queries.length, queries.length]);
        versions.clear();
        for (const { metadata } of hits) versions.add(metadata.version);
      }
    });

    test('vectors may be any list of numbers, and are copied', async () => {
      const db = await open({ dimensions: 3, metric: 'euclidean' });
      const tensor = Float32Array.of(0, 0, 0, 1, 2, 3, 0, 0, 0);
      const inputs = [
        tensor.subarray(3, 6),
        [1, 2, 3],
        Float64Array.of(1, 2, 3),
        Int8Array.of(1, 2, 3),
        { length: 3, 0: 1, 1: 2, 2: 3 },
      ];
      const writes = inputs.map((vector, id) => db.insert({ id, vector }));
      const search = db.search(tensor.subarray(3, 6), 5);
      tensor.fill(7);
      await Promise.all(writes);
      for (const id of inputs.keys()) expect((await db.get(id))?.vector).toEqual(Float32Array.of(1, 2, 3));
      expect((await search).every((hit) => hit.distance === 0)).toBe(true);
      const hits = await db.search(Float64Array.of(1, 2, 3), { includeVectors: true });
      hits[0]?.vector.fill(9);
      expect((await db.get(hits[0]?.id ?? ''))?.vector).toEqual(Float32Array.of(1, 2, 3));
    });

    test('metadata is copied in and out, and values keep their types', async () => {
      const db = await open<{ when: Date; tags: Set<string>; deep: { list: number[] }; bytes: Uint8Array }>({
        dimensions: 1,
      });
      const metadata = { when: new Date(0), tags: new Set(['x']), deep: { list: [1] }, bytes: Uint8Array.of(1, 2) };
      const write = db.insert({ id: 1, vector: [1], metadata });
      metadata.deep.list.push(2);
      await write;
      const expected = { ...metadata, deep: { list: [1] } };
      const got = await db.get(1);
      expect(got?.metadata).toEqual(expected);
      got?.metadata.deep.list.push(3);
      const [hit] = await db.search([1]);
      expect(hit?.metadata).toEqual(expected);
      hit?.metadata.tags.clear();
      for await (const record of db.scan()) expect(record.metadata).toEqual(expected);
    });

    test('records and hits never share metadata, even if the records given to insert did', async () => {
      const db = await open<{ tags: string[] }>({ dimensions: 2 });
      const tags = ['x'];
      const shared = { tags };
      await db.insert([1, 2, 3].map((id) => ({ id, vector: [id, 1], metadata: id === 3 ? { tags } : shared })));
      const spoil = (records: readonly ({ metadata: { tags: string[] } } | undefined)[]) => {
        for (const record of records) {
          expect(record?.metadata).toEqual({ tags: ['x'] });
          record?.metadata.tags.push('y');
        }
      };
      spoil(await db.search([1, 1], 3));
      spoil(
        (
          await db.searchMany(
            [
              [1, 1],
              [1, 1],
            ],
            3,
          )
        ).flat(),
      );
      spoil(await db.get([1, 1, 2, 3]));
      const scanned = [];
      for await (const record of db.scan()) scanned.push(record);
      spoil(scanned);
      await db.update([1, 2].map((id) => ({ id, metadata: shared })));
      spoil(await db.get([1, 2]));
    });

    test('takes the rows of a transformers.js tensor', async () => {
      // A feature-extraction pipeline returns n x d numbers in one array.
      const tensor = {
        dims: [3, 4],
        type: 'float32',
        size: 12,
        data: Float32Array.from({ length: 12 }, (_, i) => i + 1),
      };
      const [count, dimensions] = tensor.dims as [number, number];
      const db = await open({ dimensions, metric: 'euclidean' });
      const row = (i: number) => tensor.data.subarray(i * dimensions, (i + 1) * dimensions);
      await db.upsert(Array.from({ length: count }, (_, id) => ({ id, vector: row(id) })));
      const [hit] = await db.search(row(2), { k: 1, includeVectors: true });
      expect(hit).toMatchObject({ id: 2, vector: Float32Array.of(9, 10, 11, 12) });
      // The tensor still has all data.
      expect(tensor.data).toHaveLength(12);
    });

    test('scan returns the rows present at its start, in order, without rows deleted in the meantime', async () => {
      const db = await open<{ n: number }>({ dimensions: 2 });
      await db.insert(uniform(10, 2).map((vector, n) => ({ vector, metadata: { n } })));
      const seen: unknown[] = [];
      for await (const { id } of db.scan({ batchSize: 3 })) {
        seen.push(id);
        if (id === 2) await db.delete([1, 5, 9]);
        if (id === 3) await db.insert({ vector: [1, 1], metadata: { n: 11 } });
      }
      expect(seen).toEqual([1, 2, 3, 4, 6, 7, 8, 10]);
      for await (const record of db.scan({ includeVectors: true })) expect(record.vector).toHaveLength(2);
      for await (const record of db.scan()) expect(record).not.toHaveProperty('vector');
    });

    test('a database compacts by itself if rows are replaced again and again', async () => {
      const db = await open({ dimensions: 2 });
      const records = Array.from({ length: 1200 }, (_, id) => ({ id, vector: [id, 1] }));
      for (let round = 0; round < 4; round++) await db.upsert(records);
      // The last compaction may still be running. Each call here gives the event loop a turn.
      let { tombstones } = await db.stats();
      for (let turns = 0; tombstones >= 1000 && turns < 1000; turns++) {
        await new Promise((resolve) => setTimeout(resolve));
        ({ tombstones } = await db.stats());
      }
      expect(tombstones).toBeLessThan(1000);
      expect(await db.count()).toBe(1200);
      expect((await db.search([7, 1], 1))[0]?.id).toBe(7);
    });

    test('compact frees deleted rows and loses no other row', async () => {
      const db = await open({ dimensions: 8, ...QUICK_GRAPH });
      const rows = clustered(2500, 8);
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      await db.delete(Array.from({ length: 1000 }, (_, i) => i * 2));
      expect((await db.stats()).tombstones).toBe(1000);
      await Promise.all([db.compact(), db.compact()]);
      const stats = await db.stats();
      expect([stats.tombstones, stats.count]).toEqual([0, 1500]);
      const query = rows[1] as Float32Array;
      expect((await db.search(query, 1))[0]?.id).toBe(1);
      await db.compact();
    });

    test('stats returns the documented counts', async () => {
      const db = await open({ dimensions: 8 });
      await db.insert(uniform(10, 8).map((vector) => ({ vector })));
      await db.search(new Float32Array(8).fill(1));
      const stats = await db.stats();
      expect(stats).toMatchObject({
        count: 10,
        hidden: 0,
        tombstones: 0,
        levels: 0,
        distances: 10,
        variant: bestVariant(),
      });
      expect(stats.host).toBe(db.host);
      expect(stats.memoryBytes).toBeGreaterThan(10 * 8 * 4);
    });

    test('close is final, and can be repeated', async () => {
      const db = await open({ dimensions: 1 });
      await db.insert({ vector: [1] });
      await db.close();
      await db.close();
      const calls = [
        () => db.insert({ vector: [1] }),
        () => db.insert([]),
        () => db.upsert(new Set<never>()),
        () => db.get(1),
        () => db.delete(1),
        () => db.has(1),
        () => db.keys(),
        () => db.clear(),
        () => db.count(),
        () => db.search({ like: 1 }),
        () => db.search([1]),
        () => db.searchMany([[1]]),
        () => db.scan().next(),
        () => db.compact(),
        () => db.stats(),
      ];
      for (const call of calls) await failure(call, 'CLOSED');
    });

    test('the database is closed at the end of an await using block', async () => {
      const db = await open({ dimensions: 1 });
      expect(Object.keys(db)).toEqual(['dimensions', 'metric', 'host']);
      expect('undefined' in db).toBe(false);
      if (Symbol.asyncDispose === undefined) return;
      await db[Symbol.asyncDispose]();
      await failure(() => db.count(), 'CLOSED');
    });

    test('two databases do not influence each other', async () => {
      const [a, b] = await Promise.all([open({ dimensions: 1 }), open({ dimensions: 2 })]);
      await Promise.all([a.insert({ vector: [1] }), b.insert([{ vector: [1, 1] }, { vector: [1, 2] }])]);
      expect([await a.count(), await b.count()]).toEqual([1, 2]);
      await a.close();
      expect(await b.search([1, 1], 1)).toHaveLength(1);
    });

    test('the same seed and the same operations give the same hits', async () => {
      const run = async (seed: number) => {
        const db = await open({ dimensions: 16, seed, ...QUICK_GRAPH });
        await db.insert(clustered(2600, 16, 5).map((vector) => ({ vector })));
        return {
          hits: await db.searchMany(clustered(10, 16, 6), { k: 5, ef: 20 }),
          work: (await db.stats()).buildDistances,
        };
      };
      const first = await run(1);
      expect(await run(1)).toEqual(first);
      expect((await run(2)).work).not.toBe(first.work);
    });
  });
}
