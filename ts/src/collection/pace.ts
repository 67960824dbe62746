// Counts rows and bytes between two looks at the clock, for rows of very different sizes.

import { STEP_ROWS } from '../base/time-slices.js';

/**
 * About how many bytes of metadata are written or read between two looks at the clock. The last row
 * may exceed the limit.
 */
export const STEP_BYTES = 256 << 10;

export class Pace {
  #rows = 0;
  #bytes = 0;

  /** Counts a row. True if the caller should look at the clock. */
  isDue(bytes: number): boolean {
    this.#rows++;
    this.#bytes += bytes;
    if (this.#rows < STEP_ROWS && this.#bytes < STEP_BYTES) return false;
    this.#rows = 0;
    this.#bytes = 0;
    return true;
  }
}
