// How the metadata of rows is cut into chunks: blocks of slots, halved where their lines take much room. It depends on the lines alone, so that the
// same rows give the same chunks everywhere, whatever was saved when.

/** Slots of a block. */
export const BLOCK_ROWS = 1024;
/** What the lines of more than one slot take at most, as one chunk. */
export const PART_BYTES = 1 << 20;

/** Slots whose metadata is one chunk: a power of two of them, aligned. */
export interface Part {
  readonly first: number;
  readonly slots: number;
  /** What their lines take. */
  readonly bytes: number;
}

/** The parts of a block, or of what is left of one after halving; `bytesOf` a slot's line, 0 where there is none. */
export function partsOf(bytesOf: (slot: number) => number, first: number, slots = BLOCK_ROWS): Part[] {
  let bytes = 0;
  for (let slot = first; slot < first + slots; slot++) bytes += bytesOf(slot);
  if (slots === 1 || bytes <= PART_BYTES) return [{ first, slots, bytes }];
  const half = slots / 2;
  return [...partsOf(bytesOf, first, half), ...partsOf(bytesOf, first + half, half)];
}

/** Whether so many blocks would be cut into just these, in order. Of untrusted text. */
export function arePartsOf(blocks: number, parts: readonly Omit<Part, 'first'>[]): boolean {
  let next = 0;
  /** What the next parts take, which are to cover so many slots; NaN where they do not, or are cut otherwise. */
  const take = (slots: number): number => {
    const part = parts[next];
    if (part?.slots === slots) {
      next++;
      return slots === 1 || part.bytes <= PART_BYTES ? part.bytes : Number.NaN;
    }
    if (part === undefined || slots === 1) return Number.NaN;
    const bytes = take(slots / 2) + take(slots / 2);
    return bytes > PART_BYTES ? bytes : Number.NaN;
  };
  for (let block = 0; block < blocks; block++) if (Number.isNaN(take(BLOCK_ROWS))) return false;
  return next === parts.length;
}
