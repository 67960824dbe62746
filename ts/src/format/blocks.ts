// How the metadata of rows is cut into chunks: into blocks of slots, and a block with long lines is
// halved. The cut depends on the lines alone. The same rows therefore give the same chunks
// everywhere, after any history of checkpoints.

/** Slots of a block. */
export const BLOCK_ROWS = 1024;
/** The most bytes of lines that a chunk of several slots holds. A single slot may take more. */
export const MAX_RANGE_BYTES = 1 << 20;

/**
 * Slots with their metadata in one chunk. The number of slots is a power of two, and `first` is a
 * multiple of the number.
 */
export interface SlotRange {
  readonly first: number;
  readonly slots: number;
  /** The bytes of the slots' lines. */
  readonly bytes: number;
}

/**
 * The ranges of a block, or of a part of a block after halving.
 *
 * @param lengthOf the bytes of a slot's line, 0 for a slot without a row
 */
export function cutBlock(lengthOf: (slot: number) => number, first: number, slots = BLOCK_ROWS): SlotRange[] {
  let bytes = 0;
  for (let slot = first; slot < first + slots; slot++) bytes += lengthOf(slot);
  if (slots === 1 || bytes <= MAX_RANGE_BYTES) return [{ first, slots, bytes }];
  const half = slots / 2;
  return [...cutBlock(lengthOf, first, half), ...cutBlock(lengthOf, first + half, half)];
}

/**
 * Whether `cutBlock` could have cut the blocks into exactly these ranges, in this order. The ranges
 * may come from an untrusted file.
 */
export function areCutRight(blocks: number, ranges: readonly Omit<SlotRange, 'first'>[]): boolean {
  let next = 0;
  /**
   * The bytes of the next ranges, if the ranges cover `slots` slots. NaN if the ranges cover other
   * slots, or are cut in another way.
   */
  const take = (slots: number): number => {
    const range = ranges[next];
    if (range?.slots === slots) {
      next++;
      return slots === 1 || range.bytes <= MAX_RANGE_BYTES ? range.bytes : Number.NaN;
    }
    if (range === undefined || slots === 1) return Number.NaN;
    const bytes = take(slots / 2) + take(slots / 2);
    return bytes > MAX_RANGE_BYTES ? bytes : Number.NaN;
  };
  for (let block = 0; block < blocks; block++) if (Number.isNaN(take(BLOCK_ROWS))) return false;
  return next === ranges.length;
}
