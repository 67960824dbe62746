// Values of Parquet as vectors, ids and metadata.

import { EdgeVecError, type Id } from '../../../index.js';
import type { Chosen } from './choose.js';
import type { Values } from './group.js';

/** @throws `INVALID_VECTOR`, `INVALID_ID` */
export function recordOf(values: Values, { vector, id, metadata }: Chosen, row: number): object {
  const fields = metadata.map(({ name }) => [name, plain(values.get(name))] as const);
  return {
    ...(id && { id: idOf(values.get(id.name), id.name, row) }),
    vector: vectorOf(values.get(vector.name), vector.name, row),
    // `Object.fromEntries` also keeps a column with the name __proto__.
    metadata: Object.fromEntries(fields),
  };
}

/** @throws `INVALID_VECTOR` */
export function vectorOf(value: unknown, column: string, row: number): Float32Array {
  const vector = Array.isArray(value) ? numbersIn(value) : undefined;
  if (vector !== undefined) return vector;
  throw new EdgeVecError('INVALID_VECTOR', `The column "${column}" has no vector in a row`, {
    expected: 'a list of numbers',
    got: value === null || value === undefined ? 'null' : Array.isArray(value) ? 'a list with null' : typeof value,
    row,
  });
}

/** Undefined if one of the values is no number. A loop, because files have millions of values. */
function numbersIn(values: readonly unknown[]): Float32Array | undefined {
  const numbers = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number') numbers[i] = value;
    else if (typeof value === 'bigint') numbers[i] = Number(value);
    else return undefined;
  }
  return numbers;
}

function idOf(value: unknown, column: string, row: number): Id {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : String(value);
  throw new EdgeVecError('INVALID_ID', `The column "${column}" has no id in a row`, {
    expected: 'text or an integer',
    got: value === null || value === undefined ? 'null' : typeof value,
    row,
  });
}

/** The value with numbers in place of bigints, since filters tell 1 and 1n apart. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : value;
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

const isSafe = (value: bigint): boolean => value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
