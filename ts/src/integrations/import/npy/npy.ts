// Records out of .npy files, numpy's format for a single array.

import { EdgeVecError, type Id, type NewRecord, type UpsertRecord } from '../../../index.js';
import type { RandomAccess } from '../file/access.js';
import { Bytes, bytesOfFile, bytesOfStream } from '../file/bytes.js';
import { type FileSource, fetched, openSource, type Streamed, wholeOf } from '../file/source.js';
import { checkOptions } from '../options.js';
import type { FileRecords } from '../records.js';
import { type NpyHeader, readHeader } from './header.js';
import { checkSize, rowsInFortranOrder, rowsInOrder } from './rows.js';

/** Options of `readNpy`. */
export interface NpyOptions<M extends object> {
  /**
   * The id of each row: an array in the order of the rows, or a function of the position, from 0.
   * Default: no ids. `insert` then chooses ids.
   */
  readonly ids?: readonly Id[] | ((row: number) => Id);
  /** The metadata of each row: an array in the order of the rows, or a function of the position. */
  readonly metadata?: readonly M[] | ((row: number) => M);
}

interface WithIds {
  readonly ids: readonly Id[] | ((row: number) => Id);
}

/**
 * Reads the vectors of an `.npy` file: an array of shape `(rows, dimensions)`, or `(dimensions,)`
 * for a single vector, of floats (16, 32 or 64 bits) or integers, in both byte orders and both
 * orders of the axes. The file is read in pieces while the records are written.
 *
 * @throws `UNSUPPORTED_FORMAT` if the file has another format, another kind of number, or another
 * shape. `DAMAGED` if the file is cut. `SOURCE_FAILED`, `INVALID_OPTIONS`.
 *
 * @example
 * import { readNpy } from 'edgevec/import';
 * const records = await readNpy(npy, { ids, metadata: (row) => ({ line: row + 1 }) });
 * const db = await EdgeVec.open({ dimensions: records.dimensions });
 * await db.upsert(records);
 */
export function readNpy<M extends object = Record<string, unknown>>(
  source: FileSource,
  options: NpyOptions<M> & WithIds,
): Promise<FileRecords<UpsertRecord<M>>>;
export function readNpy<M extends object = Record<string, unknown>>(
  source: FileSource,
  options?: NpyOptions<M>,
): Promise<FileRecords<NewRecord<M>>>;
export async function readNpy<M extends object>(
  source: FileSource,
  options: NpyOptions<M> = {},
): Promise<FileRecords<NewRecord<M>>> {
  checkOptions('readNpy', options, ['ids', 'metadata']);
  const found = await openSource(source);
  const file = 'url' in found ? await fetched(found) : found;
  const { header, begin } = 'stream' in file ? await ofStream(file) : await ofFile(file);
  const { rows, dimensions } = header;
  const idOf = perRow('ids', options.ids, rows);
  const metadataOf = perRow('metadata', options.metadata, rows);
  async function* records(): AsyncGenerator<NewRecord<M>> {
    let row = 0;
    for await (const vector of begin()) {
      const record = {
        ...(idOf && { id: idOf(row) }),
        vector,
        ...(metadataOf && { metadata: metadataOf(row) }),
      };
      row += 1;
      yield record as NewRecord<M>;
    }
  }
  return { rows, dimensions, [Symbol.asyncIterator]: records };
}

interface Begun {
  readonly header: NpyHeader;
  /** The vectors, from the first row on. */
  readonly begin: () => AsyncIterable<Float32Array>;
}

async function ofFile(file: RandomAccess): Promise<Begun> {
  const header = await readHeader(new Bytes(bytesOfFile(file, 0)));
  checkSize(file.size, header);
  const begin = header.isFortran
    ? () => rowsInFortranOrder(file, header)
    : () => rowsInOrder(new Bytes(bytesOfFile(file, header.start)), header);
  return { header, begin };
}

async function ofStream({ stream }: Streamed): Promise<Begun> {
  const bytes = new Bytes(bytesOfStream(stream));
  let isRead = false;
  async function* once(rows: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
    if (isRead) {
      throw new EdgeVecError('SOURCE_FAILED', 'The records were read already, from a stream', {
        remedy: 'To read records twice, pass a Blob, an ArrayBuffer or a path.',
      });
    }
    isRead = true;
    try {
      yield* rows;
    } finally {
      await bytes.close();
    }
  }
  try {
    const header = await readHeader(bytes);
    if (!header.isFortran) return { header, begin: () => once(rowsInOrder(bytes, header)) };
    const rest = await wholeOf(bytes.rest());
    const ofRest = { ...header, start: 0 };
    checkSize(rest.size, ofRest);
    return { header, begin: () => rowsInFortranOrder(rest, ofRest) };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

function perRow<T>(
  name: string,
  given: readonly T[] | ((row: number) => T) | undefined,
  rows: number,
): ((row: number) => T) | undefined {
  if (given === undefined || typeof given === 'function') return given;
  if (Array.isArray(given) && given.length === rows) return (row) => given[row] as T;
  throw new EdgeVecError('INVALID_OPTIONS', `The option "${name}" does not fit the file`, {
    expected: `an array of ${rows} values, one for each row, or a function of the position`,
    got: Array.isArray(given) ? `${given.length} values` : typeof given,
  });
}
