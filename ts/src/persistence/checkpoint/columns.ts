// The columns in a checkpoint. Columns are optional: a checkpoint without room leaves the columns
// out, and a column whose chunks are not all there is left out too.

import type { Path } from '../../base/clause.js';
import type { Slices } from '../../base/time-slices.js';
import type { Collection } from '../../collection/collection.js';
import type { SlotChunk } from '../../collection/slot-store.js';
import type { StoredColumn } from '../../format/columns/listed.js';
import type { StoredChunks } from './stored-chunks.js';

/** Columns that no clause of this session has used count as used before all others. */
const UNUSED = -1;
/** The bytes of so many columns are in memory at once. */
const BROUGHT_AT_ONCE = 4;

/** A column at rest: the keys of its chunks, in order. */
export interface ColumnAtRest {
  readonly path: Path;
  readonly keys: readonly string[];
}

/**
 * Makes the columns that a checkpoint could not store otherwise: columns that are being made, and
 * stored columns that nobody has used, if their chunks lack changes of rows.
 */
export async function bringColumns(
  { columns }: Collection,
  stored: StoredChunks,
  slices: Slices,
  check: () => void,
): Promise<void> {
  const isDirty = (chunk: SlotChunk): boolean => chunk.isDirty(stored.copyOf(chunk.key));
  const changed = columns.untouched.filter((path) => columns.chunksOf(path)?.some(isDirty));
  const fields = [...columns.building, ...changed];
  for (let first = 0; first < fields.length; first += BROUGHT_AT_ONCE) {
    const some = fields.slice(first, first + BROUGHT_AT_ONCE);
    await columns.readStored(some);
    check();
    await slices.take(columns.prepareFields(some, UNUSED), check);
  }
}

/** The chunks of these columns that differ from their stored copies. */
export function neededColumnChunks(
  { columns }: Collection,
  fields: readonly Path[],
  stored: StoredChunks,
): SlotChunk[] {
  const chunks = fields.flatMap((field) => columns.chunksOf(field) ?? []);
  return chunks.filter((chunk) => chunk.isDirty(stored.copyOf(chunk.key)));
}

/**
 * The columns whose chunks are all stored or copied, to be called at rest after the copies.
 *
 * @param copied the keys of the chunks copied at rest
 */
export function columnsAtRest(
  { columns }: Collection,
  fields: readonly Path[],
  stored: StoredChunks,
  copied: ReadonlySet<string>,
): ColumnAtRest[] {
  return fields.flatMap((path) => {
    const chunks = columns.chunksOf(path);
    const isThere = (chunk: SlotChunk): boolean => copied.has(chunk.key) || !chunk.isDirty(stored.copyOf(chunk.key));
    return chunks?.every(isThere) ? [{ path, keys: chunks.map(({ key }) => key) }] : [];
  });
}

/** The columns for the manifest, once all copies are stored. */
export function listedColumns(columns: readonly ColumnAtRest[], stored: StoredChunks): StoredColumn[] {
  return columns.flatMap(({ path, keys }) => {
    const chunks = keys.flatMap((key) => stored.copyOf(key)?.ref ?? []);
    return chunks.length === keys.length ? [{ path, chunks }] : [];
  });
}
