// Links committed rows into the graph, in slices, for all writes that wait. Now and then enough
// rows have been linked that the engine calibrates again how wide searches must be. Calibration is
// a part of linking: a write waits for the calibration that its own rows made due, so that searches
// find its rows as well as promised from the moment the write resolves.
//
// The engine links in the order of commits. So a write is done once as many rows have left the
// engine's queue as the queue had when the write asked, and no calibration is under way. The engine
// calibrates before the next row is linked. A calibration was therefore made due by rows up to the
// write's own, or by a compaction meanwhile. If a compaction takes rolled-back rows out of the
// queue, the count is too high: a write may wait a little too long, but never too short.

import { asEdgeVecError, type EdgeVecError, fix } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Engine } from '../../engine/engine.js';

interface Waiter {
  /** Rows that must still leave the engine's queue before the write may go on. */
  rows: number;
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

  /**
   * Resolves when every row committed so far is linked and no calibration is due; undefined if so
   * already.
   */
  settled(): Promise<void> | undefined {
    if (this.#engine.link(0) === 0) return undefined;
    const rows = this.#engine.unlinked();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ rows, resolve, reject });
      this.#run();
    });
  }

  /** Lets all writes go on unlinked: their rows are linked in another engine. */
  release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.resolve();
  }

  /** Rejects all waits: the engine is gone. */
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
        // A write may have asked between the last step and this line.
        if (this.#waiters.length > 0) this.#run();
      });
  }

  #step(): boolean {
    if (this.#waiters.length === 0) return true;
    // Nothing is committed between these calls.
    const before = this.#engine.unlinked();
    const remaining = this.#engine.link(1);
    const after = this.#engine.unlinked();
    for (const waiter of this.#waiters) waiter.rows -= before - after;
    const isCalibrating = remaining > after;
    while (this.#waiters[0] !== undefined && (remaining === 0 || (!isCalibrating && this.#waiters[0].rows <= 0))) {
      this.#waiters.shift()?.resolve();
    }
    return remaining === 0;
  }
}
