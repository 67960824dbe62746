import { useMemo } from 'react';
import { same } from '../../base/same.js';
import type { EdgeVec, FusedHit, Hit, HitWithVector } from '../../index.js';
import {
  NO_HITS,
  type SearchQuery,
  type SearchState,
  searchQuestion,
  type TextQuery,
  type UseSearchOptions,
  type UseTextOptions,
} from '../shared/search.js';
import { useEqual } from './use-equal.js';
import { useQuestion } from './use-live-query.js';

/**
 * Searches a database, and searches again each time the query, the options or the rows change.
 *
 * - Query and options are compared by value, so you may write both as literals. Promises and
 *   tensors are compared by identity: keep these with `useMemo`. Do not change an array of numbers
 *   in place, since React cannot see the change.
 * - Hits never replace the hits of a newer query. While a new query is loading, `hits` keeps the
 *   last hits, and `isStale` is true.
 * - In a database with a model, the query may be a string: a question. An empty string is a
 *   question too: pass `text || null`.
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
  query: TextQuery,
  options?: UseTextOptions<M>,
): SearchState<FusedHit<M>>;
export function useSearch<M extends object>(
  db: EdgeVec<M> | null | undefined,
  query: SearchQuery | TextQuery,
  options: UseTextOptions<M> = {},
): SearchState<Hit<M>> {
  const asked = useEqual(query, same);
  const how = useEqual(options, same);
  const question = useMemo(
    () => (db == null || asked == null ? undefined : searchQuestion(db, asked, how)),
    [db, asked, how],
  );
  const { data: hits = NO_HITS, ...facts } = useQuestion<readonly Hit<M>[]>(question);
  return { hits, ...facts };
}
