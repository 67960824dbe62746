import { computed, type MaybeRefOrGetter, type Ref, shallowRef, toValue, watch } from 'vue';
import type { EdgeVec, EdgeVecError } from '../../index.js';
import {
  type DatabaseOptions,
  type DatabaseState,
  DatabaseView,
  IDLE,
  LOADING,
  sameDatabase,
} from '../shared/opened.js';
import { isPage } from '../shared/page.js';
import { plain } from './plain.js';

type Default = Record<string, unknown>;

/** The result of {@link useEdgeVec}. */
export interface UseEdgeVec<M extends object = Default> {
  /** The open database. `undefined` before the database is open, and after an error. */
  readonly db: Readonly<Ref<EdgeVec<M> | undefined>>;
  /**
   * `'idle'`: no options are given. `'loading'`: the database is being opened, or the
   * component is rendered on a server. `'ready'`: the database is open. `'error'`: see `error`.
   */
  readonly status: Readonly<Ref<DatabaseState['status']>>;
  /** Whether the status is `'loading'`. */
  readonly isLoading: Readonly<Ref<boolean>>;
  /**
   * Why the database could not be opened, or why the database has ended: another tab dropped it, or
   * its worker is gone.
   */
  readonly error: Readonly<Ref<EdgeVecError | undefined>>;
  /** Opens the database again after an error. Does nothing in any other state. */
  readonly retry: () => void;
}

/**
 * Opens a database for as long as the component, or the effect scope, is there. All components that
 * ask for a database by the same name and equal options share the database. The database closes
 * after the last of these components.
 *
 * A database without a name belongs to this call alone. On a server nothing opens.
 *
 * @param options the options of `EdgeVec.open`, or a ref or getter of the options. Other options
 * open another database. `null` and `undefined` open nothing. Options are compared by value, but
 * functions are not compared: each component has an `onEvent` of its own, and the `worker` of the
 * first component counts. Make a model for `embed` once, outside of the component.
 *
 * @example
 * const { db, error } = useEdgeVec<Note>({ name: 'notes', dimensions: 384 });
 */
export function useEdgeVec<M extends object = Default>(
  options: MaybeRefOrGetter<DatabaseOptions | null | undefined>,
): UseEdgeVec<M> {
  const asked = computed<DatabaseOptions | undefined>((before) => {
    const now = plain(toValue(options)) ?? undefined;
    return now !== undefined && before !== undefined && sameDatabase(before, now) ? before : now;
  });
  const state = shallowRef<DatabaseState<M>>(asked.value === undefined ? IDLE : LOADING);
  if (isPage()) {
    const scope = {};
    watch(
      asked,
      (now, _before, onCleanup) => {
        if (now === undefined) {
          state.value = IDLE;
          return;
        }
        const view = new DatabaseView<M>(now, scope);
        const changed = (): void => {
          state.value = view.state;
        };
        onCleanup(
          view.hold({
            changed,
            get onEvent() {
              return toValue(options)?.onEvent;
            },
          }),
        );
        changed();
      },
      { immediate: true },
    );
  }
  return {
    db: computed(() => state.value.db),
    status: computed(() => state.value.status),
    isLoading: computed(() => state.value.isLoading),
    error: computed(() => state.value.error),
    retry: () => state.value.retry(),
  };
}
