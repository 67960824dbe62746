import { type MaybeRefOrGetter, type Ref, toValue } from 'vue';
import type { EdgeVec } from '../../index.js';
import { type QueryRefs, useQuestion } from './use-question.js';

/** The result of {@link useLiveQuery}. */
export interface UseLiveQuery<T> extends QueryRefs {
  /**
   * The last answer. `undefined` before the first answer, after an error, and without a database.
   */
  readonly data: Readonly<Ref<T | undefined>>;
}

/**
 * Reads from a database, and reads again each time the rows change (in this tab or in another tab)
 * or a ref changes that `ask` has read. As in `watchEffect`, Vue sees the refs that `ask` reads
 * before its first `await`.
 *
 * An answer never replaces the answer to a newer question. While a new question is loading, `data`
 * keeps the last answer, and `isStale` is true.
 *
 * @param db the database, or a ref or getter of the database. `undefined` asks nothing.
 * @param ask reads from the database
 * @returns the answer in `data`, and in `error` the reason if `ask` throws or rejects
 *
 * @example
 * const { data: tags } = useLiveQuery(db, (db) => db.facets(['tags'], { filter: filter.value }));
 */
export function useLiveQuery<M extends object, T>(
  db: MaybeRefOrGetter<EdgeVec<M> | null | undefined>,
  ask: (db: EdgeVec<M>) => PromiseLike<T>,
): UseLiveQuery<T> {
  return useQuestion<T>(() => {
    const source = toValue(db);
    if (source == null) return undefined;
    // Asked here, where Vue follows the refs. When rows change, the same refs have the same values.
    let first: PromiseLike<T> | undefined = begun(() => ask(source));
    const run = (): PromiseLike<T> => {
      const answer = first ?? ask(source);
      first = undefined;
      return answer;
    };
    return { db: source, run };
  });
}

/** A promise that rejects if the function throws. Vue would take the error away otherwise. */
async function begun<T>(ask: () => PromiseLike<T>): Promise<T> {
  return ask();
}
