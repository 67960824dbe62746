// Vectors of callers, checked and copied.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { causedBy } from '../caller.js';
import type { Position } from '../position.js';
import { isNumberArray, kindOf, lengthOf } from './lists.js';
import { nested, noList, remedyForLength, severalRows } from './refused.js';
import { rowsOf, tensorOf } from './tensor.js';

/** Copies a vector into `target` at `offset`; throws `INVALID_VECTOR` or `DIMENSION_MISMATCH`. */
export function copyVector(
  vector: unknown,
  dimensions: number,
  target: Float32Array,
  offset: number,
  place: Position = {},
): void {
  readVector(vector, place, () => copyList(listOf(vector, dimensions, place), dimensions, target, offset, place));
}

/**
 * Checks, without copying, that a vector has its length; throws `INVALID_VECTOR` or
 * `DIMENSION_MISMATCH`.
 */
export function checkLength(vector: unknown, dimensions: number, place: Position = {}): void {
  readVector(vector, place, () => void listOf(vector, dimensions, place));
}

/** Copies as many numbers as the list has, with a check of each number. @throws `INVALID_VECTOR` */
export function copyNumbers(list: ArrayLike<unknown>, target: Float32Array, place: Position): void {
  copyList(list, target.length, target, 0, place);
}

/** Reads a vector of the caller, perhaps a proxy, or an object with getters that throw. */
export function readVector<T>(vector: unknown, place: Position, read: () => T): T {
  try {
    return read();
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

/**
 * Whether the value is a vector and not a record or a list of records: a typed array, an array that
 * begins with a number, or a tensor.
 */
export function isBareVector(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return typeof value[0] === 'number';
  // Bigints too: the check of numbers then refuses the vector.
  if (ArrayBuffer.isView(value)) return kindOf(value) !== undefined;
  // Most values are records: a look for `vector` costs less than a look for a tensor.
  return !('vector' in value) && tensorOf(value) !== undefined;
}

/** The list of the vector's numbers, with the right length. */
function listOf(vector: unknown, dimensions: number, place: Position): ArrayLike<unknown> {
  let list = vector;
  let length = lengthOf(vector);
  if (length === undefined) {
    const tensor = tensorOf(vector);
    if (tensor === undefined) throw noList(vector, place);
    if (rowsOf(tensor.shape) !== 1) throw severalRows(tensor.shape, place);
    list = tensor.data;
    length = lengthOf(list);
    if (length === undefined) throw noList(list, place);
  }
  if (length === dimensions) return list as ArrayLike<unknown>;
  const inner = length > 0 ? (list as ArrayLike<unknown>)[0] : undefined;
  if (lengthOf(inner) !== undefined) throw nested(list, inner, place);
  throw new EdgeVecError('DIMENSION_MISMATCH', 'The vector has the wrong number of dimensions', {
    expected: `${dimensions}`,
    got: `${length}`,
    remedy: remedyForLength(list, length, dimensions),
    ...place,
  });
}

function copyList(
  list: ArrayLike<unknown>,
  dimensions: number,
  target: Float32Array,
  offset: number,
  place: Position,
): void {
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
        ...(typeof value === 'bigint' ? { remedy: 'Convert them: Float32Array.from(vector, Number).' } : {}),
        ...place,
      });
    }
    target[offset + i] = value;
  }
}
