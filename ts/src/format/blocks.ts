// How the metadata of rows is cut into chunks: blocks of slots, halved where their lines take much room. It depends on the lines alone, so that the
// same rows give the same chunks everywhere, whatever was saved when.

/** Slots of a block. */
export const BLOCK_ROWS = 1024;
/** What the lines of more than one slot take at most, as one chunk. */
export const MAX_RANGE_BYTES = 1 << 20;

/** Slots whose metadata is one chunk: a power of two of slots, aligned. */
export interface SlotRange {
  readonly first: number;
  readonly slots: number;
  /** What their lines take. */
  readonly bytes: number;
}

/** The ranges of a block, or of a part of a block after halving. `lengthOf`: bytes of a slot's line, 0 without a row. */
export function cutBlock(lengthOf: (slot: number) => number, first: number, slots = BLOCK_ROWS): SlotRange[] {
  let bytes = 0;
  for (let slot = first; slot < first + slots; slot++) bytes += lengthOf(slot);
  if (slots === 1 || bytes <= MAX_RANGE_BYTES) return [{ first, slots, bytes }];
  const half = slots / 2;
  return [...cutBlock(lengthOf, first, half), ...cutBlock(lengthOf, first + half, half)];
}

/** Whether so many blocks would be cut into just these ranges, in order. The ranges may come from a stranger. */
export function areCutRight(blocks: number, ranges: readonly Omit<SlotRange, 'first'>[]): boolean {
  let next = 0;
  /** Bytes of the next ranges, which are to cover so many slots; NaN if they do not, or are cut otherwise. */
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
