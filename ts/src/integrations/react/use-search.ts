import { useMemo } from 'react';
import type { EdgeVec, Hit, HitWithVector, LikeRow, SearchOptions, VectorInput } from '../../index.js';
import type { QueryFacts } from '../shared/live-query.js';
import { same } from '../shared/same.js';
import { useEqual } from './use-equal.js';
import { useQuestion } from './use-live-query.js';

/**
 * A query of `useSearch`: a vector, `{ like: id }`, or the promise of either, such as the promise
 * of an embedding. `null` and `undefined` search nothing.
 */
export type SearchQuery = Query | PromiseLike<Query> | null | undefined;
type Query = VectorInput | LikeRow;

/** The options of `db.search`, and `debounce`. */
export interface UseSearchOptions<M extends object = Record<string, unknown>> extends SearchOptions<M> {
  /**
   * Milliseconds that a new query waits for a newer query, for searches while the user types.
   * Default 0: every query is searched at once.
   */
  readonly debounce?: number;
}

/** The state of a search. */
export interface SearchState<H> extends QueryFacts {
  /** Nearest first. Empty before the first answer, and after an error. */
  readonly hits: readonly H[];
}

const NO_HITS: readonly never[] = [];

/**
 * Searches a database, and searches again each time the query, the options or the rows change.
 *
 * - Query and options are compared by value, so you may write both as literals. Promises and
 *   tensors are compared by identity: keep these with `useMemo`. Do not change an array of numbers
 *   in place, since React cannot see the change.
 * - Hits never replace the hits of a newer query. While a new query is loading, `hits` keeps the
 *   last hits, and `isStale` is true.
 *
 * @param db an open database, such as the `db` of `useEdgeVec`. `undefined` searches nothing.
 * @returns the hits, and in `error` the reason of a failed search or of a rejected promise
 *
 * @example
 * const query = useMemo(() => (text === '' ? undefined : embed(text)), [text]);
 * const { hits, isStale, error } = useSearch(db, query, { k: 20, filter: { year: 1990 } });
 */
export function useSearch<M extends object>(
  db: EdgeVec<M> | null | undefined,
  query: SearchQuery,
  options: UseSearchOptions<M> & { readonly includeVectors: true },
): SearchState<HitWithVector<M>>;
export function useSearch<M extends object>(
  db: EdgeVec<M> | null | undefined,
  query: SearchQuery,
  options?: UseSearchOptions<M>,
): SearchState<Hit<M>>;
export function useSearch<M extends object>(
  db: EdgeVec<M> | null | undefined,
  query: SearchQuery,
  options: UseSearchOptions<M> = {},
): SearchState<Hit<M>> {
  const asked = useEqual(query, same);
  const how = useEqual(options, same);
  const question = useMemo(() => {
    if (db == null || asked == null) return undefined;
    const { debounce, ...search } = how;
    return { db, debounce, run: async () => db.search(await asked, search) };
  }, [db, asked, how]);
  const { data: hits = NO_HITS, ...facts } = useQuestion<readonly Hit<M>[]>(question);
  return { hits, ...facts };
}
