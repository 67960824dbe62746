// Filtered searches among so many rows that the engine walks through its graph. Searches find the
// allowed rows nearest to the query, before and after changes of the rows.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EdgeVec, Filter } from '../../src/index.js';
import { randomMetadata } from '../support/clauses.js';
import { tellingFilters } from '../support/filter-model/filters.js';
import { countsOf, type Fields, passes, textOfValue } from '../support/filter-model/meaning.js';
import type { Open } from '../support/open.js';
import { clustered, distance, random } from '../support/vectors.js';

const ROWS = 3_000;
const ADDED = 600;
const DIMENSIONS = 8;
const K = 10;
const QUERIES = 4;

interface Row {
  readonly vector: Float32Array;
  metadata: Fields;
}

/** Each share of the rows, filters that depend on the place of the vector, and random filters. */
const FILTERS: readonly Filter[] = [
  {},
  { percent: { $gte: 1 } },
  { percent: { $gte: 10 } },
  { percent: { $lt: 80 }, n: { $gte: 0 } },
  { percent: { $lt: 50 } },
  { percent: { $in: [3, 4, 5, 99] } },
  { percent: 7 },
  { n: { $in: [5, 1_000, 2_999, 3_001] } },
  { n: -1 },
  { side: 'left' },
  { $not: { side: 'left', percent: { $lt: 90 } } },
  { $or: [{ x: { $gt: 1 } }, { x: { $lt: -1 } }, { tags: { $containsAny: [0, 'a'] } }] },
  ...fc.sample(tellingFilters, { seed: 12, numRuns: 8 }),
];

export function defineFilteredWalksSuite(label: string, open: Open): void {
  describe(`Filtered walks, ${label}`, () => {
    test('find the nearest allowed rows, whatever share of the rows a filter allows', async () => {
      const db = await open({ dimensions: DIMENSIONS, metric: 'euclidean', efConstruction: 60 });
      const vectors = clustered(ROWS + ADDED, DIMENSIONS, 7);
      const next = random(8);
      const pick = (below: number): number => Math.floor(next() * below);
      const rows = new Map<number, Row>();
      const put = async (from: number, to: number): Promise<void> => {
        for (let n = from; n < to; n++) {
          const vector = vectors[n] as Float32Array;
          const x = vector[0] as number;
          const place = { n, percent: pick(100), x, side: x < 0 ? 'left' : 'right' };
          rows.set(n, { vector, metadata: { ...randomMetadata(pick), ...place } });
        }
        await db.insert(
          Array.from({ length: to - from }, (_, i) => ({ id: from + i, ...(rows.get(from + i) as Row) })),
        );
      };
      const queries = (): Float32Array[] =>
        Array.from({ length: QUERIES }, () => (vectors[pick(ROWS)] as Float32Array).map((x) => x + next() / 4));
      const recall = new Recall();

      await put(0, ROWS);
      expect(await walks(db, queries(), { percent: { $gte: 1 } })).toBe(true);
      for (const filter of FILTERS) await expectNearest(db, rows, filter, queries(), recall);

      const change = { percent: 50, side: 'moved', a: ['moved'] };
      const moved = idsOf(rows, { percent: { $lt: 15 } });
      expect(await db.update({ filter: { percent: { $lt: 15 } }, metadata: change })).toBe(moved.length);
      for (const id of moved) (rows.get(id) as Row).metadata = { ...rows.get(id)?.metadata, ...change };
      const gone = idsOf(rows, { $or: [{ n: { $lt: 300 } }, { side: 'right', percent: { $gte: 75 } }] });
      expect(
        await db.delete({ filter: { $or: [{ n: { $lt: 300 } }, { side: 'right', percent: { $gte: 75 } }] } }),
      ).toBe(gone.length);
      for (const id of gone) rows.delete(id);
      for (const filter of FILTERS) await expectNearest(db, rows, filter, queries(), recall);

      await db.compact();
      await put(ROWS, ROWS + ADDED);
      for (const filter of FILTERS) await expectNearest(db, rows, filter, queries(), recall);
      expect(recall.share).toBeGreaterThanOrEqual(0.95);
    });
  });
}

/** The share of the nearest rows that searches have found. */
class Recall {
  #found = 0;
  #wanted = 0;

  add(found: number, wanted: number): void {
    this.#found += found;
    this.#wanted += wanted;
  }

  get share(): number {
    return this.#found / this.#wanted;
  }
}

/** Whether searches compare the queries with less than half of the allowed rows. */
async function walks(db: EdgeVec, queries: readonly Float32Array[], filter: Filter): Promise<boolean> {
  const { distances: before } = await db.stats();
  await db.searchMany(queries, { k: K, filter });
  const { distances: after } = await db.stats();
  return after - before < (queries.length * (await db.count({ filter }))) / 2;
}

const idsOf = (rows: ReadonlyMap<number, Row>, filter: Filter): number[] =>
  [...rows].filter(([, { metadata }]) => passes(filter, metadata)).map(([id]) => id);

async function expectNearest(
  db: EdgeVec,
  rows: ReadonlyMap<number, Row>,
  filter: Filter,
  queries: readonly Float32Array[],
  recall: Recall,
): Promise<void> {
  const ids = idsOf(rows, filter);
  const allowed = new Set<unknown>(ids);
  expect(await db.count({ filter })).toBe(ids.length);
  const scanned = [];
  for await (const { id } of db.scan({ filter })) scanned.push(id);
  expect(scanned).toEqual(ids);
  const { tags } = await db.facets(['tags'], { filter, limit: ROWS });
  const counts = countsOf(
    ids.map((id) => rows.get(id)?.metadata),
    'tags',
  );
  expect(new Map(tags.map(({ value, count }) => [textOfValue(value), count]))).toEqual(counts);

  const many = await db.searchMany(queries, { k: K, filter });
  const [query] = queries as [Float32Array];
  expect(await db.search(query, { k: K, filter })).toEqual(many[0]);
  const exact = await db.search(query, { k: K, filter, exact: true });
  for (const [i, hits] of [...many, exact].entries()) {
    const isExact = i === many.length;
    const asked = isExact ? query : (queries[i] as Float32Array);
    const to = (id: unknown): number => distance('euclidean', asked, (rows.get(id as number) as Row).vector);
    const nearest = Float64Array.from(ids, to).sort().slice(0, K);
    const found = hits.map(({ id }) => id);
    expect(hits).toHaveLength(nearest.length);
    expect(new Set(found).size).toBe(nearest.length);
    expect(found.filter((id) => !allowed.has(id))).toEqual([]);
    expect(hits.map(({ metadata }) => metadata['n'])).toEqual(found);
    // The engine has distances of 32 bits.
    const isNear = (a: number, b = Number.NaN): boolean => Math.abs(a - b) < 1e-4;
    expect(hits.filter((hit) => !isNear(hit.distance, to(hit.id)))).toEqual([]);
    if (isExact) expect(hits.filter((hit, place) => !isNear(hit.distance, nearest[place]))).toEqual([]);
    const farthest = (nearest.at(-1) ?? 0) + 1e-4;
    if (!isExact) recall.add(hits.filter((hit) => hit.distance <= farthest).length, nearest.length);
  }
}
