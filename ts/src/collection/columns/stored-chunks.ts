// The chunks of a column, as a checkpoint stores the chunks.

import type { Path } from '../../base/clause.js';
import { BLOCK_ROWS } from '../../format/blocks.js';
import { COLUMN_SLOTS } from '../../format/columns/chunk.js';
import { columnKey } from '../../format/contents.js';
import type { SlotChunk, Slots } from '../slot-store.js';
import type { Column } from './column.js';
import { encodeSlots } from './stored-values.js';

/** About the bytes of a value in a chunk that was not encoded yet. */
const VALUE_BYTES = 9;

/** What the chunks of a column ask while the chunks are copied. */
export interface Keeper {
  /** Whether the metadata of a slot cannot be read here. */
  isUnread(slot: number): boolean;
  /** Whether writes still go to the column. */
  isKept(): boolean;
}

/**
 * @param column undefined for a column that is still in storage. Its chunks can only be kept
 */
export function chunksOf(
  path: Path,
  column: Column | undefined,
  slots: Slots,
  { isUnread, isKept }: Keeper,
): SlotChunk[] {
  return Array.from({ length: Math.ceil(slots.count / COLUMN_SLOTS) }, (_, chunk) => {
    const first = chunk * COLUMN_SLOTS;
    return {
      key: columnKey(path, chunk),
      bytes: () => column?.encoded[chunk] ?? VALUE_BYTES * Math.min(COLUMN_SLOTS, slots.count - first),
      isDirty: (stored) =>
        stored === undefined ||
        (column === undefined ? haveChanged(slots, stored.time, first) : column.times.at(chunk) > stored.time),
      *copy() {
        // No chunk is stored of a column with a chunk that is too long.
        if (column === undefined || column.isTooLong) return undefined;
        const bytes = yield* encodeSlots(column, first, Math.min(first + COLUMN_SLOTS, slots.count), isUnread);
        // The column may have left, and may lack writes. Another column of the field may be there.
        if (!isKept()) return undefined;
        if (bytes === undefined) column.isTooLong = true;
        else column.encoded[chunk] = bytes.length;
        return bytes;
      },
      setClean: () => {},
    };
  });
}

/** Whether any of the slots of a chunk has changed after `after`. */
function haveChanged(slots: Slots, after: number, first: number): boolean {
  for (let block = first; block < first + COLUMN_SLOTS; block += BLOCK_ROWS) {
    if (slots.haveChanged(after, block, BLOCK_ROWS)) return true;
  }
  return false;
}
