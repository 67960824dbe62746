/** Measures the rare slow searches of a system, beside the usual searches. */
import { type Rows, rowAt } from '../data/rows';
import type { Job } from '../job';
import type { Precision, System, SystemModule } from '../systems/system';
import { build, settle } from './run';
import { percentile, recall } from './statistics';

/** Times in microseconds. */
export interface Latencies {
  /** The pause before each search, in milliseconds. */
  readonly pauseMs: number;
  readonly searches: number;
  readonly recall: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

/** The searches after pauses are fewer, since their run takes the sum of the pauses. */
const PASSES_WITH_PAUSE = 2;

/**
 * @param pauses a measurement for each pause in milliseconds. After a pause, an idle core of the
 * machine may have to wake
 */
export async function latenciesOf(
  module: SystemModule,
  job: Job,
  truth: Int32Array,
  pauses: readonly number[],
  precision?: Precision,
): Promise<Latencies[]> {
  const { n, dimensions } = job.dataset;
  const system = await module.open({ ...job.graph, dimensions, capacity: n, ...(precision && { precision }) });
  try {
    const { queries } = await build(system, job, () => {});
    await settle(system, job, queries);
    const all: Latencies[] = [];
    for (const pauseMs of pauses) all.push(await measure(system, job, queries, truth, pauseMs));
    return all;
  } finally {
    await system.close();
  }
}

async function measure(
  system: System,
  { k, dataset, efs, passes }: Job,
  queries: Rows,
  truth: Int32Array,
  pauseMs: number,
): Promise<Latencies> {
  const rounds = pauseMs > 0 ? Math.min(passes, PASSES_WITH_PAUSE) : passes;
  const latencies = new Float64Array(rounds * dataset.queries);
  const found: ArrayLike<number>[] = [];
  for (let i = 0; i < latencies.length; i++) {
    const query = rowAt(queries, i % dataset.queries);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const before = performance.now();
    const answer = system.search(query, k, efs[0] ?? k);
    const hits = answer instanceof Promise ? await answer : answer;
    latencies[i] = (performance.now() - before) * 1000;
    if (found.length < dataset.queries) found.push(hits);
  }
  const meanUs = latencies.reduce((sum, latency) => sum + latency, 0) / latencies.length;
  latencies.sort();
  return {
    pauseMs,
    searches: latencies.length,
    recall: recall(found, truth, k),
    meanUs,
    p50Us: percentile(latencies, 0.5),
    p99Us: percentile(latencies, 0.99),
    p999Us: percentile(latencies, 0.999),
  };
}
