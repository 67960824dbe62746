// Checks of ids, vectors and records of callers.

import type { WriteKind } from '../base/calls.js';
import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import type { Id } from '../base/types.js';
import { causedBy, isThenable } from './caller.js';

/** The place of a bad value in a call. */
export interface Position {
  readonly row?: number;
  readonly id?: Id;
}

/** The id. @throws `INVALID_ID` */
export function checkId(id: unknown, place: Position = {}): Id {
  // -0 and 0 are the same key in a Map, and both should read back as 0.
  if (typeof id === 'string') return id;
  if (typeof id === 'number' && Number.isFinite(id)) return id === 0 ? 0 : id;
  throw new EdgeVecError('INVALID_ID', 'The id is invalid', {
    expected: 'a string or a finite number',
    got: inspect(id),
    ...place,
  });
}

/** Copies a vector into `target` at `offset`; throws `INVALID_VECTOR` or `DIMENSION_MISMATCH`. */
export function copyVector(
  vector: unknown,
  dimensions: number,
  target: Float32Array,
  offset: number,
  place: Position = {},
): void {
  readVector(vector, place, () => copyList(vector, dimensions, target, offset, place));
}

/**
 * Checks, without copying, that a vector has its length; throws `INVALID_VECTOR` or
 * `DIMENSION_MISMATCH`.
 */
export function checkLength(vector: unknown, dimensions: number, place: Position = {}): void {
  readVector(vector, place, () => assertLength(vector, dimensions, place));
}

/** Reads a vector of the caller, perhaps a proxy, or an object with getters that throw. */
function readVector(vector: unknown, place: Position, read: () => void): void {
  try {
    read();
  } catch (cause) {
    const what = inspect(vector);
    const isProxy = /\wArray$/.test(what) && !ArrayBuffer.isView(vector);
    throw causedBy(cause, 'INVALID_VECTOR', 'The vector cannot be read', {
      ...(isProxy ? { got: `a proxy of ${what}` } : {}),
      remedy: 'Pass a plain array or a Float32Array; unwrap proxies of a framework first.',
      ...place,
    });
  }
}

function assertLength(vector: unknown, dimensions: number, place: Position): void {
  const length = lengthOf(vector);
  if (length === undefined) throw noList(vector, place);
  if (length === dimensions) return;
  const inner = isList(vector) && length > 0 ? vector[0] : undefined;
  if (lengthOf(inner) !== undefined) throw nested(vector, inner, place);
  throw new EdgeVecError('DIMENSION_MISMATCH', 'The vector has the wrong number of dimensions', {
    expected: `${dimensions}`,
    got: `${length}`,
    remedy: isDetached(vector)
      ? 'Its buffer was transferred to somebody else: pass the vector before, or a copy.'
      : 'Use one embedding model for everything in a database, and open it with the dimensions of that model.',
    ...place,
  });
}

function copyList(vector: unknown, dimensions: number, target: Float32Array, offset: number, place: Position): void {
  assertLength(vector, dimensions, place);
  const list = vector as ArrayLike<unknown>;
  if (isNumberArray(list)) {
    target.set(list, offset);
    return;
  }
  // Number(null) and Number('') are 0: a conversion would hide broken data, such as NaN that went
  // through JSON.
  for (let i = 0; i < dimensions; i++) {
    const value = list[i];
    if (typeof value !== 'number') {
      if (i === 0 && lengthOf(value) !== undefined) throw nested(list, value, place);
      throw new EdgeVecError('INVALID_VECTOR', `The vector is not a list of numbers: position ${i} is not one`, {
        expected: 'numbers',
        got: inspect(value),
        ...place,
      });
    }
    target[offset + i] = value;
  }
}

function noList(vector: unknown, place: Position): EdgeVecError {
  const remedy = isThenable(vector)
    ? 'Await it first.'
    : hasData(vector)
      ? "Pass the tensor's data, one row at a time: data.subarray(start, end)."
      : undefined;
  return new EdgeVecError('INVALID_VECTOR', 'The vector is not a list of numbers', {
    expected: 'a Float32Array or an array of numbers',
    got: inspect(vector),
    ...(remedy === undefined ? {} : { remedy }),
    ...place,
  });
}

/** An embedder of batches gives a list of vectors even for a single text. */
function nested(outer: unknown, inner: unknown, place: Position): EdgeVecError {
  return new EdgeVecError('INVALID_VECTOR', 'The vector is a list of vectors', {
    expected: 'numbers',
    got: `${inspect(outer)} that begins with ${inspect(inner)}`,
    remedy: 'Pass one vector at a time: vectors[0], where an embedder gives a batch.',
    ...place,
  });
}

/** A record, by field. */
export interface Fields {
  readonly id?: unknown;
  readonly vector?: unknown;
  readonly metadata?: unknown;
}

/** The record itself, if it has known fields only. @throws `INVALID_RECORD` */
export function checkRecord(record: unknown, place: Position): Fields {
  if (isThenable(record)) {
    throw new EdgeVecError('INVALID_RECORD', 'The record is a promise', {
      expected: 'an object with id, vector and metadata',
      remedy: 'Await it first: await Promise.all(records) for a list, or an async generator that yields await record.',
      ...place,
    });
  }
  if (typeof record !== 'object' || record === null) {
    throw new EdgeVecError('INVALID_RECORD', 'The record is not an object', {
      expected: 'an object with id, vector and metadata',
      got: inspect(record),
      ...place,
    });
  }
  for (const key in record) {
    if (key === 'id' || key === 'vector' || key === 'metadata') continue;
    throw new EdgeVecError('INVALID_RECORD', 'The record has a field that would be lost', {
      expected: 'only id, vector and metadata',
      got: inspect(key),
      remedy: 'Put fields of your own into metadata.',
      ...place,
    });
  }
  return record;
}

/** The id of a record for this kind of write. Only `insert` may leave out ids. */
export function checkRecordId(kind: WriteKind, id: unknown, place: Position): Id | undefined {
  return id === undefined && kind === 'insert' ? undefined : checkId(id, place);
}

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
/**
 * The platform's own accessors, because a subclass or an own property may give a wrong length or
 * kind.
 */
const lengthGetter = getterOf(TypedArray, 'length');
const kindGetter = getterOf(TypedArray, Symbol.toStringTag);

function getterOf(prototype: object, name: PropertyKey): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => unknown;
}

/** The length of something like an array; undefined for other values. */
function lengthOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // `length` of a typed array can be overridden, and a wrong length would make room for too few
  // numbers.
  const length = kindOf(value) === undefined ? (value as { length?: unknown }).length : lengthGetter.call(value);
  return typeof length === 'number' ? length : undefined;
}

/** The name of a typed array's class, also of another realm's; undefined for everything else. */
function kindOf(value: unknown): string | undefined {
  return ArrayBuffer.isView(value) ? (kindGetter.call(value) as string | undefined) : undefined;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether its buffer was handed over to another thread. */
function isDetached(value: unknown): boolean {
  if (!ArrayBuffer.isView(value) || value.byteLength > 0) return false;
  try {
    new Uint8Array(value.buffer);
    return false;
  } catch {
    return true;
  }
}

function hasData(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'data' in value;
}

// Every typed array of numbers. Arrays of bigints go to the check of elements, which refuses
// bigints.
function isNumberArray(value: ArrayLike<unknown>): value is Float64Array {
  return kindOf(value)?.startsWith('Big') === false;
}
