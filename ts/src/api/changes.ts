// The listeners of a database hear that rows have changed, or that the database is gone.

import { ALL_ROWS } from '../base/changed-rows.js';
import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import type { EdgeVecEvent, RowChanges } from '../base/types.js';
import { harmless } from './caller.js';

export class Changes {
  /** The listeners, each with the function for the end of all subscriptions. */
  readonly #listeners = new Map<(rows: RowChanges) => void, () => void>();

  /**
   * @param onClear called by `clear`, unless the subscription has ended before
   * @returns a function that ends the subscription
   */
  add(listener: (rows: RowChanges) => unknown, onClear = (): void => {}): () => void {
    if (typeof listener !== 'function') {
      throw new EdgeVecError('INVALID_OPTIONS', 'The listener of subscribe cannot be called', {
        expected: 'a function',
        got: inspect(listener),
        remedy: 'Call db.subscribe(() => readAgain()).',
      });
    }
    // A function of its own for each subscription: the same listener may subscribe twice.
    const own = harmless(listener);
    this.#listeners.set(own, onClear);
    return () => void this.#listeners.delete(own);
  }

  /** Tells of the effect of a call. Undefined: no row has changed. */
  readonly note = (rows: RowChanges | undefined): void => {
    if (rows !== undefined) this.#tell(rows);
  };

  /** Tells that no call can succeed any more. */
  readonly noteEnd = (): void => this.#tell(ALL_ROWS);

  #tell(rows: RowChanges): void {
    // A listener may end subscriptions and begin new ones meanwhile.
    for (const listener of [...this.#listeners.keys()]) if (this.#listeners.has(listener)) listener(rows);
  }

  /** Ends all subscriptions. */
  clear(): void {
    for (const onClear of this.#listeners.values()) onClear();
    this.#listeners.clear();
  }

  /** Tells the listeners of changes by other tabs, and passes every event on. */
  hearing(onEvent: (event: EdgeVecEvent) => void): (event: EdgeVecEvent) => void {
    return (event) => {
      if (event.type === 'changed') {
        const { type: _, ...rows } = event;
        this.#tell(rows);
      }
      onEvent(event);
    };
  }
}
