// Sparse vectors in plain form, to judge a database.

import type { SparseInput, SparseVector } from '../../src/index.js';

/** The vector as the database keeps the vector. */
export function kept({ indices, values }: SparseInput): SparseVector {
  const order = [...Array(indices.length).keys()].sort((a, b) => (indices[a] as number) - (indices[b] as number));
  return {
    indices: Uint32Array.from(order, (i) => indices[i] as number),
    values: Float32Array.from(order, (i) => values[i] as number),
  };
}

/** The exact sum, in ascending order of the indices. */
export function dot(a: SparseVector, b: SparseVector): number {
  const own = new Map([...a.indices].map((index, i) => [index, a.values[i] as number]));
  return [...b.indices].reduce((sum, index, i) => sum + (own.get(index) ?? 0) * (b.values[i] as number), 0);
}
