// The epoch of a log: 32 bits in the head. The upper 24 bits are drawn when a database is made, and
// never change, to identify the database. The lower 8 bits count repairs of the log. After a
// repair, entries read before may not be in the log any more.

const MENDED_BITS = 8;
const MENDED = (1 << MENDED_BITS) - 1;

/**
 * The epoch of a new database.
 *
 * @param replaced the epoch of the database that the new database replaces. The upper bits of the
 * new epoch differ from the replaced epoch
 */
export function drawEpoch(replaced?: number): number {
  for (;;) {
    const drawn = crypto.getRandomValues(new Uint32Array(1))[0] as number;
    const epoch = (drawn & ~MENDED) >>> 0;
    if (replaced === undefined || !isSameDatabase(epoch, replaced)) return epoch;
  }
}

/** The epoch after a repair of the log. */
export function mendedEpoch(epoch: number): number {
  return ((epoch & ~MENDED) | ((epoch + 1) & MENDED)) >>> 0;
}

export function isSameDatabase(a: number, b: number): boolean {
  return a >>> MENDED_BITS === b >>> MENDED_BITS;
}
