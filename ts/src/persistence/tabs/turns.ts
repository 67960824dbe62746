// Whose turn it is to append to the log, if several tabs write at the same time.
//
// The log refuses a tab that has not read what the others wrote. A tab that needs longer to apply
// their writes than they need to write again would be refused for ever. So a tab that meets others
// takes a Web Lock for its append: they queue for it, and nobody who queues is overtaken. A tab
// that is refused tells the others, and so they queue too. A tab alone takes no lock.

import { webLocks } from '../../base/web-locks.js';
import { inQueue } from './mutex.js';

/** How long a tab queues after it has met another one, in milliseconds. */
const LATELY_MS = 10_000;
/** How long a tab waits for its turn. Whoever has it may be frozen. */
const WAIT_MS = 5_000;
/** How long a tab appends out of turn after it has waited in vain. */
const IN_VAIN_MS = 60_000;
/**
 * Without Web Locks, a tab pauses for up to so long before it appends again: longer each time it
 * hears of others.
 */
const LEAST_PAUSE_MS = 25;
const MOST_PAUSE_MS = 2_000;

export class Turns {
  readonly #lock: string;
  readonly #pause: (ms: number) => Promise<void>;
  #queuesUntil = Number.NEGATIVE_INFINITY;
  #inVainUntil = Number.NEGATIVE_INFINITY;
  /** How often others were met since this tab was last refused. */
  #met = 0;

  /** @param name of the database @param pause resolves so many milliseconds later */
  constructor(name: string, pause: (ms: number) => Promise<void>) {
    this.#lock = `edgevec:${name}:append`;
    this.#pause = pause;
  }

  /** Another tab has written, or has told that it wants to. */
  met(): void {
    this.#queuesUntil = performance.now() + LATELY_MS;
    this.#met++;
  }

  /** This tab has been refused: the others may go on without a pause, but not this one. */
  refused(): void {
    this.met();
    this.#met = 0;
  }

  /** Runs in this tab's turn. `others`: others may have written until then. */
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

/** Drawn, so that two tabs do not go in step. */
function pauseOf(met: number): number {
  return Math.random() * Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** met);
}
