// The time of the last change of each slot, by a counter. A checkpoint advances the counter before
// copying slots. A copy of slots is still current if no slot has a later time. This holds for any
// cut of the slots into chunks, and for failed checkpoints too.

import { BLOCK_ROWS } from '../format/blocks.js';

/** The time of loaded slots, before all changes. */
export const LOADED = 0;

export class Changes {
  #now = LOADED + 1;
  /** By slot. */
  readonly #times: number[] = [];
  /**
   * By block, the latest time of its slots. Most blocks never change, and need no look at their
   * slots.
   */
  readonly #last: number[] = [];

  add(slot: number): void {
    this.#times[slot] = this.#now;
    this.#last[Math.floor(slot / BLOCK_ROWS)] = this.#now;
  }

  /** The time that a change gets now. */
  get now(): number {
    return this.#now;
  }

  /** The current time. Every change after this call gets a later time. */
  mark(): number {
    return this.#now++;
  }

  /** Whether any of these slots has changed after `after`. All slots are in one block. */
  haveBeen(after: number, first: number, slots: number): boolean {
    if (!isLater(this.#last[Math.floor(first / BLOCK_ROWS)], after)) return false;
    for (let slot = first; slot < first + slots; slot++) if (isLater(this.#times[slot], after)) return true;
    return false;
  }
}

const isLater = (time: number | undefined, after: number): boolean => time !== undefined && time > after;
