// Which columns of a file are read.

import { getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import type { FileMetaData, SchemaTree } from 'hyparquet/src/types.js';
import { EdgeVecError } from '../../../index.js';
import type { ParquetOptions } from './options.js';

/** A column of a row, with all columns of numbers or texts inside. */
export interface Column {
  readonly name: string;
  readonly tree: SchemaTree;
  /** The columns inside that have values, each with its path from the root of the file. */
  readonly leaves: readonly (readonly SchemaTree[])[];
}

/** The columns of a file by their use. */
export interface Chosen {
  readonly vector: Column;
  readonly id: Column | undefined;
  readonly metadata: readonly Column[];
  /** All of these columns. */
  readonly columns: readonly Column[];
}

const NO_COMPRESSION_NEEDED = ['UNCOMPRESSED', 'SNAPPY'];

/** @throws `INVALID_OPTIONS`, `UNSUPPORTED_FORMAT` */
export function chooseColumns(root: SchemaTree, metadata: FileMetaData, options: ParquetOptions): Chosen {
  const all = root.children.map((tree) => ({ name: tree.element.name, tree, leaves: leavesOf([root, tree]) }));
  const named = (option: string, name: string): Column => {
    const column = all.find((each) => each.name === name);
    if (column !== undefined) return column;
    throw new EdgeVecError('INVALID_OPTIONS', `The option "${option}" names a column that the file does not have`, {
      expected: `one of ${all.map((each) => each.name).join(', ')}`,
      got: String(name),
    });
  };
  const vector = options.vector === undefined ? onlyVector(all) : named('vector', options.vector);
  if (!isList(vector)) {
    throw new EdgeVecError('INVALID_OPTIONS', `The column "${vector.name}" holds no vectors`, {
      expected: 'a column of lists of numbers',
      got: vector.leaves.map((path) => path.at(-1)?.element.type ?? 'nothing').join(', '),
    });
  }
  const id = options.id === undefined ? undefined : named('id', options.id);
  const others = all.filter((column) => column !== vector && column !== id);
  const chosen = options.metadata?.map((name) => named('metadata', name)) ?? others;
  const columns = [...new Set([vector, ...(id ? [id] : []), ...chosen])];
  checkCodecs(metadata, columns, options);
  return { vector, id, metadata: chosen, columns };
}

function leavesOf(path: readonly SchemaTree[]): (readonly SchemaTree[])[] {
  const children = path.at(-1)?.children ?? [];
  return children.length === 0 ? [path] : children.flatMap((child) => leavesOf([...path, child]));
}

/** Whether the column has lists of numbers, one list a row. */
function isList({ leaves }: Column): boolean {
  const [path, ...more] = leaves;
  if (path === undefined || more.length > 0 || getMaxRepetitionLevel([...path]) !== 1) return false;
  const { type, logical_type } = path.at(-1)?.element ?? {};
  return isFloat(path) || type === 'INT32' || type === 'INT64' || logical_type?.type === 'FLOAT16';
}

function isFloat(path: readonly SchemaTree[]): boolean {
  const { type, logical_type } = path.at(-1)?.element ?? {};
  return type === 'FLOAT' || type === 'DOUBLE' || logical_type?.type === 'FLOAT16';
}

function onlyVector(all: readonly Column[]): Column {
  const lists = all.filter((column) => isList(column) && column.leaves.every(isFloat));
  const [only, ...more] = lists;
  if (only !== undefined && more.length === 0) return only;
  throw new EdgeVecError('INVALID_OPTIONS', 'The column with the vectors is not clear', {
    expected: 'the option "vector", with the name of a column of lists of numbers',
    got: `a file with the columns ${all.map((each) => each.name).join(', ')}`,
    ...(more.length > 0 && { remedy: `Columns of lists of floats: ${lists.map((each) => each.name).join(', ')}.` }),
  });
}

function checkCodecs({ row_groups }: FileMetaData, columns: readonly Column[], { compressors }: ParquetOptions): void {
  const names = new Set(columns.map(({ name }) => name));
  for (const { meta_data } of row_groups.flatMap((group) => group.columns)) {
    if (meta_data === undefined || !names.has(meta_data.path_in_schema[0] ?? '')) continue;
    const { codec } = meta_data;
    if (NO_COMPRESSION_NEEDED.includes(codec) || compressors?.[codec as keyof typeof compressors] !== undefined)
      continue;
    throw new EdgeVecError('UNSUPPORTED_FORMAT', `The Parquet file is compressed with ${codec}`, {
      expected: 'no compression or Snappy, or a function for this codec in the option "compressors"',
      remedy:
        "Run npm install hyparquet-compressors, then: import { compressors } from 'hyparquet-compressors' and readParquet(file, { compressors }).",
    });
  }
}
