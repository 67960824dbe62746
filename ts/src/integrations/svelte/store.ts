// Readable stores by Svelte's store contract. The contract needs no code of Svelte, so the stores
// work in every version of Svelte, and outside of components.

/** A readable store. Every readable store of Svelte has this form. */
export interface Readable<T> {
  /**
   * Calls `run` with the present value at once, and with each later value.
   *
   * @returns a function that ends the calls
   */
  subscribe(run: (value: T) => void): () => void;
}

/** A value, or a store of such values. */
export type MaybeStore<T> = T | Readable<T>;

/**
 * A store that works only while somebody listens.
 *
 * @param start called for the first listener. Must call `show` with the first value before the end.
 * Returns a function that is called after the last listener has left.
 */
export function store<T>(start: (show: (value: T) => void) => () => void): Readable<T> {
  const listeners = new Set<{ readonly run: (value: T) => void }>();
  let shown: { readonly value: T } | undefined;
  let stop = (): void => {};
  const show = (value: T): void => {
    if (shown !== undefined && shown.value === value) return;
    shown = { value };
    for (const { run } of [...listeners]) run(value);
  };
  return {
    subscribe(run) {
      if (listeners.size === 0) stop = start(show);
      // An object for each call, since a function may listen twice.
      const listener = { run };
      listeners.add(listener);
      if (shown !== undefined) run(shown.value);
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        stop();
        shown = undefined;
      };
    },
  };
}

/** A database has a method `subscribe` too, and is no store. */
function isStore<T>(value: MaybeStore<T>): value is Readable<T> {
  if (typeof value !== 'object' || value === null || 'search' in value) return false;
  return 'subscribe' in value && typeof value.subscribe === 'function';
}

/**
 * Calls `changed` with the values of all sources at once, and again each time a store among the
 * sources has a new value.
 *
 * @returns a function that ends the calls
 */
export function follow<T extends readonly unknown[]>(
  sources: { readonly [K in keyof T]: MaybeStore<T[K]> },
  changed: (...values: T) => void,
): () => void {
  const values: unknown[] = [];
  let isComplete = false;
  const tell = (): void => {
    if (isComplete) changed(...(values as unknown as T));
  };
  const ends = sources.map((source, i) => {
    if (isStore(source)) {
      return source.subscribe((value) => {
        values[i] = value;
        tell();
      });
    }
    values[i] = source;
    return () => {};
  });
  isComplete = true;
  tell();
  return () => {
    for (const end of ends) end();
  };
}
