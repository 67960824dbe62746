/** What a given recall costs, read off the measured points. */
import type { Cost, Point } from '../job';

/**
 * The cost at `recall`, interpolated between the two neighbouring points (by ef) that enclose it: linear in recall, logarithmic
 * in the cost, because cost grows by a factor where recall grows by a step. Where even the smallest ef exceeds the recall, that point's
 * own cost, which is an upper bound; null where no point reaches it.
 */
export function costAt(points: readonly Point[], recall: number): (Cost & { bound: boolean }) | null {
  const byEf = [...points].sort((a, b) => a.ef - b.ef);
  for (const [i, high] of byEf.entries()) {
    if (high.recall < recall) continue;
    const low = byEf[i - 1];
    if (!low || high.recall === recall) {
      return { meanUs: high.meanUs, p99Us: high.p99Us, distances: high.distances, bound: high.recall > recall };
    }
    const share = (recall - low.recall) / (high.recall - low.recall);
    const between = (a: number, b: number): number => (a > 0 && b > 0 ? a * (b / a) ** share : a + (b - a) * share);
    const counted = low.distances !== null && high.distances !== null;
    return {
      meanUs: between(low.meanUs, high.meanUs),
      p99Us: between(low.p99Us, high.p99Us),
      distances: counted ? between(low.distances as number, high.distances as number) : null,
      bound: false,
    };
  }
  return null;
}
