// Every call that takes a filter works on exactly the rows that match.

import { describe, expect, test } from 'vitest';
import type { EdgeVec } from '../../src/index.js';
import { failure, type Open, QUICK_GRAPH } from '../support/open.js';
import { clustered, nearest } from '../support/vectors.js';

interface Book {
  title: string;
  year: number;
  tags: string[];
  author: { name: string; born?: number };
  read?: boolean;
}

const ROWS = 3_000;
const DIMENSIONS = 16;
const TAGS = ['poetry', 'prose', 'drama'];

const book = (i: number): Book => ({
  title: `Book ${i}`,
  year: 1900 + (i % 100),
  tags: TAGS.filter((_, t) => i % (t + 2) === 0),
  author: { name: `Author ${i % 7}`, ...(i % 3 === 0 ? { born: 1850 + (i % 50) } : {}) },
});

interface Library {
  readonly db: EdgeVec<Book>;
  readonly vectors: readonly Float32Array[];
}

/** Row i has the id i. */
async function library(open: Open, rows = ROWS): Promise<Library> {
  const db = await open<Book>({ dimensions: DIMENSIONS, metric: 'euclidean', ...QUICK_GRAPH });
  const vectors = clustered(rows, DIMENSIONS);
  await db.insert(vectors.map((vector, i) => ({ id: i, vector, metadata: book(i) })));
  return { db, vectors };
}

const numbersOf = (rows: number, keep: (i: number) => boolean): number[] =>
  Array.from({ length: rows }, (_, i) => i).filter(keep);

async function idsOf(scan: AsyncIterable<{ readonly id: unknown }>): Promise<unknown[]> {
  const ids = [];
  for await (const { id } of scan) ids.push(id);
  return ids;
}

export function defineFilteredCallsSuite(label: string, open: Open): void {
  describe(`Calls with a filter, ${label}`, () => {
    test('search returns the nearest of the rows that match, and k of them however few match', async () => {
      const { db, vectors } = await library(open);
      const query = vectors[5] as Float32Array;
      for (const [filter, matches] of [
        [{ year: { $gte: 1950 } }, (i: number) => i % 100 >= 50],
        [{ year: 1907, tags: { $contains: 'prose' } }, (i: number) => i % 100 === 7 && i % 3 === 0],
        [{ title: 'Book 2999' }, (i: number) => i === 2999],
        [{ title: 'Book 3000' }, () => false],
        [{}, () => true],
      ] as const) {
        const allowed = numbersOf(ROWS, matches);
        const wanted = nearest(
          'euclidean',
          query,
          allowed.map((i) => vectors[i] as Float32Array),
          10,
        );
        const exact = await db.search(query, { k: 10, filter, exact: true });
        expect(exact.map(({ id }) => id)).toEqual(wanted.map((at) => allowed[at]));
        const hits = await db.search(query, { k: 10, filter });
        expect(hits).toHaveLength(Math.min(10, allowed.length));
        expect(hits.every(({ id }) => matches(id as number))).toBe(true);
        const [many = []] = await db.searchMany([query], { k: 10, filter });
        expect(many).toEqual(hits);
      }
    });

    test('a page of hits goes on behind the page before', async () => {
      const { db, vectors } = await library(open, 500);
      const query = vectors[1] as Float32Array;
      const filter = { tags: { $contains: 'poetry' } } as const;
      const all = await db.search(query, { k: 250, filter, exact: true });
      expect(all).toHaveLength(250);
      const pages = [];
      for (let offset = 0; offset < 300; offset += 60) {
        const hits = await db.search(query, { k: 60, offset, filter, exact: true, includeVectors: true });
        for (const { id, vector } of hits) expect(vector).toEqual(vectors[id as number]);
        pages.push(...hits);
      }
      expect(pages.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
      expect(await db.search(query, { offset: 500 })).toEqual([]);
    });

    test('count, scan and facets agree with a look at each row', async () => {
      const { db } = await library(open);
      const filter = {
        'author.born': { $lt: 1860 },
        $or: [{ year: { $gte: 1980 } }, { tags: { $contains: 'drama' } }],
      };
      const matches = (i: number) => i % 3 === 0 && i % 50 < 10 && (i % 100 >= 80 || i % 4 === 0);
      const wanted = numbersOf(ROWS, matches);
      expect(wanted.length).toBe(50);
      expect(await db.count({ filter })).toBe(wanted.length);
      expect(await db.count()).toBe(ROWS);
      expect(await idsOf(db.scan({ filter }))).toEqual(wanted);
      expect(await idsOf(db.scan({ filter, offset: 20, limit: 15, batchSize: 4 }))).toEqual(wanted.slice(20, 35));
      expect(await idsOf(db.scan({ limit: 3, offset: 2998 }))).toEqual([2998, 2999]);

      const facets = await db.facets(['tags', 'author.name', 'read'], { filter, limit: 2 });
      const counts = (valuesOf: (i: number) => string[]) => {
        const counted = new Map<string, number>();
        for (const i of wanted) for (const value of valuesOf(i)) counted.set(value, (counted.get(value) ?? 0) + 1);
        return [...counted].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 2);
      };
      expect(facets.tags.map(({ value, count }) => [value, count])).toEqual(counts((i) => book(i).tags));
      expect(facets['author.name'].map(({ value, count }) => [value, count])).toEqual(
        counts((i) => [book(i).author.name]),
      );
      expect(facets.read).toEqual([]);
    });

    test('delete and update by filter change the rows that match, and later calls see the change', async () => {
      const { db, vectors } = await library(open, 600);
      expect(await db.update({ filter: { year: { $lt: 1910 } }, metadata: { read: true } })).toBe(60);
      expect(await db.update({ filter: { title: 'none' }, metadata: { read: true } })).toBe(0);
      expect(await db.count({ filter: { read: true } })).toBe(60);
      expect((await db.get(5))?.metadata).toEqual({ ...book(5), read: true });
      expect((await db.get(5))?.vector).toEqual(vectors[5]);
      expect(await db.delete({ filter: { read: true, 'author.name': 'Author 5' } })).toBe(
        numbersOf(600, (i) => i % 100 < 10 && i % 7 === 5).length,
      );
      expect(await db.get(5)).toBeUndefined();
      expect(await db.count({ filter: { read: true } })).toBe(
        numbersOf(600, (i) => i % 100 < 10 && i % 7 !== 5).length,
      );
      const hits = await db.search(vectors[5] as Float32Array, { filter: { read: true }, k: 100 });
      expect(hits).toHaveLength(numbersOf(600, (i) => i % 100 < 10 && i % 7 !== 5).length);
      expect(await db.delete({ filter: {} })).toBe(await remaining(600));
      expect(await db.count()).toBe(0);
    });

    const remaining = async (rows: number) => numbersOf(rows, (i) => !(i % 100 < 10 && i % 7 === 5)).length;

    test('a change by filter sees every call before, and no call after', async () => {
      const { db } = await library(open, 50);
      const vector = new Float32Array(DIMENSIONS).fill(1);
      const calls = [
        db.insert({ id: 'before', vector, metadata: { ...book(1), year: 2100 } }),
        db.update({ id: 3, metadata: { year: 2100 } }),
        db.delete(1),
        db.update({ filter: { year: { $gte: 2000 } }, metadata: { read: true } }),
        db.insert({ id: 'after', vector, metadata: { ...book(1), year: 2100 } }),
        db.delete({ filter: { read: true } }),
      ];
      const [, , , updated, , deleted] = await Promise.all(calls);
      expect([updated, deleted]).toEqual([2, 2]);
      expect(await db.get(['before', 3, 'after'])).toMatchObject([undefined, undefined, { id: 'after' }]);
    });

    test('a deletion by filter sees 64 records that nobody has awaited, and a longer array once it is awaited', async () => {
      const db = await open<Book>({ dimensions: DIMENSIONS });
      const records = clustered(500, DIMENSIONS).map((vector, i) => ({ id: i, vector, metadata: book(i) }));
      const small = db.insert(records.slice(0, 64));
      expect(await db.delete({ filter: { year: { $gte: 1900 } } })).toBe(64);
      expect(await small).toHaveLength(64);
      await db.insert(records);
      expect(await db.delete({ filter: { year: { $gte: 1900 } } })).toBe(500);
      // Whichever comes first, the array is written as a whole.
      const long = db.insert(records);
      const deleted = await db.delete({ filter: {} });
      expect([0, 500]).toContain(deleted);
      expect(await long).toHaveLength(500);
      expect(await db.count()).toBe(500 - deleted);
    });

    test('stats tell the memory of columns, and indexed makes columns before the first filter', async () => {
      const { db } = await library(open, 300);
      expect((await db.stats()).memory.columns).toBe(0);
      await db.count({ filter: { year: 1950 } });
      const { columns } = (await db.stats()).memory;
      expect(columns).toBeGreaterThan(8 * 300);
      const indexed = await open<Book>({ dimensions: DIMENSIONS, indexed: ['year', 'author.name'] });
      await indexed.insert(clustered(300, DIMENSIONS).map((vector, i) => ({ id: i, vector, metadata: book(i) })));
      expect((await indexed.stats()).memory.columns).toBeGreaterThan(8 * 300);
      expect(await indexed.count({ filter: { year: 1950 } })).toBe(3);
      await failure(() => open({ dimensions: 2, indexed: 'year' as never }), 'INVALID_OPTIONS');
      await failure(() => open({ dimensions: 2, indexed: [1] as never }), 'INVALID_OPTIONS');
      await failure(() => open({ dimensions: 2, indexed: ['a\\b'] }), 'INVALID_OPTIONS');
    });

    test('rows changed by one call share no values', async () => {
      const { db } = await library(open, 10);
      await db.update({ filter: {}, metadata: { tags: ['shared'] } });
      const [first, second] = await db.get([0, 1]);
      first?.metadata.tags.push('mine');
      expect(second?.metadata.tags).toEqual(['shared']);
      expect((await db.get(0))?.metadata.tags).toEqual(['shared']);
    });

    test('a wrong filter is refused by every call, and changes nothing', async () => {
      const { db, vectors } = await library(open, 20);
      const filter = { year: { $gtee: 1950 } } as never;
      const query = vectors[0] as Float32Array;
      for (const call of [
        () => db.search(query, { filter }),
        () => db.searchMany([query], { filter }),
        () => db.count({ filter }),
        () => idsOf(db.scan({ filter })),
        () => db.facets(['tags'], { filter }),
        () => db.delete({ filter }),
        () => db.update({ filter, metadata: { read: true } }),
        // A filter that was left out must never delete every row.
        () => db.delete({ filter: undefined as never }),
      ]) {
        await failure(call, 'INVALID_FILTER');
      }
      await failure(() => db.update({ filter: {} } as never), 'INVALID_OPTIONS');
      await failure(() => db.update({ filter: {}, metadata: { read: true }, id: 1 } as never), 'INVALID_OPTIONS');
      await failure(() => db.delete({ filter: {}, ids: [1] } as never), 'INVALID_OPTIONS');
      await failure(() => db.facets('tags' as never), 'INVALID_OPTIONS');
      await failure(() => db.facets(['tags'], { limit: 0 }), 'INVALID_OPTIONS');
      await failure(() => db.search(query, { offset: -1 }), 'INVALID_OPTIONS');
      await failure(
        () => db.update({ filter: {}, metadata: { read: (() => true) as never } }),
        'METADATA_NOT_STORABLE',
      );
      expect(await db.count()).toBe(20);
    });
  });
}
