// Seeded data, and exact search over the data in plain JavaScript, as the reference.

import type { Metric } from '../../src/index.js';
import { random } from './random.mjs';

export { random };

/** Vectors spread evenly over a cube. */
export function uniform(count: number, dimensions: number, seed = 1): Float32Array[] {
  const next = random(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: dimensions }, () => next() * 2 - 1));
}

/** Vectors without structure: about normal. */
export function normal(count: number, dimensions: number, seed = 1): Float32Array[] {
  const next = random(seed);
  const number = (): number => next() + next() + next() + next() + next() + next() - 3;
  return Array.from({ length: count }, () => Float32Array.from({ length: dimensions }, number));
}

/** Vectors around a few centres, as embeddings are. */
export function clustered(count: number, dimensions: number, seed = 1, clusters = 20): Float32Array[] {
  const next = random(seed);
  const centres = uniform(clusters, dimensions, seed + 1);
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(next() * clusters)] as Float32Array;
    return centre.map((x) => x + (next() + next() + next() - 1.5) * 0.6);
  });
}

/** The distance as documented, in doubles. */
export function distance(metric: Metric, a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  let squared = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    aa += x * x;
    bb += y * y;
    squared += (x - y) * (x - y);
  }
  if (metric === 'dot') return -dot;
  if (metric === 'euclidean') return Math.sqrt(squared);
  return 1 - dot / Math.sqrt(aa * bb);
}

/** Indices of the `k` nearest, nearest first. */
export function nearest(metric: Metric, query: Float32Array, rows: readonly Float32Array[], k: number): number[] {
  return rows
    .map((row, i) => ({ i, d: distance(metric, query, row) }))
    .sort((a, b) => a.d - b.d || a.i - b.i)
    .slice(0, k)
    .map(({ i }) => i);
}
