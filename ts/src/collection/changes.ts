// When each slot has changed, by a clock that is set forward whenever something is about to be saved. Whoever has saved slots at some time thus knows
// whether they are still what was saved, however the slots were cut into chunks then, and whatever became of other saves.

import { BLOCK_ROWS } from '../format/blocks.js';

/** The time of what was loaded: before all changes. */
export const LOADED = 0;

export class Changes {
  #now = LOADED + 1;
  /** By slot. */
  readonly #times: number[] = [];
  /** By block, the last of its slots: most blocks are as they were. */
  readonly #last: number[] = [];

  add(slot: number): void {
    this.#times[slot] = this.#now;
    this.#last[Math.floor(slot / BLOCK_ROWS)] = this.#now;
  }

  /** The time now: what changes after this call has a later one. */
  mark(): number {
    return this.#now++;
  }

  /** Whether any of these slots, of one block, has changed after that time. */
  haveBeen(after: number, first: number, slots: number): boolean {
    if (!isLater(this.#last[Math.floor(first / BLOCK_ROWS)], after)) return false;
    for (let slot = first; slot < first + slots; slot++) if (isLater(this.#times[slot], after)) return true;
    return false;
  }
}

const isLater = (time: number | undefined, after: number): boolean => time !== undefined && time > after;
