import type { EdgeVec } from '../../index.js';
import type { QueryState } from '../shared/live-query.js';
import { type DatabaseSource, databaseIn, Questions, type SourceValue } from './ask.js';
import { follow, type MaybeStore, type Readable, store } from './store.js';

/**
 * A store that reads from a database, and reads again each time the rows change, in this tab or in
 * another tab. An answer never replaces the answer to a newer question. While a new question is
 * loading, `data` keeps the last answer, and `isStale` is true.
 *
 * @param source an open database, or the store of `openEdgeVec`. `undefined` asks nothing.
 * @param ask reads from the database, or a store of such functions. Another function is another
 * question.
 * @returns a store of the answer in `data`, and in `error` the reason if `ask` throws or rejects
 *
 * @example
 * const tags = liveQuery(db, (db) => db.facets(['tags']));
 */
export function liveQuery<M extends object, T>(
  source: DatabaseSource<M>,
  ask: MaybeStore<(db: EdgeVec<M>) => PromiseLike<T>>,
): Readable<QueryState<T>> {
  return store((show) => {
    const questions = new Questions<T>(show);
    let before: readonly unknown[] | undefined;
    const end = follow<[SourceValue<M>, (db: EdgeVec<M>) => PromiseLike<T>]>([source, ask], (value, run) => {
      const db = databaseIn(value);
      if (before !== undefined && before[0] === db && before[1] === run) return;
      before = [db, run];
      questions.ask(db === undefined ? undefined : { db, run: () => run(db) });
    });
    return () => {
      end();
      questions.stop();
    };
  });
}
