// The stored columns of a checkpoint, until somebody needs the columns. Opening a database reads no
// stored column. Whatever goes wrong here costs only time: the column is then made from metadata.

import type { Path } from '../../base/clause.js';
import { EdgeVecError } from '../../base/errors.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import { type ColumnChunk, decodeColumnChunk } from '../../format/columns/chunk.js';
import type { StoredColumn } from '../../format/columns/listed.js';
import { pathKey } from './key.js';

/** Chunks read at once. Each chunk is a file, and a process may open only so many files. */
const AT_ONCE = 16;

/** Reads a chunk from storage. Undefined if the chunk is missing. */
export type ReadChunk = (ref: ChunkRef) => Promise<Uint8Array | undefined>;

/** The bytes of a chunk, not checked yet. Undefined if the storage did not give the chunk. */
export type RawChunk = readonly [ref: ChunkRef, bytes: Uint8Array | undefined];

export class StoredColumns {
  readonly #read: ReadChunk;
  /** The columns that nobody has taken yet. */
  readonly #columns: Map<string, StoredColumn>;
  readonly #reading = new Map<string, Promise<void>>();
  /** The chunks that have been read, and that nobody has taken yet. */
  readonly #chunks = new Map<string, readonly RawChunk[]>();

  constructor(columns: readonly StoredColumn[], read: ReadChunk) {
    this.#read = read;
    this.#columns = new Map(columns.map((column) => [pathKey(column.path), column]));
  }

  get isEmpty(): boolean {
    return this.#columns.size === 0;
  }

  get paths(): Path[] {
    return [...this.#columns.values()].map(({ path }) => path);
  }

  has(path: Path): boolean {
    return this.#columns.has(pathKey(path));
  }

  /** Whether the column of this field is in storage, and must be read first. */
  awaits(path: Path): boolean {
    return this.has(path) && !this.#chunks.has(pathKey(path));
  }

  /** Reads the chunks of these fields. Never rejects. */
  async read(paths: readonly Path[]): Promise<void> {
    for (const path of paths) if (this.awaits(path)) await this.#readOnce(pathKey(path));
  }

  /**
   * The chunks of a column, in order, given once. Undefined unless the chunks have been read.
   */
  take(path: Path): readonly RawChunk[] | undefined {
    const key = pathKey(path);
    const chunks = this.#chunks.get(key);
    this.#columns.delete(key);
    this.#chunks.delete(key);
    return chunks;
  }

  #readOnce(key: string): Promise<void> {
    const reading = this.#reading.get(key) ?? this.#readColumn(key).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  async #readColumn(key: string): Promise<void> {
    const { chunks } = this.#columns.get(key) as StoredColumn;
    const read = async (ref: ChunkRef): Promise<RawChunk> => [ref, await this.#read(ref).catch(() => undefined)];
    const raw: RawChunk[] = [];
    for (let first = 0; first < chunks.length; first += AT_ONCE) {
      raw.push(...(await Promise.all(chunks.slice(first, first + AT_ONCE).map(read))));
    }
    // In the meantime the column may have been made from metadata.
    if (this.#columns.has(key)) this.#chunks.set(key, raw);
  }
}

/** Undefined if the chunk is missing, damaged, or of an unknown layout. */
export function decoded([ref, bytes]: RawChunk): ColumnChunk | undefined {
  if (!isWhole(ref, bytes)) return undefined;
  try {
    return decodeColumnChunk(bytes);
  } catch (error) {
    if (error instanceof EdgeVecError) return undefined;
    throw error;
  }
}
