// The synchronous index: its calls, and the exchange of stored databases with the entry `edgevec`.

import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EdgeVec as Database, type EdgeVecErrorCode, type OpenOptions } from '../../src/index.js';
import init, { EdgeVec, EdgeVecConfig, type EdgeVecError } from '../../src/sync.js';
import { failure, QUICK_GRAPH } from '../support/open.js';
import { quickStart } from '../support/sync-quick-start.js';
import { clustered, distance, nearest, uniform } from '../support/vectors.js';

interface Doc {
  n: number;
  tags?: string[];
}

let names = 0;

function thrown(call: () => unknown, code: EdgeVecErrorCode): Promise<EdgeVecError> {
  return failure(async () => call(), code);
}

function indexOf(dimensions: number, settings: Partial<EdgeVecConfig> = {}): EdgeVec<Doc> {
  return new EdgeVec<Doc>(Object.assign(new EdgeVecConfig(dimensions), settings));
}

/** @param kept how the entry `edgevec` opens databases */
export function defineSyncSuite(label: string, kept: Pick<OpenOptions, 'worker' | 'directory'>): void {
  describe(`Synchronous index, ${label}`, () => {
    const where = kept.directory === undefined ? {} : { directory: kept.directory };
    const made = new Set<string>();
    const fresh = (): string => {
      const name = `sync-${Date.now()}-${names++}`;
      made.add(name);
      return name;
    };

    beforeAll(() => init());

    afterEach(async () => {
      for (const name of made) await Database.drop(name, where);
      made.clear();
    });

    const open = (name: string, options: Partial<OpenOptions> = {}) =>
      Database.open<Doc>({ ...kept, name, ...options } as OpenOptions & { name: string });

    /** Everything in a database of the entry `edgevec`, in order. */
    async function everything(db: Database<Doc>): Promise<unknown[]> {
      const all: unknown[] = [];
      for await (const { id, vector, metadata } of db.scan({ includeVectors: true })) {
        all.push([id, [...vector], metadata]);
      }
      return all;
    }

    /** Everything in an index, in the same form. */
    const rowsOf = (index: EdgeVec<Doc>, ids: readonly number[]): unknown[] =>
      ids.map((id) => [id, [...(index.getVector(id) as Float32Array)], index.getMetadata(id) ?? {}]);

    test('the quick start of the articles', async () => {
      const name = fresh();
      expect(await quickStart(name, where)).toEqual({ id: 0, results: [{ id: 0, score: 0 }], again: [0] });
      // Everything is replaced when the same code runs again.
      expect(await quickStart(name, where)).toMatchObject({ id: 0, again: [0] });
    });

    test.each(['cosine', 'dot', 'euclidean', 'l2'] as const)('%s: the score is the distance', (metric) => {
      const index = indexOf(8, { metric: metric as 'cosine' });
      const known = metric === 'l2' ? 'euclidean' : metric;
      expect(index.metric).toBe(known);
      const rows = uniform(50, 8, 3);
      expect(rows.map((row) => index.insert(row))).toEqual(rows.map((_, i) => i));
      const [query] = uniform(1, 8, 4) as [Float32Array];
      const hits = index.search(query, 10);
      expect(hits.map(({ id }) => id)).toEqual(nearest(known, query, rows, 10));
      for (const { id, score } of hits) expect(score).toBeCloseTo(distance(known, query, rows[id] as Float32Array), 4);
    });

    test('rows are found at once, also while the graph is made and calibrated', () => {
      const index = indexOf(16, { ...QUICK_GRAPH });
      const all = clustered(2_340, 16, 5);
      const rows = all.slice(0, 2_300);
      const { ids, inserted, total } = index.insertBatch(rows.slice(0, 1_900));
      expect([ids.length, ids.at(-1), inserted, total]).toEqual([1_900, 1_899, 1_900, 1_900]);
      for (const row of rows.slice(1_900)) {
        const id = index.insert(row);
        expect(index.search(row, 1)).toMatchObject([{ id }]);
      }
      const { levels, calibratedRows, count, memory } = index.stats();
      expect([levels > 0, calibratedRows >= 2_000, count, memory.graph > 0]).toEqual([true, true, 2_300, true]);
      const queries = all.slice(2_300);
      const shareOf = (options: object): number => {
        const found = queries.map((query) => {
          const truth = new Set(nearest('cosine', query, rows, 10));
          return index.search(query, 10, options).filter(({ id }) => truth.has(id)).length;
        });
        return found.reduce((sum, hits) => sum + hits, 0) / (10 * queries.length);
      };
      expect(shareOf({ exact: true })).toBe(1);
      expect(shareOf({})).toBeGreaterThan(0.9);
      expect(shareOf({ recall: 0.99 })).toBeGreaterThan(0.95);
      expect(shareOf({ ef: 2_000 })).toBeGreaterThan(0.98);
    });

    test('options of a search: offset, filter, vectors', () => {
      const index = indexOf(2, { metric: 'euclidean' });
      for (let n = 0; n < 6; n++) index.insert([n, 0], n === 3 ? undefined : { n, tags: n % 2 === 0 ? ['even'] : [] });
      expect(index.search([0, 0], 2, { offset: 1 }).map(({ id }) => id)).toEqual([1, 2]);
      expect(index.search([0, 0], { k: 1, offset: 2 }).map(({ id }) => id)).toEqual([2]);
      expect(index.search([0, 0])).toHaveLength(6);
      expect(index.search([0, 0], 6, { filter: { n: { $gte: 1 }, tags: { $contains: 'even' } } })).toEqual([
        { id: 2, score: 2, metadata: { n: 2, tags: ['even'] } },
        { id: 4, score: 4, metadata: { n: 4, tags: ['even'] } },
      ]);
      const [third] = index.search([3, 0], 1, { includeVectors: true });
      expect(third).toEqual({ id: 3, score: 0, vector: Float32Array.of(3, 0) });
    });

    test('deletions, and the space of deleted rows', async () => {
      const index = indexOf(2);
      index.insertBatch([
        [1, 0],
        [0, 1],
        [1, 1],
      ]);
      expect([index.softDelete(1), index.softDelete(1), index.delete(1), index.delete(7)]).toEqual([
        true,
        false,
        false,
        false,
      ]);
      expect([index.isDeleted(1), index.isDeleted(0), index.has(1), index.has(0)]).toEqual([true, false, false, true]);
      await thrown(() => index.softDelete(7), 'NOT_FOUND');
      await thrown(() => index.isDeleted(3), 'NOT_FOUND');
      expect([index.size, index.liveCount(), index.deletedCount(), index.stats().tombstones]).toEqual([2, 2, 1, 1]);
      expect(index.compact()).toEqual({ tombstonesRemoved: 1, newSize: 2, durationMs: expect.any(Number) });
      expect([index.deletedCount(), index.isDeleted(1), index.getVector(1)]).toEqual([0, true, undefined]);
      // The next row takes the slot of the deleted row, and an id of its own.
      expect(index.insert([0, 1])).toBe(3);
      expect(index.search([0, 1], 4).map(({ id }) => id)).toEqual([3, 2, 0]);
    });

    test('metadata is copied, whole and by field', async () => {
      const index = indexOf(2);
      const metadata: Doc = { n: 1, tags: ['a'] };
      const id = index.insertWithMetadata([1, 0], metadata);
      metadata.tags?.push('b');
      expect(index.getMetadata(id)).toEqual({ n: 1, tags: ['a'] });
      index.getMetadata(id)?.tags?.push('c');
      index.search([1, 0], 1)[0]?.metadata?.tags?.push('d');
      expect(index.getMetadata(id, 'tags')).toEqual(['a']);
      index.setMetadata(id, 'n', 2);
      expect(index.getMetadata(id)).toEqual({ n: 2, tags: ['a'] });
      expect(index.search([1, 0], 1, { filter: { n: 2 } })).toHaveLength(1);
      index.setMetadata(id, { n: 3 });
      expect([index.getMetadata(id), index.getMetadata(id, 'tags')]).toEqual([{ n: 3 }, undefined]);
      expect(index.search([1, 0], 1, { filter: { n: 2 } })).toEqual([]);
      const without = index.insert([1, 0]);
      expect(index.getMetadata(without)).toBeUndefined();
      index.setMetadata(without, 'n', 4);
      expect(index.getMetadata(without)).toEqual({ n: 4 });
      await thrown(() => index.setMetadata(9, { n: 1 }), 'NOT_FOUND');
      await thrown(() => index.getMetadata(9), 'NOT_FOUND');
      const error = await thrown(() => index.setMetadata(id, { n: () => 1 } as never), 'METADATA_NOT_STORABLE');
      expect(error.id).toBe(id);
    });

    test('a batch is inserted whole or not at all', async () => {
      const index = indexOf(2, { metric: 'cosine' });
      const rows = Array.from({ length: 600 }, (_, i) => [1, i]);
      const bad = [...rows.slice(0, 500), [0, 0], ...rows.slice(500)];
      expect((await thrown(() => index.insertBatch(bad), 'ZERO_VECTOR')).row).toBe(500);
      bad[500] = [1, Number.NaN];
      expect((await thrown(() => index.insertBatch(bad), 'NOT_FINITE')).row).toBe(500);
      bad[500] = [1];
      expect((await thrown(() => index.insertBatch(bad), 'DIMENSION_MISMATCH')).row).toBe(500);
      expect([index.size, index.search([1, 1])]).toEqual([0, []]);
      const metadata = rows.map((_, n) => (n % 2 === 0 ? { n } : undefined));
      expect(index.insertBatch(rows, { metadata }).ids).toEqual(rows.map((_, i) => i));
      expect([index.getMetadata(4), index.getMetadata(5)]).toEqual([{ n: 4 }, undefined]);
      expect(index.insertBatch(new Set([Float32Array.of(1, 2)])).ids).toEqual([600]);
      expect(index.insertBatch({ dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) }).ids).toEqual([601, 602]);
      expect(index.insertBatch([]).ids).toEqual([]);
    });

    test('an entry edgevec opens what an index has saved', async () => {
      const index = indexOf(4, {
        metric: 'l2' as 'euclidean',
        precision: 'float32',
        m: 8,
        efConstruction: 50,
        seed: 7,
      });
      const rows = uniform(300, 4, 9);
      index.insertBatch(rows, { metadata: rows.map((_, n) => ({ n, tags: [`t${n % 3}`] })) });
      for (const id of [0, 17, 299]) index.delete(id);
      index.setMetadata(5, 'n', -5);
      const name = fresh();
      const saving = index.save(name, where);
      // Later changes are not in the copy.
      index.delete(5);
      await saving;
      const ids = rows.map((_, id) => id).filter((id) => ![0, 17, 299].includes(id));
      const db = await open(name);
      try {
        expect([db.dimensions, db.metric, await db.count()]).toEqual([4, 'euclidean', 297]);
        expect(await db.get(5)).toMatchObject({ id: 5, metadata: { n: -5, tags: ['t2'] } });
        const [query] = uniform(1, 4, 10) as [Float32Array];
        const hits = await db.search(query, { k: 8, filter: { tags: { $contains: 't1' } } });
        const own = index.search(query, 8, { filter: { tags: { $contains: 't1' } } });
        expect(hits.map(({ id, distance }) => ({ id, score: distance }))).toEqual(
          own.map(({ id, score }) => ({ id, score })),
        );
        // The next id is above every id of the index, also of deleted rows.
        expect(await db.insert({ vector: [1, 2, 3, 4], metadata: { n: 300 } })).toBe(300);
        expect((await everything(db)).length).toBe(298);
        await db.delete(300);
      } finally {
        await db.close();
      }
      const again = await EdgeVec.load<Doc>(name, where);
      expect(again.getMetadata(5)).toEqual({ n: -5, tags: ['t2'] });
      const others = ids.filter((id) => id !== 5);
      expect(rowsOf(again, others)).toEqual(rowsOf(index, others));
      expect(again.insert([1, 1, 1, 1])).toBe(301);
    });

    test('an index loads what the entry edgevec has stored: the checkpoint and the log after it', async () => {
      const name = fresh();
      const db = await open(name, { dimensions: 8, metric: 'dot', ...QUICK_GRAPH });
      const rows = clustered(2_200, 8, 11);
      await db.insert(rows.map((vector, n) => ({ vector, metadata: { n } })));
      await db.save();
      await db.delete([3, 4]);
      await db.update({ id: 5, metadata: { n: -5 } });
      await db.upsert({ id: 6, vector: rows[0] as Float32Array, metadata: { n: 6 } });
      await db.insert({ vector: rows[1] as Float32Array, metadata: { n: 2_200 } });
      const all = await everything(db);
      // The database may stay open meanwhile.
      const index = await EdgeVec.load<Doc>(name, where);
      const ids = (all as [number][]).map(([id]) => id);
      expect([index.size, index.dimensions, index.metric]).toEqual([2_199, 8, 'dot']);
      expect(rowsOf(index, ids)).toEqual(all);
      const [query] = clustered(1, 8, 12) as [Float32Array];
      const hits = await db.search(query, { k: 5, exact: true, filter: { n: { $lt: 1_000 } } });
      expect(index.search(query, 5, { exact: true, filter: { n: { $lt: 1_000 } } })).toEqual(
        hits.map(({ id, distance, metadata }) => ({ id, score: distance, metadata })),
      );
      expect(index.insert(query)).toBe(2_202);
      // Nobody sees the rows of the index before a save.
      expect(await db.count()).toBe(2_199);
      await db.close();
      await index.save(name, where);
      const next = await open(name);
      expect(await next.count()).toBe(2_200);
      await next.close();
    });

    test('an empty index is saved, and goes on with other ids', async () => {
      const name = fresh();
      await indexOf(3).save(name, where);
      const index = await EdgeVec.load(name, where);
      expect([index.size, index.dimensions, index.search([1, 2, 3])]).toEqual([0, 3, []]);
      const id = index.insert([1, 2, 3]);
      await index.save(name, where);
      expect((await EdgeVec.load(name, where)).search([1, 2, 3])).toEqual([{ id, score: expect.closeTo(0, 5) }]);
    });

    test.each([
      ['a text', 'a'],
      ['a fraction', 1.5],
      ['a negative number', -1],
    ])('a database with %s as an id is refused', async (_what, id) => {
      const name = fresh();
      const db = await open(name, { dimensions: 2 });
      await db.insert([
        { id: 1, vector: [1, 2], metadata: { n: 1 } },
        { id, vector: [1, 2], metadata: { n: 2 } },
      ]);
      await db.close();
      const error = await failure(() => EdgeVec.load(name, where), 'INVALID_ID');
      expect(error.remedy).toContain("'edgevec'");
    });

    test('a save does not replace the writes of others', async () => {
      const name = fresh();
      const first = indexOf(2);
      first.insert([1, 0]);
      await first.save(name, where);
      const second = await EdgeVec.load<Doc>(name, where);
      second.insert([0, 1]);
      await second.save(name, where);
      first.insert([1, 1]);
      await failure(() => first.save(name, where), 'CONFLICT');
      expect((await EdgeVec.load(name, where)).getVector(1)).toEqual(Float32Array.of(0, 1));
      // The index that has saved last may save again.
      second.insert([2, 1]);
      await second.save(name, where);
      const db = await open(name);
      await db.insert({ vector: [3, 1], metadata: { n: 1 } });
      await db.close();
      await failure(() => second.save(name, where), 'CONFLICT');
      const copy = fresh();
      await second.save(copy, where);
      await second.save(name, { ...where, overwrite: true });
      await second.save(name, where);
      expect([(await EdgeVec.load(name, where)).size, (await EdgeVec.load(copy, where)).size]).toEqual([3, 3]);
      // Opening a database, searching and a checkpoint are no writes.
      const reader = await open(name);
      await reader.search([1, 1]);
      await reader.save();
      await reader.close();
      await second.save(name, where);
      // A dropped database has no writes that could be lost.
      await Database.drop(name, where);
      await second.save(name, where);
    });

    test('saves under one name take turns', async () => {
      const name = fresh();
      const index = indexOf(2);
      index.insert([1, 0]);
      const one = index.save(name, where);
      index.insert([0, 1]);
      const two = index.save(name, where);
      const other = indexOf(2);
      other.insert([3, 3]);
      await Promise.all([one, two, other.save(name, where)]);
      expect((await EdgeVec.load(name, where)).getVector(0)).toEqual(Float32Array.of(3, 3));
    });

    test('a name that is open is not replaced', async ({ skip }) => {
      if (kept.directory === undefined && navigator.locks === undefined) {
        return skip('without Web Locks nobody knows who has a database open');
      }
      const name = fresh();
      const db = await open(name, { dimensions: 2 });
      await db.insert({ vector: [1, 0], metadata: { n: 1 } });
      const index = indexOf(2);
      index.insert([0, 1]);
      const error = await failure(() => index.save(name, where), 'BLOCKED');
      expect(error.remedy).toContain('Close');
      expect(await db.get(1)).toMatchObject({ metadata: { n: 1 } });
      await db.close();
      await index.save(name, where);
      expect((await EdgeVec.load(name, where)).search([0, 1], 1)).toMatchObject([{ id: 0 }]);
    });

    test('a missing name, and bad names and options', async () => {
      await failure(() => EdgeVec.load('sync-nowhere', where), 'NOT_FOUND');
      expect(await Database.list(where)).not.toContain('sync-nowhere');
      await failure(() => EdgeVec.load('', where), 'INVALID_OPTIONS');
      await failure(() => EdgeVec.load('x', { recall: 1 }), 'INVALID_OPTIONS');
      await failure(() => EdgeVec.load('x', { onEvent: 1 } as never), 'INVALID_OPTIONS');
      const index = indexOf(2);
      await failure(() => index.save(7 as never), 'INVALID_OPTIONS');
      await failure(() => index.save('x', { force: true } as never), 'INVALID_OPTIONS');
      await failure(() => index.save('x', { overwrite: 1 } as never), 'INVALID_OPTIONS');
    });
  });
}
