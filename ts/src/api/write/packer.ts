// Packs records into parts. A write is sent part by part. After the packing, the caller may change
// the record: the packer has copied the metadata, and has copied the vector into the flat array of
// the part. The array is then handed over to the host, without another copy on this side.

import type { Part, WriteKind } from '../../base/calls.js';
import type { Id } from '../../base/types.js';
import { copyMetadata } from '../../collection/metadata/copy.js';
import { ofCaller } from '../caller.js';
import { checkRecord, checkRecordId } from '../check.js';
import type { Position } from '../position.js';
import { copyVector } from '../vector/copy.js';
import type { TakeSparse } from './sparse.js';

/**
 * The largest part. A part of a slice must be enough to check, store and log such a part. Messages
 * of this size cost next to no time.
 */
const PART_ROWS = 64;
const PART_BYTES = 256 << 10;

export class Packer {
  readonly #kind: WriteKind;
  readonly #dimensions: number;
  readonly #takeSparse: TakeSparse | undefined;
  readonly #capacity: number;
  #start = 0;
  #ids: (Id | undefined)[] = [];
  #metadata: (object | undefined)[] = [];
  #hasMetadata = false;
  #metadataBytes = 0;
  #withVector: number[] = [];
  #vectors: Float32Array | undefined;

  /**
   * @param rows the most records to come. The packer allocates no room for more records
   * @param takeSparse undefined if the database has no sparse vectors
   */
  constructor(kind: WriteKind, dimensions: number, rows: number, takeSparse: TakeSparse | undefined) {
    this.#kind = kind;
    this.#dimensions = dimensions;
    this.#takeSparse = takeSparse;
    this.#capacity = Math.min(rows, PART_ROWS, Math.max(1, Math.floor(PART_BYTES / (4 * dimensions))));
  }

  get full(): boolean {
    return this.#ids.length >= this.#capacity || this.#metadataBytes >= PART_BYTES;
  }

  /** Rows packed so far, in all parts. */
  get rows(): number {
    return this.#start + this.#ids.length;
  }

  /**
   * Checks and copies a record, and returns the id. `row` is the position in the whole call, for
   * errors.
   */
  add(record: unknown, row: number | undefined): Id | undefined {
    const place = row === undefined ? {} : { row };
    return ofCaller(() => this.#add(record, place), 'INVALID_RECORD', 'The record cannot be read', place);
  }

  #add(record: unknown, place: Position): Id | undefined {
    const take = this.#takeSparse;
    const { id: given, vector, metadata: data, sparse } = checkRecord(this.#kind, record, place, take !== undefined);
    const id = checkRecordId(this.#kind, given, place);
    const named = id === undefined ? place : { ...place, id };
    const copied = copyMetadata(data, named);
    const { metadata, bytes } = take?.(copied, sparse, named) ?? copied;
    if (vector !== undefined || this.#kind !== 'update') {
      this.#vectors ??= new Float32Array(this.#capacity * this.#dimensions);
      copyVector(vector, this.#dimensions, this.#vectors, this.#withVector.length * this.#dimensions, named);
      this.#withVector.push(this.#ids.length);
    }
    this.#ids.push(id);
    this.#metadata.push(metadata);
    this.#hasMetadata ||= metadata !== undefined;
    this.#metadataBytes += bytes;
    return id;
  }

  /** The records since the last part. */
  take(): Part {
    const ids = this.#ids;
    const part: Part = {
      start: this.#start,
      ids,
      vectors: this.#vectors?.subarray(0, this.#withVector.length * this.#dimensions) ?? new Float32Array(0),
      ...(this.#withVector.length === ids.length ? {} : { withVector: this.#withVector }),
      ...(this.#hasMetadata ? { metadata: this.#metadata } : {}),
    };
    this.#start += ids.length;
    this.#ids = [];
    this.#metadata = [];
    this.#hasMetadata = false;
    this.#metadataBytes = 0;
    this.#withVector = [];
    this.#vectors = undefined;
    return part;
  }
}
