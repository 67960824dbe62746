/** Measures latency and recall through the public calls of an application. */
import type { Query } from './data/client';
import type { How } from './how';
import type { Index } from './session';

export interface Measurement {
  how: How;
  /** The share of the exact nearest rows that the search found, from 0 to 1. */
  recall: number;
  /** The milliseconds of each query, in order of execution. */
  latencies: number[];
  /** Milliseconds a query, averaged over long stretches, so that a coarse clock does not matter. */
  mean: number;
}

/**
 * The length of a stretch in milliseconds. After each stretch the page gets a frame. Otherwise
 * in-thread searches would block the page to the end.
 */
const STRETCH = 50;

const breathe = () => new Promise((resolve) => setTimeout(resolve));

export type Progress = (share: number) => void;

/** How many queries run before each timed run, so that code is compiled and caches are warm. */
const WARM_UP = 50;

/** The queries for a measurement: held-out vectors, or stored rows from all over the index. */
export async function measurementQueries({ data, db }: Index, wanted: number): Promise<Query[]> {
  const heldOut = (await data?.queries(0, wanted)) ?? [];
  if (heldOut.length > 0) return heldOut;
  const stored: Query[] = [];
  const count = await db.count();
  const total = Math.min(wanted, count);
  for (let i = 0; i < total; i++) {
    const record = await db.get(Math.floor((i * count) / total));
    if (record) stored.push({ vector: record.vector, metadata: record.metadata ?? null });
  }
  return stored;
}

/** For each query, the ids of the exact nearest rows that match the filter. */
export async function exactNeighbours(
  { db }: Index,
  queries: Query[],
  { k, filter }: How,
  signal: AbortSignal,
  onProgress: Progress,
): Promise<Set<unknown>[]> {
  const truth: Set<unknown>[] = [];
  const exact = { k, exact: true, ...(filter && { filter }) } as const;
  for (const { vector } of queries) {
    signal.throwIfAborted();
    const hits = await db.search(vector, exact);
    truth.push(new Set(hits.map((hit) => hit.id)));
    onProgress(truth.length / queries.length);
    await breathe();
  }
  return truth;
}

export async function measure(
  { db }: Index,
  queries: Query[],
  truth: Set<unknown>[],
  how: How,
  signal: AbortSignal,
): Promise<Measurement> {
  for (const { vector } of queries.slice(0, WARM_UP)) await db.search(vector, how);
  const latencies: number[] = [];
  const answers: { id: unknown }[][] = [];
  let total = 0;
  for (let at = 0; at < queries.length; ) {
    signal.throwIfAborted();
    const start = performance.now();
    let now = start;
    for (; at < queries.length && now - start < STRETCH; at++) {
      const { vector } = queries[at] as Query;
      answers.push(await db.search(vector, how));
      const after = performance.now();
      latencies.push(after - now);
      now = after;
    }
    total += now - start;
    await breathe();
  }
  const mean = total / queries.length;
  let found = 0;
  let possible = 0;
  truth.forEach((nearest, i) => {
    found += answers[i]?.filter((hit) => nearest.has(hit.id)).length ?? 0;
    possible += nearest.size;
  });
  return { how, recall: possible > 0 ? found / possible : 1, latencies, mean };
}

/** The smallest value that at least `share` of the sorted values do not exceed (nearest rank). */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return sorted[Math.min(rank, sorted.length - 1)] ?? 0;
}
