import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { EdgeVecError, type EdgeVecEvent } from '../../index.js';
import {
  type DatabaseOptions,
  type DatabaseState,
  DatabaseView,
  IDLE,
  LOADING,
  type ReadyDatabase,
  sameDatabase,
} from '../shared/opened.js';
import { useEqual } from './use-equal.js';

type Given = DatabaseOptions | null | undefined;

/** A component, for as long as React keeps the component's state. */
interface Self {
  onEvent: ((event: EdgeVecEvent) => void) | undefined;
}

const newSelf = (): Self => ({ onEvent: undefined });

const isSame = (a: Given, b: Given): boolean => (a && b ? sameDatabase(a, b) : a === b);

/** How `useEdgeVec` tells the component that the database is being opened. */
export interface UseEdgeVecOptions {
  /**
   * Suspends the component until the database is open, so that the nearest `<Suspense>` shows its
   * fallback. An error goes to the nearest error boundary. The database must have a name, since
   * React forgets a component that suspends, and finds its database again only by the name.
   * Default: false.
   */
  readonly suspense?: boolean;
}

/**
 * Opens a database for a component, and closes the database after the component is gone. `M` is the
 * type of the metadata stored with each row.
 *
 * - All components that name the same database with equal options share the open database. The last
 *   of these components closes the database. Calls still under way then reject with `CLOSED`.
 * - A database without a name is in memory, and belongs to the component alone.
 * - Options are compared by value, so you may write the options as a literal. If an option changes,
 *   the old database closes and the new database opens. Functions are not compared: `onEvent` may
 *   be a new function each time, and a function for `worker` is used only at opening.
 * - Make a model for `embed` once, outside of the component. A model with a new function is another
 *   model, and the database would close and open again.
 * - React's StrictMode and hot reload open the database once.
 * - On a server nothing opens, and the status is `'loading'`.
 *
 * Do not call `close()` on the database: other components may use the database.
 *
 * @param options the options of `EdgeVec.open`. `null` or `undefined` opens nothing.
 * @param how with `suspense: true`, the component renders only with an open database. On a server,
 *   React then shows the fallback.
 * @returns the state. `error` has the error of `EdgeVec.open`, or the reason why the database has
 * ended. `retry` opens the database again after an error.
 *
 * @example
 * const { db, error, retry } = useEdgeVec<Note>({ name: 'notes', dimensions: 384 });
 */
export function useEdgeVec<M extends object = Record<string, unknown>>(
  options: DatabaseOptions & { readonly name: string },
  how: UseEdgeVecOptions & { readonly suspense: true },
): ReadyDatabase<M>;
export function useEdgeVec<M extends object = Record<string, unknown>>(
  options: DatabaseOptions | null | undefined,
  how?: UseEdgeVecOptions,
): DatabaseState<M>;
export function useEdgeVec<M extends object = Record<string, unknown>>(
  options: DatabaseOptions | null | undefined,
  { suspense = false }: UseEdgeVecOptions = {},
): DatabaseState<M> {
  const [self] = useState(newSelf);
  const known = useEqual(options, isSame);
  const view = useMemo(() => (known ? new DatabaseView<M>(known, self) : undefined), [known, self]);
  const onEvent = options?.onEvent;
  // Before the effect of useSyncExternalStore, which opens the database.
  useEffect(() => {
    self.onEvent = onEvent;
  }, [self, onEvent]);
  const subscribe = useCallback(
    (changed: () => void) => {
      if (view === undefined) return () => {};
      return view.hold({
        changed,
        get onEvent() {
          return self.onEvent;
        },
      });
    },
    [view, self],
  );
  const state = useSyncExternalStore<DatabaseState<M>>(
    subscribe,
    () => view?.state ?? IDLE,
    () => (view === undefined ? IDLE : LOADING),
  );
  if (suspense && known && view !== undefined) suspend(known, view, state);
  return state;
}

/**
 * Returns only if the database is open. React renders a component again after a thrown promise, in
 * every version since 18. `use` of React 19 does the same.
 */
function suspend<M extends object>({ name }: DatabaseOptions, view: DatabaseView<M>, state: DatabaseState<M>): void {
  if (name === undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'A component cannot suspend for a database without a name', {
      remedy: 'Give the database a name, or leave out suspense.',
    });
  }
  // React sends the fallback for an error on a server, and renders the component in the browser.
  if (typeof document === 'undefined') throw new Error('EdgeVec opens no database on a server');
  if (state.status === 'loading') throw view.opened();
  if (state.status === 'error') {
    view.forget();
    throw state.error;
  }
}
