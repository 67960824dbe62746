/** How good a list of rows is. */

/** Normalised discounted cumulative gain of the first `k` rows, from 0 to 1. */
export function ndcg(rows: readonly number[], grades: ReadonlyMap<number, number>, k: number): number {
  const ideal = [...grades.values()].sort((a, b) => b - a).slice(0, k);
  return dcg(rows.slice(0, k).map((row) => grades.get(row) ?? 0)) / dcg(ideal);
}

const dcg = (grades: readonly number[]): number =>
  grades.reduce((sum, grade, place) => sum + (2 ** grade - 1) / Math.log2(place + 2), 0);

/** The share of the rows with a grade, or of `k` rows if more have a grade, among the first `k`. */
export function recall(rows: readonly number[], grades: ReadonlyMap<number, number>, k: number): number {
  const found = rows.slice(0, k).filter((row) => grades.has(row)).length;
  return found / Math.min(grades.size, k);
}
