// The rows of a tensor as vectors.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { TensorInput } from '../../base/types.js';
import { copyNumbers, readVector } from './copy.js';
import { lengthOf } from './lists.js';
import { remedyForShape } from './refused.js';
import { rowsOf, shapeInWords, tensorOf } from './tensor.js';

/**
 * The rows of a tensor `[n, d]`: `n` vectors of `d` numbers. A tensor `[d]` is a single row. The
 * rows are copies, so you may dispose of the tensor afterwards.
 *
 * @throws `INVALID_VECTOR` if the value is not a tensor of numbers with one or two dimensions
 *
 * @example
 * import { EdgeVec, vectorsOf } from 'edgevec';
 * const db = await EdgeVec.open({ dimensions: 2 });
 * const tensor = { dims: [2, 2], data: Float32Array.of(1, 0, 0, 1) }; // from transformers.js
 * const texts = ['tea', 'coffee'];
 * await db.upsert(vectorsOf(tensor).map((vector, i) => ({ id: texts[i] ?? i, vector })));
 */
export function vectorsOf(tensor: TensorInput): Float32Array[] {
  return readVector(tensor, {}, () => copyRows(tensor));
}

function copyRows(value: unknown): Float32Array[] {
  const tensor = tensorOf(value);
  const length = lengthOf(tensor?.data);
  if (tensor === undefined || length === undefined) {
    throw new EdgeVecError('INVALID_VECTOR', 'vectorsOf was given no tensor', {
      expected: 'a tensor with dims and data, or with shape and dataSync()',
      got: inspect(value),
      ...(Array.isArray(value) ? { remedy: 'An array of vectors needs no conversion.' } : {}),
    });
  }
  const { shape, data } = tensor;
  if (shape.length !== 1 && shape.length !== 2) {
    throw new EdgeVecError('INVALID_VECTOR', 'The tensor is not a list of vectors', {
      expected: 'a tensor of [n, d]',
      got: shapeInWords(shape),
      ...(shape.length === 0 ? {} : { remedy: remedyForShape(shape) }),
    });
  }
  const dimensions = shape.at(-1) as number;
  const rows = rowsOf(shape);
  if (length !== rows * dimensions) {
    throw new EdgeVecError('INVALID_VECTOR', 'The tensor does not have as many numbers as its shape tells', {
      expected: `${rows * dimensions} numbers in ${shapeInWords(shape)}`,
      got: `${length}`,
    });
  }
  const flat = new Float32Array(length);
  copyNumbers(data as ArrayLike<unknown>, flat, {});
  return Array.from({ length: rows }, (_, row) => flat.subarray(row * dimensions, (row + 1) * dimensions));
}
