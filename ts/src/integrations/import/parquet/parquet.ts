// Records out of Parquet files.

import type { NewRecord, UpsertRecord } from '../../../index.js';
import type { RandomAccess } from '../file/access.js';
import { bytesOfStream } from '../file/bytes.js';
import { type FileSource, openSource, wholeOf } from '../file/source.js';
import { checkOptions } from '../options.js';
import type { FileRecords } from '../records.js';
import type { ParquetOptions } from './options.js';

/**
 * Reads the rows of a Parquet file: a column of vectors, a column of ids if you name the column,
 * and the other columns as metadata. The file is read page by page while the records are written,
 * and the reader is loaded at the first call.
 *
 * Integers of 64 bits become numbers. An integer beyond 2^53 becomes a bigint in metadata, and text
 * as an id. Dates and timestamps become `Date`, and null stays null.
 *
 * @throws `UNSUPPORTED_FORMAT` if the file is not Parquet, or has a codec or an encoding that needs
 * more than this reader. `DAMAGED` if the file is cut. `INVALID_OPTIONS` if a column does not
 * exist, or holds no vectors. `SOURCE_FAILED`.
 *
 * @example
 * import { readParquet } from 'edgevec/import';
 * const records = await readParquet(parquet, { vector: 'embedding', id: 'key' });
 * const db = await EdgeVec.open({ dimensions: records.dimensions });
 * await db.upsert(records);
 */
export function readParquet<M extends object = Record<string, unknown>>(
  source: FileSource,
  options: ParquetOptions & { readonly id: string },
): Promise<FileRecords<UpsertRecord<M>>>;
export function readParquet<M extends object = Record<string, unknown>>(
  source: FileSource,
  options?: ParquetOptions,
): Promise<FileRecords<NewRecord<M>>>;
export async function readParquet<M extends object>(
  source: FileSource,
  options: ParquetOptions = {},
): Promise<FileRecords<NewRecord<M>>> {
  checkOptions('readParquet', options, ['vector', 'id', 'metadata', 'compressors']);
  const found = await openSource(source);
  const { openParquet, remoteFile } = await import('./reader.js');
  const file: RandomAccess =
    'url' in found
      ? await remoteFile(found.url)
      : 'stream' in found
        ? await wholeOf(bytesOfStream(found.stream))
        : found;
  return openParquet(file, options) as Promise<FileRecords<NewRecord<M>>>;
}
