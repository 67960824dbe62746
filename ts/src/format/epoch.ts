// The epoch of a log: 32 bits in the head. The upper 24 are drawn when a database is made, and
// stay: they tell whether a head is still of the same database. The lower 8 count how often the log
// was mended: entries read before that are not those of the log now.

const MENDED_BITS = 8;
const MENDED = (1 << MENDED_BITS) - 1;

/**
 * The epoch of a database that is made in place of another, if there is one: never taken for that
 * one.
 */
export function drawEpoch(replaced?: number): number {
  for (;;) {
    const drawn = crypto.getRandomValues(new Uint32Array(1))[0] as number;
    const epoch = (drawn & ~MENDED) >>> 0;
    if (replaced === undefined || !isSameDatabase(epoch, replaced)) return epoch;
  }
}

/** The epoch once the log has been mended. */
export function mendedEpoch(epoch: number): number {
  return ((epoch & ~MENDED) | ((epoch + 1) & MENDED)) >>> 0;
}

export function isSameDatabase(a: number, b: number): boolean {
  return a >>> MENDED_BITS === b >>> MENDED_BITS;
}
