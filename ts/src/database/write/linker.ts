// Links committed rows into the graph, in slices, for all writes that wait. Now and then enough
// rows have been linked that the engine calibrates again how wide searches must be. Calibration is
// a part of linking: a write waits for the calibration that its own rows made due, so that searches
// find its rows as well as promised from the moment the write resolves.
//
// The engine has two queues. Rows of other tabs are postponed: searches scan these rows until the
// rows are linked. A write waits for the first queue only, so other tabs that write much do not
// hold up the write. The engine takes a postponed row now and then, also while writes wait.
//
// The engine links each queue in the order of commits. So a write is done once as many rows have
// left the first queue as the queue had when the write asked, and no calibration is under way. The
// engine calibrates before the next row is linked. A calibration was therefore made due by rows up
// to the write's own, by postponed rows, or by a compaction meanwhile.
//
// The last steps of linking learn sketches, once no row waits. No write waits for these steps:
// without sketches, searches are slower and find as much.
//
// A compaction takes removed rows out of the queues, perhaps rows that a write waits for. The write
// then waits for at most as many rows as the shorter queue has. Some of these rows may be later
// than the write's own, so the write may wait a little too long, but never too short.

import { asEdgeVecError, type EdgeVecError, fix } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Engine } from '../../engine/engine.js';

/** The number of rows in each queue of the engine. */
interface Queues {
  readonly first: number;
  readonly postponed: number;
}

interface Waiter {
  /** Rows that must still leave the queues before the caller may go on. */
  first: number;
  postponed: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Linker {
  readonly #engine: Engine;
  readonly #slices: Slices;
  #waiters: Waiter[] = [];
  /** Whether to link all rows, also rows that no caller waits for. */
  #isStarted = false;
  #running = false;

  constructor(engine: Engine, slices: Slices) {
    this.#engine = engine;
    this.#slices = slices;
  }

  /**
   * Resolves when every row committed so far is linked, except postponed rows, and no calibration
   * is due; undefined if so already.
   */
  linked(): Promise<void> | undefined {
    const { first, postponed } = this.#queues();
    const remaining = this.#waited(0);
    if (remaining === 0 || remaining === postponed) return undefined;
    return this.#wait({ first, postponed: 0 });
  }

  /** As `linked`, with the postponed rows. */
  settled(): Promise<void> | undefined {
    return this.#waited(0) === 0 ? undefined : this.#wait(this.#queues());
  }

  /** Links all rows in the background. */
  start(): void {
    if (this.#engine.link(0) === 0) return;
    this.#isStarted = true;
    this.#run();
  }

  /** Called after each step of a compaction, before rows can come in. */
  compacted(): void {
    if (this.#waiters.length > 0) this.#cap(this.#queues());
  }

  /** Lets all writes go on unlinked: their rows are linked in another engine. */
  release(): void {
    for (const waiter of this.#clear()) waiter.resolve();
  }

  /** Rejects all waits: the engine is gone. */
  stop(error: EdgeVecError): void {
    fix(error);
    for (const waiter of this.#clear()) waiter.reject(error);
  }

  #clear(): readonly Waiter[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#isStarted = false;
    return waiters;
  }

  #wait(rows: Queues): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ ...rows, resolve, reject });
      this.#run();
    });
  }

  /** Takes up to `budget` steps. Returns how many steps are left that a caller may wait for. */
  #waited(budget: number): number {
    return this.#engine.link(budget) - this.#engine.sketching();
  }

  #queues(): Queues {
    const postponed = this.#engine.postponed();
    return { first: this.#engine.unlinked() - postponed, postponed };
  }

  /** Nobody waits for more rows than the queues have. */
  #cap({ first, postponed }: Queues): void {
    for (const waiter of this.#waiters) {
      waiter.first = Math.min(waiter.first, first);
      waiter.postponed = Math.min(waiter.postponed, postponed);
    }
  }

  get #isWanted(): boolean {
    return this.#isStarted || this.#waiters.length > 0;
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
        if (this.#isWanted) this.#run();
      });
  }

  #step(): boolean {
    if (!this.#isWanted) return true;
    // Nothing is committed between these calls.
    const before = this.#queues();
    const remaining = this.#waited(1);
    const after = this.#queues();
    this.#cap(before);
    for (const waiter of this.#waiters) {
      waiter.first -= before.first - after.first;
      waiter.postponed -= before.postponed - after.postponed;
    }
    if (remaining === 0) {
      this.release();
      this.#isStarted = this.#engine.sketching() > 0;
      return !this.#isStarted;
    }
    const isCalibrating = remaining > after.first + after.postponed;
    if (!isCalibrating && this.#waiters.some(isDone)) {
      const done = this.#waiters.filter(isDone);
      this.#waiters = this.#waiters.filter((waiter) => !isDone(waiter));
      for (const waiter of done) waiter.resolve();
    }
    return false;
  }
}

function isDone({ first, postponed }: Waiter): boolean {
  return first <= 0 && postponed <= 0;
}
