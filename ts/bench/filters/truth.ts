/** The exact nearest allowed rows of each query in each case. */
import { type Rows, rowAt } from '../data/rows';
import { dot, Nearest } from '../measure/truth';
import type { Case } from './cases';
import { testOf } from './condition';
import type { Fields } from './fields';

/** Stands for a neighbour that is not there, if fewer than `k` rows are allowed. */
export const NO_ROW = -1;

/** @returns case by case, query by query: `k` row numbers, nearest first, then `NO_ROW` */
export function filteredNeighbours(
  base: Rows,
  queries: Rows,
  fields: Fields,
  cases: readonly Case[],
  k: number,
  onProgress: (done: number) => void = () => {},
): Int32Array {
  const count = cases[0]?.conditions.length ?? 0;
  const truth = new Int32Array(cases.length * count * k);
  const products = new Float64Array(base.count);
  for (let query = 0; query < count; query++) {
    const vector = rowAt(queries, query);
    for (let row = 0; row < base.count; row++) products[row] = dot(rowAt(base, row), vector);
    for (const [number, { conditions }] of cases.entries()) {
      const condition = conditions[query];
      if (!condition) throw new Error(`Case ${number} has no filter for query ${query}.`);
      const test = testOf(condition, fields);
      const nearest = new Nearest(k);
      for (let row = 0; row < base.count; row++) if (test(row)) nearest.offer(products[row] as number, row);
      truth.set(nearest.rows, (number * count + query) * k);
    }
    onProgress(query + 1);
  }
  return truth;
}
