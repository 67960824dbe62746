// The errors of values that are no vector, each with the remedy for the most likely slip.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { isThenable } from '../caller.js';
import type { Position } from '../position.js';
import { isDetached, lengthOf } from './lists.js';
import { shapeInWords } from './tensor.js';

/** The fields in which answers of embedders have their vector. */
const FIELDS = ['embedding', 'values', 'vector', 'data', 'embeddings'] as const;

/** The value is no list. */
export function noList(vector: unknown, place: Position): EdgeVecError {
  const remedy = remedyFor(vector);
  return new EdgeVecError('INVALID_VECTOR', 'The vector is not a list of numbers', {
    expected: 'a Float32Array, an array of numbers or a tensor',
    got: inspect(vector),
    ...(remedy === undefined ? {} : { remedy }),
    ...place,
  });
}

function remedyFor(vector: unknown): string | undefined {
  if (isThenable(vector)) return 'Await it first.';
  if (typeof vector === 'string') {
    return /^\s*\[/.test(vector)
      ? 'Parse the text first: JSON.parse(text).'
      : 'Embed the text with your model first, and pass the vector of the text.';
  }
  if (typeof vector !== 'object' || vector === null) return undefined;
  const field = FIELDS.find((name) => lengthOf((vector as Readonly<Record<string, unknown>>)[name]) !== undefined);
  if (field === undefined) return 'id' in vector ? 'For the rows most like a row: search({ like: id }).' : undefined;
  return `Pass the vector inside the object: its field ${field} has a list.`;
}

/** What to do with a vector of another length. */
export function remedyForLength(list: unknown, length: number, dimensions: number): string {
  if (isDetached(list)) return 'Its buffer was transferred to somebody else: pass the vector before, or a copy.';
  const model = 'Use one embedding model for everything in a database, and open it with the dimensions of that model.';
  // Twice the dimensions may be another model, or two vectors one behind the other.
  if (length === 0 || length % dimensions !== 0) return model;
  return `${model} If this is a batch of ${length / dimensions} vectors, pass one at a time: data.subarray(start, end).`;
}

/** An embedder of batches gives a list of vectors even for a single text. */
export function nested(outer: unknown, inner: unknown, place: Position): EdgeVecError {
  return new EdgeVecError('INVALID_VECTOR', 'The vector is a list of vectors', {
    expected: 'numbers',
    got: `${inspect(outer)} that begins with ${inspect(inner)}`,
    remedy:
      'Pass one vector at a time: vectors[0], where an embedder gives a batch. Of many vectors, insert takes an array of records, and searchMany an array of queries.',
    ...place,
  });
}

/** A tensor with a batch. */
export function severalRows(shape: readonly number[], place: Position): EdgeVecError {
  return new EdgeVecError('INVALID_VECTOR', 'The vector is a tensor of several vectors', {
    expected: 'a tensor with a single row',
    got: shapeInWords(shape),
    remedy: remedyForShape(shape),
    ...place,
  });
}

/** What to do with a tensor of another shape than a vector. */
export function remedyForShape(shape: readonly number[]): string {
  return shape.length > 2
    ? "Each text has a vector for each token. With transformers.js, pass { pooling: 'mean', normalize: true } to the pipeline."
    : 'Take the rows with vectorsOf(tensor), and pass one row at a time. insert and searchMany take all rows.';
}
