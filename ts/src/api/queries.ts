// The queries of `searchMany`, one behind the other.

import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import { ofCaller } from './caller.js';
import { checkLength, copyVector } from './vector/copy.js';
import { tensorOf } from './vector/tensor.js';

/** At most, bytes of the queries of one call: all queries are copied before the first search. */
const MOST_BYTES = 2 ** 30;

/**
 * A copy, made only once every query is known to be a vector: a list may claim a far too large
 * length.
 *
 * @throws `INVALID_VECTOR`, `DIMENSION_MISMATCH`
 */
export function copyQueries(queries: unknown, dimensions: number): Float32Array {
  return ofCaller(() => copied(queries, dimensions), 'INVALID_VECTOR', 'The queries cannot be read');
}

function copied(queries: unknown, dimensions: number): Float32Array {
  if (!Array.isArray(queries) || typeof queries[0] === 'number') {
    throw new EdgeVecError('INVALID_VECTOR', 'The queries are not an array of vectors', {
      expected: 'an array of vectors',
      got: Array.isArray(queries) ? 'an array of numbers' : inspect(queries),
      remedy:
        tensorOf(queries) === undefined
          ? 'Use search for a single query.'
          : 'Take the rows of the tensor: searchMany(vectorsOf(tensor)).',
    });
  }
  const count = queries.length;
  // Of a very long list, the first query says more than the length: perhaps the list holds no
  // vectors.
  if (count > 0) checkLength(queries[0], dimensions, { row: 0 });
  checkCount(count, dimensions);
  for (let row = 1; row < count; row++) checkLength(queries[row], dimensions, { row });
  const flat = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) copyVector(queries[row], dimensions, flat, row * dimensions, { row });
  return flat;
}

/** @throws `INVALID_VECTOR` */
export function checkCount(count: number, dimensions: number): void {
  const most = Math.floor(MOST_BYTES / (Float32Array.BYTES_PER_ELEMENT * dimensions));
  if (count <= most) return;
  throw new EdgeVecError('INVALID_VECTOR', 'There are too many queries for one call', {
    expected: `at most ${most} of ${dimensions} dimensions`,
    got: `${count}`,
    remedy: 'Call searchMany with a part of them at a time.',
  });
}
