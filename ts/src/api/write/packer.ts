// Packs records into parts, the unit in which a write is sent. Once added, a record is the caller's
// again: its metadata is copied, and its vector is copied exactly once on this side, into the
// part's flat array. The array is then handed over to the host.

import type { Part, WriteKind } from '../../base/calls.js';
import type { Id } from '../../base/types.js';
import { copyMetadata } from '../../collection/metadata/copy.js';
import { ofCaller } from '../caller.js';
import { checkRecord, checkRecordId, copyVector, type Position } from '../check.js';

/**
 * Small enough to be checked, stored and logged in a part of a slice, large enough that messages
 * cost nothing.
 */
const PART_ROWS = 64;
const PART_BYTES = 256 << 10;

export class Packer {
  readonly #kind: WriteKind;
  readonly #dimensions: number;
  readonly #capacity: number;
  #start = 0;
  #ids: (Id | undefined)[] = [];
  #metadata: (object | undefined)[] = [];
  #hasMetadata = false;
  #metadataBytes = 0;
  #withVector: number[] = [];
  #vectors: Float32Array | undefined;

  /**
   * @param rows records to come at most, so that a single record does not allocate room for
   * hundreds
   */
  constructor(kind: WriteKind, dimensions: number, rows: number) {
    this.#kind = kind;
    this.#dimensions = dimensions;
    this.#capacity = Math.min(rows, PART_ROWS, Math.max(1, Math.floor(PART_BYTES / (4 * dimensions))));
  }

  get full(): boolean {
    return this.#ids.length >= this.#capacity || this.#metadataBytes >= PART_BYTES;
  }

  /** Rows packed so far, in every part. */
  get rows(): number {
    return this.#start + this.#ids.length;
  }

  /**
   * Checks a record and copies it in; returns its id. `row`: the place in the whole call, for
   * errors.
   */
  add(record: unknown, row: number | undefined): Id | undefined {
    const place = row === undefined ? {} : { row };
    return ofCaller(() => this.#add(record, place), 'INVALID_RECORD', 'The record cannot be read', place);
  }

  #add(record: unknown, place: Position): Id | undefined {
    const { id: given, vector, metadata: data } = checkRecord(record, place);
    const id = checkRecordId(this.#kind, given, place);
    const named = id === undefined ? place : { ...place, id };
    const { metadata, bytes } = copyMetadata(data, named);
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
