// Compares what a database answers to a filter with a look at every row of the model.

import { expect } from 'vitest';
import type { EdgeVec, FacetCount, Filter, Hit, Id } from '../../../src/index.js';
import { distance } from '../vectors.js';
import { countsOf, type Fields, textOfValue } from './meaning.js';
import type { Model } from './model.js';

/** What to ask, beside the filter. */
export interface Question {
  readonly queries: readonly (readonly number[])[];
  readonly k: number;
  /** Rows and hits to leave out. */
  readonly offset: number;
  /** How many pages a scan takes. */
  readonly pages: number;
  readonly exact: boolean;
  readonly fields: readonly string[];
}

interface Asked {
  readonly filter?: Filter;
}

/** Every call that reads by a filter. */
export async function expectAnswers(db: EdgeVec, model: Model, asked: Asked, question: Question): Promise<void> {
  const ids = model.matching(asked.filter);
  if (ids.length > 0 && ids.length < model.rows.size) model.telling++;
  expect(await db.count(asked)).toBe(ids.length);
  await expectScans(db, model, asked, ids, question);
  await expectSearches(db, model, asked, ids, question);
  await expectFacets(db, model, asked, ids, question.fields);
}

/** The database has the rows of the model, in the same order. */
export async function expectRows(db: EdgeVec, model: Model): Promise<void> {
  await expectScan(db, model, {}, [...model.rows.keys()]);
}

async function expectScans(
  db: EdgeVec,
  model: Model,
  asked: Asked,
  ids: readonly Id[],
  { offset, pages }: Question,
): Promise<void> {
  await expectScan(db, model, asked, ids);
  const limit = Math.ceil(ids.length / pages) || 1;
  const scanned: Id[] = [];
  for (let start = 0; start < ids.length; start += limit) {
    const page = await idsOf(db.scan({ ...asked, limit, offset: start, batchSize: 7 }));
    expect(page.length).toBeLessThanOrEqual(limit);
    scanned.push(...page);
  }
  expect(scanned).toEqual(ids);
  expect(await idsOf(db.scan({ ...asked, limit, offset }))).toEqual(ids.slice(offset, offset + limit));
}

async function expectScan(db: EdgeVec, model: Model, asked: Asked, ids: readonly Id[]): Promise<void> {
  const scanned = [];
  const rows = ids.map((id) => ({ id, metadata: model.row(id).metadata ?? {} }));
  const expected = ids.flatMap((id) => model.row(id).vector);
  const numbers: number[] = [];
  for await (const { vector, ...row } of db.scan({ ...asked, includeVectors: true })) {
    scanned.push(row);
    numbers.push(...vector);
  }
  // A single comparison, since each takes as long as a look at many rows.
  expect(scanned).toEqual(rows);
  // Under cosine, rounding may change the last bits.
  expect(farthestApart(numbers, expected)).toBeLessThan(1e-5);
}

/** So few rows are compared with each query one by one, so every search is exact. */
async function expectSearches(
  db: EdgeVec,
  model: Model,
  asked: Asked,
  ids: readonly Id[],
  { queries, k, offset, exact }: Question,
): Promise<void> {
  const how = { ...asked, k, exact };
  const many = await db.searchMany(queries, how);
  expect(many).toHaveLength(queries.length);
  for (const [i, query] of queries.entries()) {
    expectHits(many[i] ?? [], model, query, ids, 0, k);
    const hits = await db.search(query, { ...how, offset });
    expectHits(hits, model, query, ids, offset, k);
  }
}

/** Rows at the same distance may come in any order. */
function expectHits(
  hits: readonly Hit<Fields>[],
  model: Model,
  query: readonly number[],
  ids: readonly Id[],
  offset: number,
  k: number,
): void {
  const distances = new Map(ids.map((id) => [id, distance(model.metric, query, model.row(id).vector)]));
  const wanted = [...distances.values()].sort((a, b) => a - b).slice(offset, offset + k);
  const found = hits.map(({ id }) => id);
  expect(hits).toHaveLength(wanted.length);
  expect(new Set(found).size).toBe(wanted.length);
  expect(found.filter((id) => !distances.has(id))).toEqual([]);
  expect(hits.map(({ metadata }) => metadata)).toEqual(found.map((id) => model.row(id).metadata ?? {}));
  const told = hits.map((hit) => hit.distance);
  expect(farthestApart(told, wanted)).toBeLessThan(1e-4);
  expect(
    farthestApart(
      told,
      found.map((id) => distances.get(id) as number),
    ),
  ).toBeLessThan(1e-4);
}

async function expectFacets(
  db: EdgeVec,
  model: Model,
  asked: Asked,
  ids: readonly Id[],
  fields: readonly string[],
): Promise<void> {
  const facets: Readonly<Record<string, readonly FacetCount[]>> = await db.facets(fields, { ...asked, limit: 10_000 });
  const few: Readonly<Record<string, readonly FacetCount[]>> = await db.facets(fields, { ...asked, limit: 2 });
  expect(new Set(Object.keys(facets))).toEqual(new Set(fields));
  for (const field of fields) {
    const metadata = ids.map((id) => model.row(id).metadata);
    const wanted = countsOf(metadata, field);
    const counted = facets[field] ?? [];
    expect(counted).toHaveLength(wanted.size);
    expect(new Map(counted.map(({ value, count }) => [textOfValue(value), count]))).toEqual(wanted);
    const counts = counted.map(({ count }) => count);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(few[field]).toEqual(counted.slice(0, 2));
  }
}

/** The largest difference between numbers at the same place. */
function farthestApart(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - (b[i] as number))), 0);
}

async function idsOf(scan: AsyncIterable<{ readonly id: Id }>): Promise<Id[]> {
  const ids: Id[] = [];
  for await (const { id } of scan) ids.push(id);
  return ids;
}
