// How much of many rows is done between two looks at the clock, where a row may take much.

import { STEP_ROWS } from '../base/time-slices.js';

/** Bytes of metadata that are written or read between two looks at the clock, about: a row more. */
export const STEP_BYTES = 256 << 10;

export class Pace {
  #rows = 0;
  #bytes = 0;

  /** Counts a row. True where it is time for a look. */
  isDue(bytes: number): boolean {
    this.#rows++;
    this.#bytes += bytes;
    if (this.#rows < STEP_ROWS && this.#bytes < STEP_BYTES) return false;
    this.#rows = 0;
    this.#bytes = 0;
    return true;
  }
}
