import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { same } from '../../base/same.js';
import type { EdgeVec } from '../../index.js';
import { LiveQuery, type QueryState, type Question } from '../shared/live-query.js';
import { useEqual } from './use-equal.js';

/** The state of a question, which is asked for as long as the component is on the page. */
export function useQuestion<T>(question: Question<T> | undefined): QueryState<T> {
  const [query] = useState(() => new LiveQuery<T>());
  useEffect(() => query.follow(question), [query, question]);
  useSyncExternalStore(query.subscribe, query.getState, query.getState);
  return query.stateOf(question);
}

/**
 * Reads from a database, and reads again each time the rows change, in this tab or in another tab.
 * An answer never replaces the answer to a newer question. While a new question is loading, `data`
 * keeps the last answer, and `isStale` is true.
 *
 * @param db an open database. `undefined` asks nothing.
 * @param ask reads from the database. `null` or `undefined` asks nothing.
 * @param deps the values that `ask` depends on, compared by value. A change asks again.
 * @returns the answer in `data`, and in `error` the reason if `ask` throws or rejects
 *
 * @example
 * const { data } = useLiveQuery(db, (db) => db.facets(['tags'], { filter }), [filter]);
 */
export function useLiveQuery<M extends object, T>(
  db: EdgeVec<M> | null | undefined,
  ask: ((db: EdgeVec<M>) => PromiseLike<T>) | null | undefined,
  deps: readonly unknown[] = [],
): QueryState<T> {
  const known = useEqual(deps, same);
  const isIdle = ask == null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `deps` tell when `ask` is new
  const question = useMemo(
    () => (db == null || ask == null ? undefined : { db, run: () => ask(db) }),
    [db, isIdle, known],
  );
  return useQuestion(question);
}
