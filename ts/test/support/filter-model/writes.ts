// Random writes. A write changes the model, is a call of the database, and knows the result that
// the call must have.

import fc from 'fast-check';
import { type EdgeVec, EdgeVecError, type Id } from '../../../src/index.js';
import { randomMetadata } from '../clauses.js';
import { filteredMetadata } from '../filters.js';
import { random } from '../random.mjs';
import type { Fields } from './meaning.js';
import { DIMENSIONS, type Model, type Row } from './model.js';

/** The result of a call: its value, or the code of its error. */
export type Result = { readonly value: unknown } | { readonly code: string };

export interface Write {
  /** Changes the model. @returns the result that the database must give */
  apply(model: Model): Result;
  /** @param model has the filters that a write names by number */
  call(db: EdgeVec, model: Model): Promise<unknown>;
  /** For the report of a failure. */
  toString(): string;
}

export async function resultOf(call: Promise<unknown>): Promise<Result> {
  try {
    return { value: await call };
  } catch (error) {
    if (error instanceof EdgeVecError) return { code: error.code };
    throw error;
  }
}

/** Few ids, so that most writes meet a row. */
const ids = fc.oneof(fc.nat(19), fc.constantFrom('0', 'a', 'b', ''));

/** Small whole numbers, since many rows then have the same distance. No vector is zero. */
export const vectors = fc
  .array(fc.integer({ min: -3, max: 3 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .map((vector) => (vector.every((x) => x === 0) ? [1, 0, 0] : vector));

const optional = filteredMetadata();
const fields = optional.map((metadata): Fields => metadata ?? {});

interface NewRow extends Row {
  readonly id: Id;
}
interface Change extends Partial<Row> {
  readonly id: Id;
}

const records = fc.uniqueArray(fc.record<NewRow>({ id: ids, vector: vectors, metadata: optional }), {
  minLength: 1,
  maxLength: 8,
  selector: ({ id }) => id,
});

const changes = fc.uniqueArray(
  fc.oneof<fc.Arbitrary<Change>[]>(
    fc.record({ id: ids, metadata: fields }),
    fc.record({ id: ids, vector: vectors }),
    fc.record({ id: ids, vector: vectors, metadata: fields }),
  ),
  { minLength: 1, maxLength: 3, selector: ({ id }) => id },
);

/** More rows than fast-check makes in the time. */
const seeds = fc.record({ seed: fc.nat(999), count: fc.integer({ min: 30, max: 110 }) });
const deleted = fc.array(ids, { maxLength: 6 });
const numbers = fc.nat(9);
const changed = fc.record({ filter: numbers, metadata: fields });

/** @param T what the write is made of */
interface Kind<T> {
  readonly apply: (model: Model, given: T) => Result;
  readonly call: (db: EdgeVec, given: T, model: Model) => Promise<unknown>;
}

function writesOf<T>(name: string, given: fc.Arbitrary<T>, { apply, call }: Kind<T>): fc.Arbitrary<Write> {
  return given.map((made) => ({
    apply: (model) => apply(model, made),
    call: (db, model) => call(db, made, model),
    toString: () => `${name}(${fc.stringify(made)})`,
  }));
}

const upserts = writesOf('upsert', records, {
  apply: put,
  call: (db, rows) => db.upsert(rows.map(recordOf)),
});

export const upsertsFromSeed = writesOf('upsertFromSeed', seeds, {
  apply: (model, { seed, count }) => put(model, rowsFromSeed(seed, count)),
  call: (db, { seed, count }) => db.upsert(rowsFromSeed(seed, count).map(recordOf)),
});

const inserts = writesOf('insert', records, {
  apply: (model, rows) => (rows.some(({ id }) => model.rows.has(id)) ? { code: 'ID_EXISTS' } : put(model, rows)),
  call: (db, rows) => db.insert(rows.map(recordOf)),
});

const updates = writesOf('update', changes, {
  apply(model, list) {
    if (!list.every(({ id }) => model.rows.has(id))) return { code: 'NOT_FOUND' };
    for (const { id, metadata, vector } of list) model.update(id, metadata, vector);
    return { value: list.map(({ id }) => id) };
  },
  call: (db, list) => db.update(list as never),
});

const deletions = writesOf('delete', deleted, {
  apply: (model, list) => ({ value: list.filter((id) => model.rows.delete(id)).length }),
  call: (db, list) => db.delete(list),
});

const updatesMatching = writesOf('updateMatching', changed, {
  apply(model, { filter, metadata }) {
    const matching = model.matching(model.filter(filter));
    for (const id of matching) model.update(id, metadata);
    return { value: matching.length };
  },
  call: (db, { filter, metadata }, model) => db.update({ filter: model.filter(filter), metadata }),
});

const deletionsMatching = writesOf('deleteMatching', numbers, {
  apply(model, filter) {
    const matching = model.matching(model.filter(filter));
    for (const id of matching) model.rows.delete(id);
    return { value: matching.length };
  },
  call: (db, filter, model) => db.delete({ filter: model.filter(filter) }),
});

/** Writes of few rows. Such writes take effect in the order of their calls. */
export const smallWrites: fc.Arbitrary<Write> = fc.oneof(
  { weight: 4, arbitrary: upserts },
  { weight: 1, arbitrary: inserts },
  { weight: 2, arbitrary: updates },
  { weight: 2, arbitrary: deletions },
  { weight: 2, arbitrary: updatesMatching },
  { weight: 1, arbitrary: deletionsMatching },
);

export const writes: fc.Arbitrary<Write> = fc.oneof(
  { weight: 4, arbitrary: smallWrites },
  { weight: 1, arbitrary: upsertsFromSeed },
);

function put(model: Model, rows: readonly NewRow[]): Result {
  for (const { id, ...row } of rows) model.rows.set(id, row);
  return { value: rows.map(({ id }) => id) };
}

function recordOf({ id, vector, metadata }: NewRow) {
  return { id, vector, ...(metadata && { metadata }) };
}

export function rowsFromSeed(seed: number, count: number): NewRow[] {
  const next = random(seed);
  const pick = (below: number): number => Math.floor(next() * below);
  return Array.from({ length: count }, (_, i) => ({
    id: i,
    vector: Array.from({ length: DIMENSIONS }, (_, at) => pick(7) - (at === 0 ? 8 : 3)),
    metadata: randomMetadata(pick) as Fields | undefined,
  }));
}
