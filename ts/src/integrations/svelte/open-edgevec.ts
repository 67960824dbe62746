import {
  type DatabaseOptions,
  type DatabaseState,
  DatabaseView,
  IDLE,
  LOADING,
  sameDatabase,
} from '../shared/opened.js';
import { isPage } from '../shared/page.js';
import { follow, type MaybeStore, type Readable, store } from './store.js';

type Given = DatabaseOptions | null | undefined;

/**
 * A store that opens a database for its first listener, and closes the database after its last
 * listener. A component listens while the component uses `$store`. `M` is the type of the metadata
 * stored with each row.
 *
 * - All stores that name the same database with equal options share the open database. The last
 *   listener of these stores closes the database. Calls still under way then reject with `CLOSED`.
 * - A database without a name belongs to its store alone.
 * - On a server nothing opens, and the status is `'loading'`.
 *
 * Do not call `close()` on the database: other components may use the database.
 *
 * @param options the options of `EdgeVec.open`, or a store of the options. Other options open
 * another database. `null` and `undefined` open nothing. Options are compared by value, except
 * functions: each store has an `onEvent` of its own, and the `worker` of the first store counts.
 * Make a model for `embed` once, in a module.
 * @returns a store of the state. `error` has the error of `EdgeVec.open`, or the reason why the
 * database has ended. `retry` opens the database again after an error.
 *
 * @example
 * const notes = openEdgeVec<Note>({ name: 'notes', dimensions: 384 });
 */
export function openEdgeVec<M extends object = Record<string, unknown>>(
  options: MaybeStore<DatabaseOptions | null | undefined>,
): Readable<DatabaseState<M>> {
  const scope = {};
  return store<DatabaseState<M>>((show) => {
    let latest: Given;
    let held: { readonly options: DatabaseOptions; readonly release: () => void } | undefined;
    const release = (): void => {
      held?.release();
      held = undefined;
    };
    const end = follow<[Given]>([options], (now) => {
      latest = now;
      if (now == null) {
        release();
        show(IDLE);
        return;
      }
      if (held !== undefined && sameDatabase(held.options, now)) return;
      release();
      if (!isPage()) {
        show(LOADING);
        return;
      }
      // A copy, since the caller may change the options afterwards.
      const own = { ...now };
      const view = new DatabaseView<M>(own, scope);
      const changed = (): void => show(view.state);
      const holder = {
        changed,
        get onEvent() {
          return latest?.onEvent;
        },
      };
      held = { options: own, release: view.hold(holder) };
      changed();
    });
    return () => {
      end();
      release();
    };
  });
}
