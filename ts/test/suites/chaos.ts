// Edge cases, a frequent source of faults in vector databases.

import { describe, expect, test } from 'vitest';
import { failure, type Open, withQuickGraph } from '../support/open.js';
import { clustered, nearest, random, uniform } from '../support/vectors.js';

const METRICS = ['cosine', 'dot', 'euclidean'] as const;

export function defineChaosSuite(label: string, opener: Open): void {
  const open = withQuickGraph(opener);
  describe(`Chaos, ${label}`, () => {
    test('an empty index', async () => {
      const db = await open({ dimensions: 3 });
      expect(await db.search([1, 2, 3])).toEqual([]);
      expect(await db.search([1, 2, 3], { k: 5, exact: true })).toEqual([]);
      expect(
        await db.searchMany([
          [1, 2, 3],
          [3, 2, 1],
        ]),
      ).toEqual([[], []]);
      expect([await db.count(), await db.delete('x'), await db.get('x')]).toEqual([0, 0, undefined]);
      for await (const record of db.scan()) expect(record).toBeUndefined();
      await db.compact();
    });

    test('a single vector', async () => {
      const db = await open({ dimensions: 3 });
      await db.insert({ id: 'only', vector: [1, 2, 3] });
      for (const k of [1, 2, 100]) expect((await db.search([-1, -2, -3], k)).map((hit) => hit.id)).toEqual(['only']);
      expect((await db.search([-1, -2, -3]))[0]?.distance).toBeCloseTo(2, 6);
    });

    test.each([100, 2600])('all of %i deleted, then filled again', async (size) => {
      const db = await open({ dimensions: 8 });
      const rows = clustered(size, 8);
      for (let round = 0; round < 3; round++) {
        await db.insert(rows.map((vector, id) => ({ id, vector })));
        expect(await db.delete(rows.map((_, id) => id))).toBe(size);
        expect(await db.search(rows[0] as Float32Array)).toEqual([]);
        expect(await db.count()).toBe(0);
        if (round === 1) await db.compact();
      }
      await db.insert({ id: 'again', vector: rows[0] as Float32Array });
      expect((await db.search(rows[0] as Float32Array)).map((hit) => hit.id)).toEqual(['again']);
    });

    test('4096 dimensions', async () => {
      const db = await open({ dimensions: 4096 });
      const rows = clustered(300, 4096);
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      const hits = await db.search(rows[17] as Float32Array, 5);
      expect(hits.map((hit) => hit.id)).toEqual(nearest('cosine', rows[17] as Float32Array, rows, 5));
      expect((await db.get(17))?.vector).toHaveLength(4096);
    });

    test.each(METRICS)('vectors with a single dimension, %s', async (metric) => {
      const db = await open({ dimensions: 1, metric });
      await db.insert([-2, -1, 1, 2, 3].map((x) => ({ id: x, vector: [x] })));
      const ids = (await db.search([1.1], 5)).map((hit) => hit.id);
      if (metric === 'cosine') expect(new Set(ids.slice(0, 3))).toEqual(new Set([1, 2, 3]));
      if (metric === 'dot') expect(ids).toEqual([3, 2, 1, -1, -2]);
      if (metric === 'euclidean') expect(ids).toEqual([1, 2, 3, -1, -2]);
    });

    test.each([2, 3, 15, 16, 17, 31, 100, 1023])('%i dimensions', async (dimensions) => {
      for (const metric of METRICS) {
        const db = await open({ dimensions, metric });
        const rows = uniform(60, dimensions, dimensions);
        await db.insert(rows.map((vector, id) => ({ id, vector })));
        const query = uniform(1, dimensions, 7)[0] as Float32Array;
        expect((await db.search(query, 10)).map((hit) => hit.id)).toEqual(nearest(metric, query, rows, 10));
      }
    });

    test('duplicate vectors', async () => {
      const db = await open({ dimensions: 16 });
      const vector = uniform(1, 16)[0] as Float32Array;
      await db.insert(Array.from({ length: 2600 }, (_, id) => ({ id, vector })));
      const hits = await db.search(vector, 100);
      expect(hits).toHaveLength(100);
      expect(new Set(hits.map((hit) => hit.id)).size).toBe(100);
      expect(hits.every((hit) => Math.abs(hit.distance) < 1e-6)).toBe(true);
      await db.insert({ id: 'other', vector: vector.map((x) => -x) });
      expect(
        (
          await db.search(
            vector.map((x) => -x),
            1,
          )
        )[0]?.id,
      ).toBe('other');
      expect(await db.search(vector, 2601)).toHaveLength(2601);
    });

    test('rapid insert and delete cycles', async () => {
      const db = await open({ dimensions: 4 });
      const next = random(1);
      for (let cycle = 0; cycle < 300; cycle++) {
        const id = await db.insert({ vector: [next(), next(), next(), 1] });
        expect((await db.search([1, 1, 1, 1], 10)).map((hit) => hit.id)).toEqual([id]);
        expect(await db.delete(id)).toBe(1);
        expect(await db.search([1, 1, 1, 1], 10)).toEqual([]);
      }
      expect(await db.count()).toBe(0);
    });

    test.each([50, 2600])('k above the count (%i rows)', async (size) => {
      const db = await open({ dimensions: 8 });
      await db.insert(clustered(size, 8).map((vector, id) => ({ id, vector })));
      for (const k of [size, size + 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
        const ids = (await db.search(new Float32Array(8).fill(1), k)).map((hit) => hit.id);
        expect(new Set(ids).size).toBe(size);
      }
    });

    test('the nearest deleted again and again', async () => {
      const db = await opener({ dimensions: 8, metric: 'euclidean' });
      const rows = clustered(2600, 8);
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      const query = rows[0] as Float32Array;
      const order = nearest('euclidean', query, rows, 600);
      const gone = new Set<number>();
      for (let i = 0; i < 600; i++) {
        const [hit] = await db.search(query, { k: 1, ef: 100 });
        expect(gone.has(hit?.id as number)).toBe(false);
        gone.add(hit?.id as number);
        await db.delete(hit?.id as number);
        if (i % 200 === 150) await db.compact();
      }
      const found = order.filter((id) => gone.has(id)).length;
      expect(found).toBeGreaterThan(570);
    });

    test('the same id upserted many times', async () => {
      const db = await open<{ i: number }>({ dimensions: 2, metric: 'euclidean' });
      for (let i = 0; i < 500; i++) await db.upsert({ id: 'x', vector: [i, 1], metadata: { i } });
      expect(await db.count()).toBe(1);
      const [hit, ...rest] = await db.search([0, 1], 10);
      expect([hit?.id, hit?.distance, hit?.metadata, rest.length]).toEqual(['x', 499, { i: 499 }, 0]);
      await db.compact();
      expect((await db.stats()).tombstones).toBe(0);
      await Promise.all(Array.from({ length: 100 }, (_, i) => db.upsert({ id: 'x', vector: [i, 1], metadata: { i } })));
      expect(await db.count()).toBe(1);
      expect(await db.search([0, 1], 10)).toHaveLength(1);
    });

    test('zeros, NaN and infinities, between good rows', async () => {
      const db = await open({ dimensions: 3 });
      const bad = [
        [0, 0, 0],
        [-0, 0, -0],
        [Number.NaN, 1, 1],
        [1, Number.POSITIVE_INFINITY, 1],
      ];
      for (const [i, vector] of bad.entries()) {
        await db.insert({ vector: [i + 1, 1, 1] });
        await failure(() => db.insert({ vector }), i < 2 ? 'ZERO_VECTOR' : 'NOT_FINITE');
      }
      expect(await db.search([1, 1, 1], 10)).toHaveLength(4);
    });

    test.each(METRICS)('extreme magnitudes, %s', async (metric) => {
      const db = await open({ dimensions: 2, metric });
      const rows = [
        [1e18, 1e18],
        [1e-18, -1e-18],
        [1, 0],
        [-1e15, 1e-15],
        [1.4e-45, 0],
      ].map((row) => Float32Array.from(row));
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      for (const query of [
        [1, 1],
        [1e18, -1e18],
        [1e-18, 1e-18],
      ]) {
        const hits = await db.search(query, 10);
        expect(new Set(hits.map((hit) => hit.id)).size).toBe(5);
        expect(hits.every((hit) => Number.isFinite(hit.distance) && Number.isFinite(hit.score))).toBe(true);
        expect(hits.map((hit) => hit.distance)).toEqual(hits.map((hit) => hit.distance).sort((a, b) => a - b));
      }
      for (const [id, row] of rows.entries()) {
        const stored = (await db.get(id))?.vector as Float32Array;
        for (const [i, x] of row.entries()) {
          expect(Math.abs((stored[i] as number) - x)).toBeLessThanOrEqual(Math.abs(x) * 1e-6);
        }
      }
    });

    test('a deleted id can be used again', async () => {
      const db = await open<{ v: number }>({ dimensions: 2, metric: 'euclidean' });
      for (let v = 0; v < 50; v++) {
        await db.insert({ id: 'x', vector: [v, v], metadata: { v } });
        expect((await db.search([0, 0], 5)).map((hit) => [hit.id, hit.metadata.v])).toEqual([['x', v]]);
        await db.delete('x');
        if (v % 10 === 5) await db.compact();
      }
      expect(await db.get('x')).toBeUndefined();
    });

    test('compaction while rows come and go', async () => {
      const db = await open<{ n: number }>({ dimensions: 8, metric: 'euclidean' });
      const rows = clustered(4000, 8, 3);
      const live = new Map<number, Float32Array>();
      const put = (from: number, to: number) => {
        const batch = rows.slice(from, to).map((vector, i) => ({ id: from + i, vector, metadata: { n: from + i } }));
        for (const { id, vector } of batch) live.set(id, vector);
        return db.upsert(batch);
      };
      await put(0, 2600);
      for (let round = 0; round < 6; round++) {
        const ids = [...live.keys()].filter((id) => id % 6 === round);
        for (const id of ids) live.delete(id);
        await db.delete(ids);
        const compaction = db.compact();
        const writing = put(2600 + round * 200, 2800 + round * 200);
        const hits = await db.search(rows[0] as Float32Array, 50);
        for (const hit of hits) expect(ids.includes(hit.id as number)).toBe(false);
        await Promise.all([compaction, writing]);
      }
      expect(await db.count()).toBe(live.size);
      const all = await db.search(rows[0] as Float32Array, { k: 5000, ef: 5000 });
      expect(new Set(all.map((hit) => hit.id))).toEqual(new Set(live.keys()));
      for (const hit of all) expect(hit.metadata.n).toBe(hit.id);
    });

    test('many searches at once while writing', async () => {
      const db = await open({ dimensions: 8, metric: 'euclidean' });
      const rows = clustered(3000, 8, 4);
      await db.insert(rows.slice(0, 2500).map((vector, id) => ({ id, vector })));
      const writing = db.insert(rows.slice(2500).map((vector, i) => ({ id: 2500 + i, vector })));
      const searches = Array.from({ length: 200 }, (_, i) =>
        db.search(rows[i] as Float32Array, { k: 3, exact: i % 2 === 0 }),
      );
      for (const [i, hits] of (await Promise.all(searches)).entries()) {
        expect(hits).toHaveLength(3);
        expect(hits[0]).toMatchObject({ id: i, distance: 0 });
      }
      await writing;
      expect(await db.count()).toBe(3000);
    });

    test('random operations agree with a plain map', async () => {
      const db = await open<{ v: number }>({ dimensions: 3, metric: 'euclidean' });
      const truth = new Map<number, { vector: Float32Array; v: number }>();
      const next = random(42);
      const pick = () => Math.floor(next() * 60);
      for (let step = 0; step < 1500; step++) {
        const id = pick();
        const vector = Float32Array.from({ length: 3 }, () => next());
        const action = next();
        if (action < 0.4) {
          await db.upsert({ id, vector, metadata: { v: step } });
          truth.set(id, { vector, v: step });
        } else if (action < 0.6) {
          expect(await db.delete(id)).toBe(truth.delete(id) ? 1 : 0);
        } else if (action < 0.7) {
          const old = truth.get(id);
          const update = db.update({ id, metadata: { v: step } });
          if (old === undefined) await failure(() => update, 'NOT_FOUND');
          else {
            await update;
            truth.set(id, { ...old, v: step });
          }
        } else if (action < 0.72) await db.compact();
        else {
          const hits = await db.search(vector, 5);
          const ids = [...truth.keys()];
          const order = nearest(
            'euclidean',
            vector,
            ids.map((key) => truth.get(key)?.vector as Float32Array),
            5,
          );
          expect(hits.map((hit) => hit.id)).toEqual(order.map((i) => ids[i]));
          for (const hit of hits) expect(hit.metadata.v).toBe(truth.get(hit.id as number)?.v);
        }
      }
      expect(await db.count()).toBe(truth.size);
    });
  });
}
