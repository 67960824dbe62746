// Calls that speak of rows by their ids: has, keys, clear, and searches like a row.

import { describe, expect, test } from 'vitest';
import type { EdgeVec, SearchOptions } from '../../src/index.js';
import { failure, type Open } from '../support/open.js';
import { clustered, nearest } from '../support/vectors.js';

/** Hides the type of a value, for calls possible only in plain JavaScript. */
const loose = (value: unknown): never => value as never;

type Doc = { even: boolean };

const ROWS = 200;

const vectorsOfRows = (): Float32Array[] => clustered(ROWS, 8, 5);

async function filled(open: Open): Promise<EdgeVec<Doc>> {
  const db = await open<Doc>({ dimensions: 8, metric: 'euclidean' });
  await db.insert(vectorsOfRows().map((vector, id) => ({ id, vector, metadata: { even: id % 2 === 0 } })));
  return db;
}

export function defineRowsSuite(label: string, open: Open): void {
  describe(`Rows by id, ${label}`, () => {
    test('has tells which ids have a row', async () => {
      const db = await filled(open);
      expect([await db.has(3), await db.has('3'), await db.has(-0), await db.has(ROWS)]).toEqual([
        true,
        false,
        true,
        false,
      ]);
      await db.delete(3);
      const many = Array.from({ length: ROWS + 2 }, (_, id) => id);
      expect(await db.has(many)).toEqual(many.map((id) => id < ROWS && id !== 3));
      expect(await db.has([])).toEqual([]);
      for (const id of [undefined, null, Number.NaN, {}]) await failure(() => db.has(loose(id)), 'INVALID_ID');
      expect((await failure(() => db.has(loose([1, true])), 'INVALID_ID')).row).toBe(1);
    });

    test('keys lists ids in order of insertion, all or those of a page or a filter', async () => {
      const db = await filled(open);
      const all = Array.from({ length: ROWS }, (_, id) => id);
      expect(await db.keys()).toEqual(all);
      expect(await db.keys({ offset: 10, limit: 3 })).toEqual([10, 11, 12]);
      const even = all.filter((id) => id % 2 === 0);
      expect(await db.keys({ filter: { even: true } })).toEqual(even);
      expect(await db.keys({ filter: { even: true }, offset: 1, limit: 2 })).toEqual([2, 4]);
      await db.delete([0, 2]);
      await db.upsert({ id: 'new', vector: vectorsOfRows()[0] as Float32Array, metadata: { even: true } });
      expect(await db.keys({ filter: { even: true }, offset: even.length - 3 })).toEqual([198, 'new']);
      const error = await failure(() => db.keys(loose({ includeVectors: true })), 'INVALID_OPTIONS');
      expect(error.expected).toBe('only filter, limit, offset');
    });

    test('clear deletes every row, and chosen ids go on', async () => {
      const db = await filled(open);
      expect(await db.clear()).toBe(ROWS);
      expect([await db.count(), await db.keys(), await db.clear()]).toEqual([0, [], 0]);
      expect(await db.search(vectorsOfRows()[0] as Float32Array)).toEqual([]);
      expect(await db.insert({ vector: [1, 2, 3, 4, 5, 6, 7, 8], metadata: { even: true } })).toBe(ROWS);
      await failure(() => db.clear(loose({ filter: {} })), 'INVALID_OPTIONS');
      await failure(() => db.clear(loose({ durability: 'maybe' })), 'INVALID_OPTIONS');
      expect(await db.count()).toBe(1);
    });

    test('search like a row finds the rows nearest to its vector, without the row', async () => {
      const db = await filled(open);
      const rows = vectorsOfRows();
      for (const id of [0, 7, ROWS - 1]) {
        const expected = nearest('euclidean', rows[id] as Float32Array, rows, ROWS).filter((other) => other !== id);
        const ids = async (options: SearchOptions<Doc>) =>
          (await db.search({ like: id, ...options })).map((hit) => hit.id);
        expect(await ids({ exact: true, k: 20 })).toEqual(expected.slice(0, 20));
        expect(await ids({ exact: true, k: 5, offset: 3 })).toEqual(expected.slice(3, 8));
        expect(await ids({ exact: true, k: ROWS })).toEqual(expected);
        expect(await ids({ k: 3 })).toHaveLength(3);
        const even = expected.filter((other) => other % 2 === 0);
        expect(await ids({ exact: true, k: 10, filter: { even: true } })).toEqual(even.slice(0, 10));
      }
      const [hit] = await db.search({ like: 7, k: 1, includeVectors: true });
      expect(hit?.vector).toEqual(rows[hit?.id as number]);
    });

    test('search like a row leaves out the row also if many rows have the same vector', async () => {
      const db = await open({ dimensions: 2 });
      await db.insert(Array.from({ length: 9 }, (_, id) => ({ id, vector: [1, 1] })));
      for (const like of [0, 4, 8]) {
        const first = await db.search({ like, k: 4, ef: 20 });
        const second = await db.search({ like, k: 4, ef: 20, offset: 4 });
        const found = [...first, ...second].map(({ id }) => id as number).sort();
        expect(found).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].filter((id) => id !== like));
      }
    });

    test('search like a row refuses ids without a row, unknown fields and a second argument', async () => {
      const db = await filled(open);
      expect((await failure(() => db.search({ like: 'gone' }), 'NOT_FOUND')).id).toBe('gone');
      await failure(() => db.search({ like: loose(undefined) }), 'INVALID_ID');
      const error = await failure(() => db.search(loose({ like: 1, id: 3 })), 'INVALID_OPTIONS');
      expect(error.got).toBe('id');
      const search = db.search as (...given: unknown[]) => Promise<unknown>;
      await failure(() => search({ like: 1 }, { k: 3 }), 'INVALID_OPTIONS');
      await failure(() => db.search({ like: 1, k: 0 }), 'INVALID_K');
    });
  });
}
