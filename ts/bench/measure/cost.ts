/** Reads the cost of a recall off the measured points. */
import type { Cost, Point } from '../job';

export type Latency = Pick<Point, 'meanUs' | 'p50Us' | 'p95Us' | 'p99Us'>;

/** `bound`: even the smallest ef exceeds the recall, so its cost is only an upper bound. */
interface Read {
  readonly bound: boolean;
  of(pick: (point: Point) => number): number;
}

/**
 * Reads values at `recall`, interpolated between the two neighbouring points (by ef) around the
 * recall. The interpolation is linear in recall and logarithmic in the value, since a step of
 * recall multiplies the cost. If even the smallest ef exceeds the recall, the values are of this
 * point. Null if no point reaches the recall.
 */
function readAt(points: readonly Point[], recall: number): Read | null {
  const byEf = [...points].sort((a, b) => a.ef - b.ef);
  for (const [i, high] of byEf.entries()) {
    if (high.recall < recall) continue;
    const low = byEf[i - 1];
    if (!low || high.recall === recall) return { bound: high.recall > recall, of: (pick) => pick(high) };
    const share = (recall - low.recall) / (high.recall - low.recall);
    const between = (a: number, b: number): number => (a > 0 && b > 0 ? a * (b / a) ** share : a + (b - a) * share);
    return { bound: false, of: (pick) => between(pick(low), pick(high)) };
  }
  return null;
}

export function costAt(points: readonly Point[], recall: number): (Cost & { bound: boolean }) | null {
  const read = readAt(points, recall);
  if (!read) return null;
  const distances = read.of((point) => point.distances ?? Number.NaN);
  return {
    meanUs: read.of((point) => point.meanUs),
    p99Us: read.of((point) => point.p99Us),
    distances: Number.isNaN(distances) ? null : distances,
    bound: read.bound,
  };
}

export function latencyAt(points: readonly Point[], recall: number): (Latency & { bound: boolean }) | null {
  const read = readAt(points, recall);
  return (
    read && {
      meanUs: read.of((point) => point.meanUs),
      p50Us: read.of((point) => point.p50Us),
      p95Us: read.of((point) => point.p95Us),
      p99Us: read.of((point) => point.p99Us),
      bound: read.bound,
    }
  );
}
