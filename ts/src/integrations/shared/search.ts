// A search that follows its query, as all frameworks write the search.

import type { EdgeVec, Hit, LikeRow, SearchOptions, VectorInput } from '../../index.js';
import type { QueryFacts, Question } from './live-query.js';

/**
 * A query: a vector, `{ like: id }`, or the promise of either, such as the promise of an embedding.
 * `null` and `undefined` search nothing.
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

export const NO_HITS: readonly never[] = [];

/** The question that a search asks. */
export function searchQuestion<M extends object>(
  db: EdgeVec<M>,
  query: NonNullable<SearchQuery>,
  { debounce, ...options }: UseSearchOptions<M>,
): Question<readonly Hit<M>[]> {
  return { db, debounce, run: async () => db.search(await query, options) };
}
