import { computed, type MaybeRefOrGetter, type Ref, toValue } from 'vue';
import { same } from '../../base/same.js';
import type { EdgeVec, FusedHit, Hit, HitWithVector } from '../../index.js';
import type { Question } from '../shared/live-query.js';
import {
  NO_HITS,
  type SearchQuery,
  searchQuestion,
  type TextQuery,
  type UseSearchOptions,
  type UseTextOptions,
} from '../shared/search.js';
import { plain } from './plain.js';
import { type QueryRefs, useQuestion } from './use-question.js';

/** The result of {@link useSearch}. `H` is the type of a hit. */
export interface UseSearch<H> extends QueryRefs {
  /** Nearest first. Empty before the first answer, after an error, and without a query. */
  readonly hits: Readonly<Ref<readonly H[]>>;
}

/**
 * Searches a database, and searches again each time the query, the options or the rows change (in
 * this tab or in another tab).
 *
 * - Each argument may be a value, a ref or a getter. Query and options are compared by value.
 *   Promises and tensors are compared by identity.
 * - Hits never replace the hits of a newer query. While a new query is loading, `hits` keeps the
 *   last hits, and `isStale` is true.
 * - In a database with a model, the query may be a string: a question. An empty string is a
 *   question too: pass `() => text.value || null`.
 *
 * @param db an open database, such as the `db` of `useEdgeVec`. `undefined` searches nothing.
 * @returns the hits, and in `error` the reason of a failed search or of a rejected promise
 *
 * @example
 * const query = computed(() => (text.value === '' ? undefined : embed(text.value)));
 * const { hits, isStale, error } = useSearch(db, query, () => ({ k: 20, filter: filter.value }));
 */
export function useSearch<M extends object>(
  db: MaybeRefOrGetter<EdgeVec<M> | null | undefined>,
  query: MaybeRefOrGetter<SearchQuery>,
  options: MaybeRefOrGetter<UseSearchOptions<M> & { readonly includeVectors: true }>,
): UseSearch<HitWithVector<M>>;
export function useSearch<M extends object>(
  db: MaybeRefOrGetter<EdgeVec<M> | null | undefined>,
  query: MaybeRefOrGetter<SearchQuery>,
  options?: MaybeRefOrGetter<UseSearchOptions<M> | undefined>,
): UseSearch<Hit<M>>;
export function useSearch<M extends object>(
  db: MaybeRefOrGetter<EdgeVec<M> | null | undefined>,
  query: MaybeRefOrGetter<TextQuery>,
  options?: MaybeRefOrGetter<UseTextOptions<M> | undefined>,
): UseSearch<FusedHit<M>>;
export function useSearch<M extends object>(
  db: MaybeRefOrGetter<EdgeVec<M> | null | undefined>,
  query: MaybeRefOrGetter<SearchQuery | TextQuery>,
  options?: MaybeRefOrGetter<UseTextOptions<M> | undefined>,
): UseSearch<Hit<M>> {
  const asked = computed<Asked<M> | undefined>((before) => {
    const source = toValue(db);
    const target = plain(toValue(query));
    if (source == null || target == null) return undefined;
    const now = { source, target, how: plain(toValue(options)) ?? {} };
    return before !== undefined && same(before, now) ? before : now;
  });
  const question = computed<Question<readonly Hit<M>[]> | undefined>(() => {
    if (asked.value === undefined) return undefined;
    const { source, target, how } = asked.value;
    return searchQuestion(source, target, how);
  });
  const { data, ...facts } = useQuestion(() => question.value);
  return { hits: computed(() => data.value ?? NO_HITS), ...facts };
}

/** A search in plain values, which nobody changes afterwards. */
interface Asked<M extends object> {
  readonly source: EdgeVec<M>;
  readonly target: NonNullable<SearchQuery | TextQuery>;
  readonly how: UseTextOptions<M>;
}
