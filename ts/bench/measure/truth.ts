/**
 * Exact nearest neighbours in plain JavaScript, so that the judge shares no code with the judged
 * systems.
 */
import { type Rows, rowAt } from '../data/rows';

/**
 * How many queries are scored in a walk over the rows. Memory is then read once for all these
 * queries.
 */
const BLOCK = 8;

/**
 * @param queries the function answers the first `count` queries
 * @returns `k` row numbers a query, nearest first. Of equal rows, the lower number comes first
 */
export function exactNeighbours(
  base: Rows,
  queries: Rows,
  count: number,
  k: number,
  onProgress: (done: number) => void = () => {},
): Int32Array {
  if (k > base.count) throw new Error(`k is ${k}, but there are only ${base.count} rows.`);
  const truth = new Int32Array(count * k);
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(start + BLOCK, count);
    const nearest = Array.from({ length: end - start }, () => new Nearest(k));
    const block = nearest.map((_, i) => rowAt(queries, start + i));
    for (let row = 0; row < base.count; row++) {
      const vector = rowAt(base, row);
      for (let i = 0; i < block.length; i++) nearest[i]?.offer(dot(vector, block[i] as Float32Array), row);
    }
    for (let i = 0; i < nearest.length; i++) truth.set((nearest[i] as Nearest).rows, (start + i) * k);
    onProgress(end);
  }
  return truth;
}

/**
 * The product in double precision, as four sums. On unit rows, the larger product belongs to the
 * nearer row.
 */
export function dot(a: Float32Array, b: Float32Array): number {
  const length = a.length;
  const whole = length - (length % 4);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < whole; i += 4) {
    s0 += (a[i] as number) * (b[i] as number);
    s1 += (a[i + 1] as number) * (b[i + 1] as number);
    s2 += (a[i + 2] as number) * (b[i + 2] as number);
    s3 += (a[i + 3] as number) * (b[i + 3] as number);
  }
  for (let i = whole; i < length; i++) s0 += (a[i] as number) * (b[i] as number);
  return s0 + s1 + (s2 + s3);
}

/**
 * The best k rows so far, best first. Insertions are rare, since most rows are worse than the last
 * row in the list.
 */
export class Nearest {
  readonly rows: Int32Array;
  readonly #products: Float64Array;

  constructor(k: number) {
    this.rows = new Int32Array(k).fill(-1);
    this.#products = new Float64Array(k).fill(Number.NEGATIVE_INFINITY);
  }

  offer(product: number, row: number): void {
    const products = this.#products;
    let at = products.length - 1;
    if (product <= (products[at] as number)) return;
    for (; at > 0 && product > (products[at - 1] as number); at--) {
      products[at] = products[at - 1] as number;
      this.rows[at] = this.rows[at - 1] as number;
    }
    products[at] = product;
    this.rows[at] = row;
  }
}
