// Links committed rows into the graph, in slices, for however many writes wait for it. Now and then enough rows have been linked that the
// engine learns anew how wide searches must be. That is a part of linking: a write waits for what its own rows made due, so that
// its rows are found as well as is promised from the moment it resolves.
//
// The engine links in the order rows were committed, so a write is done once as many steps were taken as there were when it
// asked, and as came up meanwhile. Rows rolled back meanwhile only make that count too high: a write may wait a little longer,
// never too short, and never for rows committed after its own.

import { asEdgeVecError, type EdgeVecError, fix } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Engine } from '../../engine/engine.js';

interface Waiter {
  /** Steps still to be taken before this one may go on. */
  todo: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Linker {
  readonly #engine: Engine;
  readonly #slices: Slices;
  #waiters: Waiter[] = [];
  #running = false;

  constructor(engine: Engine, slices: Slices) {
    this.#engine = engine;
    this.#slices = slices;
  }

  /** Resolves when every row committed so far is linked, and nothing is due to be learnt of them; undefined if that is so already. */
  settled(): Promise<void> | undefined {
    const todo = this.#engine.link(0);
    if (todo === 0) return undefined;
    return new Promise((resolve, reject) => {
      this.#waiters.push({ todo, resolve, reject });
      this.#run();
    });
  }

  /** Lets whoever waits go on without: the rows are to be linked elsewhere. */
  release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.resolve();
  }

  /** Lets nobody wait for an engine that is gone. */
  stop(error: EdgeVecError): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    fix(error);
    for (const waiter of waiters) waiter.reject(error);
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#slices
      .run(() => this.#step())
      .catch((error) => this.stop(asEdgeVecError(error)))
      .finally(() => {
        this.#running = false;
        // A write may have asked between the last step and here.
        if (this.#waiters.length > 0) this.#run();
      });
  }

  #step(): boolean {
    if (this.#waiters.length === 0) return true;
    // Nothing is committed between these two calls: what the second has more to do came up in it.
    const before = this.#engine.link(0);
    const remaining = this.#engine.link(1);
    for (const waiter of this.#waiters) waiter.todo += remaining - before;
    while (this.#waiters[0] !== undefined && (remaining === 0 || this.#waiters[0].todo <= 0)) {
      this.#waiters.shift()?.resolve();
    }
    return remaining === 0;
  }
}
