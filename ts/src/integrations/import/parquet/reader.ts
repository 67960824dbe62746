// Reads Parquet by the functions of hyparquet. A chunk of its own, loaded at the first call.

import { parquetMetadataAsync, parquetSchema } from 'hyparquet/src/metadata.js';
import type { FileMetaData } from 'hyparquet/src/types.js';
import { asyncBufferFromUrl } from 'hyparquet/src/utils.js';
import type { RandomAccess } from '../file/access.js';
import { sourceFailed } from '../file/access.js';
import type { FileRecords } from '../records.js';
import { type Chosen, chooseColumns } from './choose.js';
import { checkMagic, readable } from './errors.js';
import { GroupReader } from './group.js';
import type { ParquetOptions } from './options.js';
import { recordOf, vectorOf } from './values.js';

/** Rows that are assembled at once. */
const BATCH = 256;

/** A file on a server, read by ranges. If the server knows no ranges, the file is read once. */
export async function remoteFile(url: URL): Promise<RandomAccess> {
  const buffer = await asyncBufferFromUrl({ url: url.href }).catch((cause: unknown) => {
    throw sourceFailed(cause);
  });
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await buffer.slice(start, end));
    } catch (cause) {
      throw sourceFailed(cause);
    }
  };
  return { size: buffer.byteLength, read };
}

/** @throws `UNSUPPORTED_FORMAT`, `DAMAGED`, `INVALID_OPTIONS`, `SOURCE_FAILED` */
export async function openParquet(file: RandomAccess, options: ParquetOptions): Promise<FileRecords<object>> {
  await checkMagic(file);
  const metadata = await readable(() => parquetMetadataAsync(asBuffer(file)));
  const chosen = chooseColumns(parquetSchema(metadata), metadata, options);
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  const dimensions = await dimensionsOf(file, metadata, chosen, options);
  async function* records(): AsyncGenerator<object> {
    let row = 0;
    for (const group of metadata.row_groups) {
      const reader = new GroupReader(file, group, chosen.columns, options.compressors);
      for (let left = Number(group.num_rows); left > 0; left -= BATCH) {
        const batch = await readable(() => reader.take(Math.min(BATCH, left)));
        for (const values of batch) yield recordOf(values, chosen, row++);
      }
    }
  }
  return { rows, dimensions, [Symbol.asyncIterator]: records };
}

/** The length of the first vector. 0 if the file has no rows. */
async function dimensionsOf(
  file: RandomAccess,
  { row_groups }: FileMetaData,
  { vector }: Chosen,
  { compressors }: ParquetOptions,
): Promise<number> {
  const group = row_groups.find(({ num_rows }) => num_rows > 0n);
  if (group === undefined) return 0;
  const [values] = await readable(() => new GroupReader(file, group, [vector], compressors).take(1));
  return vectorOf(values?.get(vector.name), vector.name, 0).length;
}

function asBuffer(file: RandomAccess): {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
} {
  const slice = async (start: number, end = file.size): Promise<ArrayBuffer> => {
    const bytes = await file.read(start, end);
    return bytes.slice().buffer as ArrayBuffer;
  };
  return { byteLength: file.size, slice };
}
