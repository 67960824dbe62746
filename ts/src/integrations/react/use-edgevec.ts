import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { EdgeVecEvent } from '../../index.js';
import {
  type DatabaseOptions,
  type DatabaseState,
  DatabaseView,
  IDLE,
  LOADING,
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
 * - React's StrictMode and hot reload open the database once.
 * - On a server nothing opens, and the status is `'loading'`.
 *
 * Do not call `close()` on the database: other components may use the database.
 *
 * @param options the options of `EdgeVec.open`. `null` or `undefined` opens nothing.
 * @returns the state. `error` has the error of `EdgeVec.open`, or the reason why the database has
 * ended. `retry` opens the database again after an error.
 *
 * @example
 * const { db, error, retry } = useEdgeVec<Note>({ name: 'notes', dimensions: 384 });
 */
export function useEdgeVec<M extends object = Record<string, unknown>>(
  options: DatabaseOptions | null | undefined,
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
  return useSyncExternalStore<DatabaseState<M>>(
    subscribe,
    () => view?.state ?? IDLE,
    () => (view === undefined ? IDLE : LOADING),
  );
}
