// Tensors of transformers.js, ONNX Runtime and TensorFlow.js, known by their fields.

import { kindOf } from './lists.js';

/** A tensor of the caller, with its numbers row by row. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: unknown;
}

/** The tensor; undefined for every other value. */
export function tensorOf(value: unknown): Tensor | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { dims, shape, dataSync, data, type } = value as Readonly<Record<string, unknown>>;
  // Other libraries keep `data` beside `shape` in another order of the numbers, so `data` counts
  // only beside `dims`.
  if (isShape(dims) && typeof data === 'object') return { shape: dims, data: wholeNumbers(data, type) };
  if (isShape(shape) && typeof dataSync === 'function') return { shape, data: dataSync.call(value) };
  return undefined;
}

/** How many rows a tensor of this shape has. The last dimension is the length of a row. */
export function rowsOf(shape: readonly number[]): number {
  return shape.slice(0, -1).reduce((rows, size) => rows * size, 1);
}

/** The tensor in words. */
export function shapeInWords(shape: readonly number[]): string {
  return `a tensor of [${shape.join(', ')}]`;
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isInteger(size) && size >= 0);
}

/**
 * Without `Float16Array`, a tensor of 16-bit floats has the bits of each number in a `Uint16Array`.
 */
function wholeNumbers(data: unknown, type: unknown): unknown {
  if (type !== 'float16' || kindOf(data) !== 'Uint16Array') return data;
  return Float32Array.from(data as Uint16Array, float16);
}

/** The number with these bits: a sign, 5 bits of exponent and 10 bits of fraction. */
function float16(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction) * 2 ** (exponent - 15);
}
