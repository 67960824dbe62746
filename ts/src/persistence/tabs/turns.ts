// Gives tabs turns to append to the log, if several tabs write at the same time.
//
// The log refuses a tab that has not read the entries of the other tabs. A slow tab may need longer
// to apply the entries than the other tabs need to write again, and would be refused for ever. So a
// tab that meets other tabs queues for a Web Lock before each append, and no tab overtakes another
// tab in the queue. A refused tab tells the other tabs, and the other tabs queue too. A tab alone
// takes no lock.

import { webLocks } from '../../base/web-locks.js';
import { inQueue } from './mutex.js';

/** How long a tab queues after meeting another tab, in milliseconds. */
const LATELY_MS = 10_000;
/** How long a tab waits for its turn, in milliseconds. The tab whose turn it is may be frozen. */
const WAIT_MS = 5_000;
/** How long a tab appends out of turn after waiting in vain, in milliseconds. */
const IN_VAIN_MS = 60_000;
/**
 * The bounds of a pause, in milliseconds. Without Web Locks, a tab pauses before it appends again.
 * The pause is random, and may be longer each time the tab hears of other tabs.
 */
const LEAST_PAUSE_MS = 25;
const MOST_PAUSE_MS = 2_000;

export class Turns {
  readonly #lock: string;
  readonly #pause: (ms: number) => Promise<void>;
  #queuesUntil = Number.NEGATIVE_INFINITY;
  #inVainUntil = Number.NEGATIVE_INFINITY;
  /** How often this tab met other tabs since the last refusal of this tab. */
  #met = 0;

  /** @param name of the database @param pause resolves after the given milliseconds */
  constructor(name: string, pause: (ms: number) => Promise<void>) {
    this.#lock = `edgevec:${name}:append`;
    this.#pause = pause;
  }

  /** Another tab has written, or has told that it wants to write. */
  met(): void {
    this.#queuesUntil = performance.now() + LATELY_MS;
    this.#met++;
  }

  /**
   * This tab has been refused. This tab goes on without a pause, so that the pausing tabs let this
   * tab write.
   */
  refused(): void {
    this.met();
    this.#met = 0;
  }

  /** Runs `run` in this tab's turn. `others` is true if other tabs may have written until then. */
  async take<T>(run: (others: boolean) => Promise<T>): Promise<T> {
    if (performance.now() >= this.#queuesUntil) return run(false);
    if (webLocks() === undefined) {
      if (this.#met > 0) await this.#pause(pauseOf(this.#met));
      return run(true);
    }
    if (performance.now() < this.#inVainUntil) return run(true);
    return inQueue(this.#lock, WAIT_MS, (isInVain) => {
      if (isInVain) this.#inVainUntil = performance.now() + IN_VAIN_MS;
      return run(true);
    });
  }
}

/** A random pause, so that two tabs do not stay in step. */
function pauseOf(met: number): number {
  return Math.random() * Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** met);
}
