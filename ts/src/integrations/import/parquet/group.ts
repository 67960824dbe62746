// The rows of a row group, from pages of all its columns.

import { assembleNested } from 'hyparquet/src/assemble.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import type { DecodedArray, RowGroup } from 'hyparquet/src/types.js';
import type { RandomAccess } from '../file/access.js';
import type { Column } from './choose.js';
import type { ParquetCompressors } from './options.js';
import { ColumnPages } from './pages.js';

/** The values of a row, by the name of the column. */
export type Values = ReadonlyMap<string, unknown>;

/**
 * Reads the rows of a group in order. A row group may take gigabytes, so only the present page of
 * each column is in memory.
 */
export class GroupReader {
  readonly #columns: readonly { readonly column: Column; readonly leaves: ReadonlyMap<string, ColumnPages> }[];

  constructor(
    file: RandomAccess,
    group: RowGroup,
    columns: readonly Column[],
    compressors: ParquetCompressors | undefined,
  ) {
    this.#columns = columns.map((column) => ({
      column,
      leaves: new Map(
        column.leaves.map((path) => {
          const name = path.at(-1)?.path.join('.') ?? '';
          return [name, new ColumnPages(file, group, path, compressors)];
        }),
      ),
    }));
  }

  /** The next rows. */
  async take(count: number): Promise<Values[]> {
    const rows = Array.from({ length: count }, () => new Map<string, unknown>());
    for (const { column, leaves } of this.#columns) {
      const parts = new Map<string, DecodedArray>();
      for (const [name, pages] of leaves) parts.set(name, await pages.take(count));
      // Lists of lists, and fields of objects, come together out of several columns of values.
      if (column.tree.children.length > 0) assembleNested(parts, column.tree, DEFAULT_PARSERS);
      const values = parts.get(column.name);
      for (const [i, row] of rows.entries()) row.set(column.name, values?.[i]);
    }
    return rows;
  }
}
