/** Statistics of samples. */

/**
 * The smallest sample that at least `fraction` of the samples do not exceed (nearest rank). The
 * result is a measured latency, never a value between two.
 */
export function percentile(sorted: ArrayLike<number>, fraction: number): number {
  if (sorted.length === 0) throw new Error('A percentile needs at least one sample.');
  const rank = Math.ceil(fraction * sorted.length - 1e-9);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] as number;
}

/** The middle item by a key. Of an even number of items, the lower of the two middle items. */
export function median<T>(items: readonly T[], key: (item: T) => number): T {
  const sorted = [...items].sort((a, b) => key(a) - key(b));
  const middle = sorted[(sorted.length - 1) >> 1];
  if (middle === undefined) throw new Error('A median needs at least one item.');
  return middle;
}

/**
 * The share of the true `k` neighbours that the system found, over all queries. Missing answers
 * count as misses.
 */
export function recall(found: readonly ArrayLike<number>[], truth: Int32Array, k: number): number {
  let hits = 0;
  for (let query = 0; query < found.length; query++) {
    const wanted = new Set(truth.subarray(query * k, (query + 1) * k));
    const answer = found[query] as ArrayLike<number>;
    for (let i = 0; i < Math.min(k, answer.length); i++) {
      if (wanted.delete(answer[i] as number)) hits++;
    }
  }
  return hits / (found.length * k);
}
