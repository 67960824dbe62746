// Rows that are kept as codes, in place of full rows: under int8 and int16 precision. Several
// sections hold a part of each row, and a reader refuses a row with parts of two rows.
//
// A stored chunk of one section can be replaced alone all the same: in the same commit, each row
// that changes in the chunk gets the scale 0. A row of scale 0 is the mean of the codes, whatever
// the other parts of the row are, and a reader accepts the mean.

import type { Collection } from '../../collection/collection.js';
import { sectionOf } from '../../format/contents.js';
import { readHeader } from '../../format/engine-header.js';
import type { Manifest } from '../../format/manifest.js';
import { CODES, chunkRows, RESIDUAL_BYTES, RESIDUAL_NIBBLES, rowBytes, SCALES } from '../../format/sections.js';
import { sameBytes } from '../../storage/storage.js';

/**
 * The sections whose meaning depends on the scale of the row. A lean checkpoint replaces their
 * chunks one by one.
 */
export const SCALED: readonly number[] = [CODES, RESIDUAL_NIBBLES, RESIDUAL_BYTES];
const SCALE_BYTES = rowBytes(SCALES, 1);

/** The slots of a chunk of scaled parts of rows. */
export interface ScaledChunk {
  /** The first slot. */
  readonly first: number;
  /** Bytes of a row in the chunk. */
  readonly rowBytes: number;
  /** The number of the chunk of scales with the scales of all these slots. */
  readonly scales: number;
}

/** Whether a checkpoint keeps rows as codes. */
export function hasCodedRows({ sections }: Manifest): boolean {
  return sections[RESIDUAL_NIBBLES] !== undefined;
}

/** The slots of the chunk with this key. Undefined if the chunk has no scaled parts of rows. */
export function scaledChunk(key: string, dimensions: number): ScaledChunk | undefined {
  const { section, chunk } = sectionOf(key) ?? { section: SCALES, chunk: 0 };
  if (!SCALED.includes(section)) return undefined;
  const first = chunk * chunkRows(section, dimensions);
  const scales = Math.floor(first / chunkRows(SCALES, dimensions));
  return { first, rowBytes: rowBytes(section, dimensions), scales };
}

/** The slots whose rows differ between two copies of a chunk of the same length. */
export function changedSlots(before: Uint8Array, after: Uint8Array, { first, rowBytes }: ScaledChunk): number[] {
  const slots: number[] = [];
  for (let at = 0; at < after.length; at++) {
    if (before[at] === after[at]) continue;
    const row = Math.floor(at / rowBytes);
    slots.push(first + row);
    // On with the last byte of the row.
    at = (row + 1) * rowBytes - 1;
  }
  return slots;
}

/** A stored chunk of scales, with the scale 0 for some slots. */
export function scalesWithout(stored: Uint8Array, slots: readonly number[], { scales }: ScaledChunk): Uint8Array {
  const without = stored.slice();
  for (const slot of slots) {
    const at = SCALE_BYTES * (slot - scales * chunkRows(SCALES, 1));
    without.fill(0, at, at + SCALE_BYTES);
  }
  return without;
}

/**
 * Whether the codes of the collection are made by the mean in this header. Codes by another mean
 * stand for other rows.
 */
export function hasSameMean(header: Uint8Array, { engine }: Collection): boolean {
  const mean = readHeader(header).mean();
  return mean !== undefined && sameBytes(mean, readHeader(engine.copyHeader()).mean());
}
