// A search by an object, as far as the call itself must read it: the caller may change its objects
// as soon as the call has returned. find.ts, a chunk, does the rest.

import type { Clause } from '../base/clause.js';
import { amend, EdgeVecError } from '../base/errors.js';
import { ofCaller } from './caller.js';
import { filterOption } from './options/filter.js';
import { readable } from './options/values.js';
import { checkCount, copyQueries } from './queries.js';
import { copyVector } from './vector/copy.js';
import type { Space } from './vector/space.js';

/** What a search can look for. */
export const TARGETS: readonly string[] = ['vector', 'vectors', 'like', 'text', 'sparse'];

/** The options of `RankingOptions`. With one of these, a search by a vector is no plain search. */
export const RANKING: readonly string[] = [
  'candidates',
  'diversity',
  'groupBy',
  'perGroup',
  'minScore',
  'rerank',
  'timeout',
];

/** A search, copied and not yet checked. */
export interface Taken {
  readonly given: Readonly<Record<string, unknown>>;
  /** Flat: copies of `vector` or `vectors`. */
  readonly vectors: Float32Array;
  /** The vectors of the rows when the caller gave the vectors of the search. */
  readonly space: Space;
  readonly filter: Clause | undefined;
  /** Whether the vector was the first argument, and the options the second. */
  readonly isPlain: boolean;
  /** The second argument beside an object. */
  readonly more: unknown;
}

/**
 * The search, if the query is an object, or an option chooses among candidates. Undefined if the
 * query is a vector, and the options are those of a plain search.
 *
 * @throws `INVALID_OPTIONS`, `INVALID_FILTER`, `INVALID_VECTOR`, `DIMENSION_MISMATCH`
 */
export function take(query: unknown, options: unknown, space: Space): Taken | undefined {
  if (isQuery(query)) return taken({ ...readable(() => ({ ...query })) }, space, false, options);
  const ranking = rankingOf(options);
  return ranking && taken({ ...ranking, vector: query }, space, true, undefined);
}

/** As `take`, for each query of `searchMany`. @throws also with the position of the query */
export function takeMany(queries: unknown, options: unknown, space: Space): Taken[] | undefined {
  const areObjects = ofCaller(
    () => Array.isArray(queries) && isQuery(queries[0]),
    'INVALID_VECTOR',
    'The queries cannot be read',
  );
  const ranking = areObjects ? undefined : rankingOf(options);
  if (!areObjects && ranking === undefined) return undefined;
  // The check of vectors tells of a list that holds no vectors.
  if (!areObjects) copyQueries(queries, space.dimensions);
  const list = queries as readonly unknown[];
  checkCount(list.length, space.dimensions);
  return Array.from(list, (query, row) => {
    try {
      if (ranking !== undefined) return taken({ ...ranking, vector: query }, space, true, undefined);
      return taken(
        readable(() => ({ ...(query as object) })),
        space,
        false,
        options,
      );
    } catch (error) {
      throw error instanceof EdgeVecError ? amend(error, { row }) : error;
    }
  });
}

function isQuery(query: unknown): query is object {
  return ofCaller(
    () => typeof query === 'object' && query !== null && TARGETS.some((name) => Object.hasOwn(query, name)),
    'INVALID_VECTOR',
    'The query cannot be read',
  );
}

function rankingOf(options: unknown): object | undefined {
  if (typeof options !== 'object' || options === null) return undefined;
  return readable(() => (RANKING.some((name) => Object.hasOwn(options, name)) ? { ...options } : undefined));
}

function taken(given: Taken['given'], space: Space, isPlain: boolean, more: unknown): Taken {
  return readable(() => {
    const { dimensions } = space;
    const { vector, vectors, filter } = given;
    let flat: Float32Array = new Float32Array(vector === undefined ? 0 : dimensions);
    if (vector !== undefined) copyVector(vector, dimensions, flat, 0);
    else if (vectors !== undefined) flat = copyQueries(vectors, dimensions);
    const copied = Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        if (name === 'sparse') return [name, copyOf(value, ['indices', 'values'])];
        return [name, name === 'weights' ? copyOf(value) : value];
      }),
    );
    return { given: copied, vectors: flat, space, filter: filterOption(filter), isPlain, more };
  });
}

/**
 * A copy of an object, and of lists in the object.
 *
 * @param names the fields to copy: without names, all fields of the object's own
 */
export function copyOf(value: unknown, names?: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || isList(value)) return value;
  const copied = (names ?? Object.keys(value)).map((name) => {
    const item = (value as Record<string, unknown>)[name];
    return [name, isList(item) ? item.slice() : item];
  });
  return Object.fromEntries(copied);
}

/** Whether the value is an array or a typed array. */
function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'slice' in value);
}
