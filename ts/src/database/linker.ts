// Links committed rows into the graph, in slices, for however many writes wait for it.
//
// The engine links in the order rows were committed, so a write is done once as many rows were linked as waited when it
// asked. Rows rolled back meanwhile only make that count too high: a write may wait a little longer, never too short, and
// never for rows committed after its own.

import type { Engine } from '../engine/engine.js';
import { asEdgeVecError, type EdgeVecError, fix } from '../errors.js';
import type { Slices } from '../slices.js';

interface Waiter {
  /** Rows still to be linked before this one may go on. */
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

  /** Resolves when every row committed so far is linked; undefined if that is so already. */
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
    const remaining = this.#engine.link(1);
    for (const waiter of this.#waiters) waiter.todo -= 1;
    while (this.#waiters[0] !== undefined && (remaining === 0 || this.#waiters[0].todo <= 0)) {
      this.#waiters.shift()?.resolve();
    }
    return remaining === 0;
  }
}
