/**
 * Divides rows into cells by k-means, so that a filter can depend on the direction of a query. The
 * code draws from a seed and uses only sums, products and square roots: the same rows have the same
 * cells everywhere.
 */
import { random } from '../../test/support/random.mjs';
import { makeRows, normalize, type Rows, rowAt } from '../data/rows';
import { dot } from '../measure/truth';

/** The centres are found from so many rows at most. */
const SAMPLE = 8192;
const ROUNDS = 6;

/**
 * @param base unit rows
 * @param count the number of cells, at most the number of rows
 * @returns the centres of the cells, scaled to unit length
 */
export function findCentres(base: Rows, count: number, seed: number): Rows {
  if (count > base.count) throw new Error(`${count} cells need as many rows, but there are only ${base.count}.`);
  const sample = shuffled(base.count, seed).subarray(0, Math.max(count, SAMPLE));
  const { dimensions } = base;
  const centres = makeRows(new Float32Array(count * dimensions), dimensions);
  for (let cell = 0; cell < count; cell++) rowAt(centres, cell).set(rowAt(base, sample[cell] as number));
  for (let round = 0; round < ROUNDS; round++) {
    const sums = new Float64Array(count * dimensions);
    for (const row of sample) {
      const vector = rowAt(base, row);
      const from = nearestCell(centres, vector) * dimensions;
      for (let i = 0; i < dimensions; i++) sums[from + i] = (sums[from + i] as number) + (vector[i] as number);
    }
    for (let cell = 0; cell < count; cell++) {
      const mean = Float32Array.from(sums.subarray(cell * dimensions, (cell + 1) * dimensions));
      // A cell without rows has no mean. Such a cell keeps its centre.
      if (mean.some((value) => value !== 0)) rowAt(centres, cell).set(normalize(makeRows(mean, dimensions)).values);
    }
  }
  return centres;
}

/** Of equally near cells, the lower number. */
export function nearestCell(centres: Rows, vector: Float32Array): number {
  let nearest = 0;
  let best = Number.NEGATIVE_INFINITY;
  for (let cell = 0; cell < centres.count; cell++) {
    const product = dot(rowAt(centres, cell), vector);
    if (product > best) {
      best = product;
      nearest = cell;
    }
  }
  return nearest;
}

/** All cells, the nearest to `query` first. */
export function cellsByDistance(centres: Rows, query: Float32Array): number[] {
  const products = Array.from({ length: centres.count }, (_, cell) => dot(rowAt(centres, cell), query));
  return products.map((_, cell) => cell).sort((a, b) => (products[b] as number) - (products[a] as number) || a - b);
}

/** The numbers from 0 to `count - 1` in a random order. */
export function shuffled(count: number, seed: number): Int32Array {
  const next = random(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(next() * (i + 1));
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  return order;
}
