// The stored columns in a manifest. Every other field of a manifest is read strictly. Columns can
// be made again from the metadata, so a reader passes over a column that a newer version has listed
// in another form.

import { type ChunkRef, chunkRef } from '../chunk.js';
import { list, Malformed, object, readIfKnown, type Shape, text } from '../fields.js';

export interface StoredColumn {
  /** The keys from the metadata down to the field. At least one key. */
  readonly path: readonly string[];
  /** In the order of the slots, `COLUMN_SLOTS` slots each. */
  readonly chunks: readonly ChunkRef[];
}

const keys = list(text);

const path: Shape<readonly string[]> = {
  read(value) {
    const read = keys.read(value);
    if (read.length === 0) throw new Malformed();
    return read;
  },
  write: keys.write,
};

const column: Shape<StoredColumn> = object<StoredColumn>({ path, chunks: list(chunkRef) });

export const storedColumns: Shape<readonly StoredColumn[]> = {
  read: (value) => (Array.isArray(value) ? value.flatMap((each) => readIfKnown(column, each) ?? []) : []),
  write: (columns) => columns.map((each) => column.write(each)),
};
