// Sparse vectors of callers, checked and copied.

import { EdgeVecError, type EdgeVecErrorDetails } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { SparseVector } from '../../base/types.js';

/** The place of the vector in a call, for errors. */
type Place = Pick<EdgeVecErrorDetails, 'row' | 'id'>;

const MAX_INDEX = 0xffff_ffff;

/**
 * A copy of the vector, with the indices in ascending order.
 *
 * @throws `INVALID_VECTOR`, `NOT_FINITE`
 */
export function sparseVectorOf(given: unknown, place: Place = {}): SparseVector {
  const { indices, values } = listsOf(given, place);
  const { length } = indices;
  if (length !== values.length) {
    throw refused('The sparse vector does not have a value for each index', place, {
      expected: 'indices and values of the same length',
      got: `${length} indices and ${values.length} values`,
    });
  }
  const vector = { indices: new Uint32Array(length), values: new Float32Array(length) };
  let isAscending = true;
  for (let i = 0; i < length; i++) {
    const index = indexOf(indices[i], i, place);
    isAscending &&= i === 0 || index > (vector.indices[i - 1] as number);
    vector.indices[i] = index;
    vector.values[i] = weightOf(values[i], i, place);
  }
  return isAscending ? vector : sorted(vector, place);
}

function listsOf(given: unknown, place: Place): { indices: ArrayLike<unknown>; values: ArrayLike<unknown> } {
  const { indices, values } = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  if (isList(indices) && isList(values)) return { indices, values };
  throw refused('The sparse vector is not an object with two lists', place, {
    expected: '{ indices, values }: two arrays or typed arrays of numbers',
    got: inspect(given),
    ...(Array.isArray(given) && { remedy: 'Pass the positions of the numbers above 0 as indices, and these numbers.' }),
  });
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function indexOf(index: unknown, at: number, place: Place): number {
  if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index <= MAX_INDEX) return index;
  throw refused(`The sparse vector has no index at position ${at}`, place, {
    expected: 'an integer from 0 to 2^32 - 1',
    got: inspect(index),
    ...(typeof index === 'bigint' && { remedy: 'Convert the indices: Uint32Array.from(indices, Number).' }),
  });
}

function weightOf(value: unknown, at: number, place: Place): number {
  if (typeof value !== 'number') {
    throw refused(`The sparse vector has no number at position ${at} of its values`, place, {
      expected: 'a number from 0',
      got: inspect(value),
    });
  }
  if (!Number.isFinite(Math.fround(value))) {
    const problem = 'The sparse vector holds NaN, an infinity or a number too large for a 32-bit float';
    throw new EdgeVecError('NOT_FINITE', problem, {
      expected: 'finite numbers',
      got: `${inspect(value)} at position ${at}`,
      remedy: 'Look for a division by zero or an overflow where the sparse vector is made.',
      ...place,
    });
  }
  if (value >= 0) return value;
  throw refused(`The sparse vector has a negative value at position ${at}`, place, {
    expected: 'a number from 0',
    got: inspect(value),
    remedy: 'Apply the activation of the model: for SPLADE, log(1 + max(0, x)). Or leave out negative values.',
  });
}

function sorted({ indices, values }: SparseVector, place: Place): SparseVector {
  const order = Uint32Array.from(indices.keys());
  order.sort((a, b) => (indices[a] as number) - (indices[b] as number));
  const ascending = {
    indices: Uint32Array.from(order, (at) => indices[at] as number),
    values: Float32Array.from(order, (at) => values[at] as number),
  };
  const twice = ascending.indices.find((index, i) => i > 0 && index === ascending.indices[i - 1]);
  if (twice === undefined) return ascending;
  throw refused('The sparse vector has the same index twice', place, {
    expected: 'different indices',
    got: `${twice} twice`,
    remedy: 'Keep one value for each index: for SPLADE the largest, for counts the sum.',
  });
}

function refused(problem: string, place: Place, details: EdgeVecErrorDetails): EdgeVecError {
  return new EdgeVecError('INVALID_VECTOR', problem, { ...details, ...place });
}
