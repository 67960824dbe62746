// Checks at the public edge: ids, vectors and records as callers give them.

import { EdgeVecError } from '../errors.js';
import type { WriteKind } from '../messages.js';
import { show } from '../show.js';
import type { Id } from '../types.js';

/** Where in a call an offending value is. */
export interface Place {
  readonly row?: number;
  readonly id?: Id;
}

/** An id, or an `INVALID_ID`. */
export function checkId(id: unknown, place: Place = {}): Id {
  // -0 and 0 are one key in a Map, and should read back as 0.
  if (typeof id === 'string') return id;
  if (typeof id === 'number' && Number.isFinite(id)) return id === 0 ? 0 : id;
  throw new EdgeVecError('INVALID_ID', 'The id is invalid', {
    expected: 'a string or a finite number',
    got: show(id),
    ...place,
  });
}

/** Copies a vector into `target` at `offset`; throws `INVALID_VECTOR` or `DIMENSION_MISMATCH`. */
export function copyVector(
  vector: unknown,
  dimensions: number,
  target: Float32Array,
  offset: number,
  place: Place = {},
): void {
  if (!isArrayLike(vector)) {
    throw new EdgeVecError('INVALID_VECTOR', 'The vector is not a list of numbers', {
      expected: 'a Float32Array or an array of numbers',
      got: show(vector),
      ...(hasData(vector) ? { remedy: "Pass the tensor's data, one row at a time: data.subarray(start, end)." } : {}),
      ...place,
    });
  }
  if (vector.length !== dimensions) {
    throw new EdgeVecError('DIMENSION_MISMATCH', 'The vector has the wrong number of dimensions', {
      expected: `${dimensions}`,
      got: `${vector.length}`,
      remedy: 'Use one embedding model for everything in a database, and open it with the dimensions of that model.',
      ...place,
    });
  }
  if (vector instanceof Float32Array || isNumberArray(vector)) {
    target.set(vector, offset);
    return;
  }
  // Number(null) is 0 and Number('') is 0: converting would hide broken data, such as NaN that went through JSON.
  for (let i = 0; i < dimensions; i++) {
    const value = vector[i];
    if (typeof value !== 'number') {
      throw new EdgeVecError('INVALID_VECTOR', `The vector is not a list of numbers: position ${i} is not one`, {
        expected: 'numbers',
        got: show(value),
        ...place,
      });
    }
    target[offset + i] = value;
  }
}

/** A record, by field. */
export interface Fields {
  readonly id?: unknown;
  readonly vector?: unknown;
  readonly metadata?: unknown;
}

/** The record itself, once it is known to have only known fields; throws `INVALID_RECORD`. */
export function checkRecord(record: unknown, place: Place): Fields {
  if (typeof record !== 'object' || record === null) {
    throw new EdgeVecError('INVALID_RECORD', 'The record is not an object', {
      expected: 'an object with id, vector and metadata',
      got: show(record),
      ...place,
    });
  }
  for (const key in record) {
    if (key === 'id' || key === 'vector' || key === 'metadata') continue;
    throw new EdgeVecError('INVALID_RECORD', 'The record has a field that would be lost', {
      expected: 'only id, vector and metadata',
      got: show(key),
      remedy: 'Put fields of your own into metadata.',
      ...place,
    });
  }
  return record;
}

/** The id of a record for this kind of write: only `insert` chooses one. */
export function checkRecordId(kind: WriteKind, id: unknown, place: Place): Id | undefined {
  return id === undefined && kind === 'insert' ? undefined : checkId(id, place);
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { length?: unknown }).length === 'number';
}

function hasData(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'data' in value;
}

// Every typed array of numbers; those of bigints fall through to the element check, which refuses them.
function isNumberArray(value: ArrayLike<unknown>): value is Float64Array {
  return ArrayBuffer.isView(value) && !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array);
}
