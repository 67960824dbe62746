import { same } from '../../base/same.js';
import type { FusedHit, Hit, HitWithVector } from '../../index.js';
import { plainCopy } from '../shared/plain-copy.js';
import {
  NO_HITS,
  type SearchQuery,
  type SearchState,
  searchQuestion,
  type TextQuery,
  type UseSearchOptions,
  type UseTextOptions,
} from '../shared/search.js';
import { type DatabaseSource, databaseIn, Questions, type SourceValue } from './ask.js';
import { follow, type MaybeStore, type Readable, store } from './store.js';

/**
 * A store of the hits of a search. The store searches again each time the query, the options or the
 * rows change, in this tab or in another tab.
 *
 * - Query and options may be values or stores. Both are compared by value. Promises and tensors are
 *   compared by identity. Do not change an array of numbers in place, since no store tells of the
 *   change.
 * - Hits never replace the hits of a newer query. While a new query is loading, `hits` keeps the
 *   last hits, and `isStale` is true.
 * - In a database with a model, the query may be a string: a question. An empty string is a
 *   question too: pass `text || null`.
 *
 * @param source an open database, or the store of `openEdgeVec`. `undefined` searches nothing.
 * @returns a store of the hits, and in `error` the reason of a failed search or of a rejected
 * promise
 *
 * @example
 * const found = searchStore(db, query, { k: 20, filter: { year: 1990 } });
 */
export function searchStore<M extends object>(
  source: DatabaseSource<M>,
  query: MaybeStore<SearchQuery>,
  options: MaybeStore<UseSearchOptions<M> & { readonly includeVectors: true }>,
): Readable<SearchState<HitWithVector<M>>>;
export function searchStore<M extends object>(
  source: DatabaseSource<M>,
  query: MaybeStore<SearchQuery>,
  options?: MaybeStore<UseSearchOptions<M> | undefined>,
): Readable<SearchState<Hit<M>>>;
export function searchStore<M extends object>(
  source: DatabaseSource<M>,
  query: MaybeStore<TextQuery>,
  options?: MaybeStore<UseTextOptions<M> | undefined>,
): Readable<SearchState<FusedHit<M>>>;
export function searchStore<M extends object>(
  source: DatabaseSource<M>,
  query: MaybeStore<SearchQuery | TextQuery>,
  options?: MaybeStore<UseTextOptions<M> | undefined>,
): Readable<SearchState<Hit<M>>> {
  return store((show) => {
    const questions = new Questions<readonly Hit<M>[]>(({ data: hits = NO_HITS, ...facts }) =>
      show({ hits, ...facts }),
    );
    let before: readonly unknown[] | undefined;
    const end = follow<[SourceValue<M>, SearchQuery | TextQuery, UseTextOptions<M> | undefined]>(
      [source, query, options],
      (value, target, given) => {
        const db = databaseIn(value);
        // A copy, since the caller may change the objects afterwards.
        const [asked, how = {}] = plainCopy([target, given] as const, (object) => object);
        const now = [db, asked, how];
        if (before !== undefined && same(before, now)) return;
        before = now;
        questions.ask(db === undefined || asked == null ? undefined : searchQuestion(db, asked, how));
      },
    );
    return () => {
      end();
      questions.stop();
    };
  });
}
