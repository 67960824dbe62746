// When the values of a column last changed, by chunk of the stored column. The times are of the
// collection's counter of changes. A checkpoint writes only chunks that have changed since their
// stored copies.

import { COLUMN_SLOTS } from '../../format/columns/chunk.js';
import { LOADED } from '../changes.js';

export class ChunkTimes {
  /** No chunk is older. */
  #made: number;
  readonly #touched: number[] = [];

  /** @param made the time when the column was made from metadata */
  constructor(made: number) {
    this.#made = made;
  }

  /** The value of a slot has changed. */
  touch(slot: number, now: number): void {
    this.#touched[chunkOf(slot)] = now;
  }

  /** The column was read from its stored chunks. Only touched chunks differ from these. */
  setLoaded(): void {
    this.#made = LOADED;
  }

  at(chunk: number): number {
    return Math.max(this.#made, this.#touched[chunk] ?? LOADED);
  }
}

/** The chunk of a stored column with this slot. */
export const chunkOf = (slot: number): number => Math.floor(slot / COLUMN_SLOTS);
