/**
 * Runs one system: builds, warms up, and measures every ef. All systems run the same code, in a
 * worker or in the page.
 */
import { type Loaded, load } from '../data/dataset';
import { type Rows, rowAt } from '../data/rows';
import type { Job, Measured, Point, Progress } from '../job';
import type { Precision, System, SystemModule } from '../systems/system';
import { median, percentile, recall } from './statistics';
import { timePass } from './time';

const SETTLE_MS = 500;

interface RunOptions {
  readonly precision?: Precision;
  /**
   * The JavaScript heap of this thread, with typed arrays and without WebAssembly memory. Null if
   * the browser does not tell.
   */
  readonly heapBytes?: () => Promise<number | null>;
}

export async function runSystem(
  module: SystemModule,
  job: Job,
  truth: Int32Array,
  report: (progress: Progress) => void,
  { precision, heapBytes }: RunOptions = {},
): Promise<Measured> {
  const { n, dimensions } = job.dataset;
  const system = await module.open({ ...job.graph, dimensions, capacity: n, ...(precision && { precision }) });
  try {
    const { queries, buildSeconds } = await build(system, job, report);
    const memoryBytes = await measureMemory(system, queries, heapBytes);
    await settle(system, job, queries);
    const points: Point[] = [];
    for (const ef of job.efs) {
      const point = await measure(system, job, queries, truth, ef);
      points.push(point);
      report({ type: 'point', point });
      if (job.stopAt !== null && point.recall >= job.stopAt) break;
    }
    return { variant: system.variant, buildSeconds, rowsPerSecond: n / buildSeconds, memoryBytes, points };
  } finally {
    await system.close();
  }
}

/**
 * The memory that the system reports, plus the JavaScript heap if the system holds rows on the
 * heap. Null if either number is unknown.
 */
async function measureMemory(system: System, queries: Rows, heapBytes: RunOptions['heapBytes']) {
  const held = await system.memoryBytes();
  if (held === null || !heapBytes) return held;
  const heap = await heapBytes();
  return heap === null ? null : held + Math.max(0, heap - queries.values.byteLength);
}

/** In a function of its own, so that the raw rows can be collected before the searches. */
export async function build(system: System, job: Job, report: (progress: Progress) => void) {
  const { base, queries }: Loaded = await load(job.dataset);
  report({ type: 'loaded' });
  const start = performance.now();
  let told = 0;
  const tell = (done: number): void => {
    const now = performance.now();
    if (now - told < 2000 && done < base.count) return;
    told = now;
    report({ type: 'build', done, total: base.count, seconds: (now - start) / 1000 });
  };
  await system.build(base, tell);
  return { queries, buildSeconds: (performance.now() - start) / 1000 };
}

/**
 * Searches until the browser has compiled the code. Otherwise the first measured ef would include
 * the compilation.
 */
export async function settle(system: System, job: Job, queries: Rows): Promise<void> {
  const end = performance.now() + SETTLE_MS;
  do await warmUp(system, job, queries, job.efs[0] ?? job.k);
  while (performance.now() < end);
}

async function warmUp(system: System, { dataset, k }: Job, queries: Rows, ef: number): Promise<void> {
  for (let i = 0; i < dataset.warmup; i++) {
    await system.search(rowAt(queries, (dataset.queries + i) % queries.count), k, ef);
  }
}

async function measure(system: System, job: Job, queries: Rows, truth: Int32Array, ef: number): Promise<Point> {
  const { k, dataset } = job;
  await warmUp(system, job, queries, ef);
  const before = await system.distances();
  const passes = [];
  const searches = Array.from({ length: dataset.queries }, (_, i) => {
    const vector = rowAt(queries, i);
    return () => system.search(vector, k, ef);
  });
  for (let pass = 0; pass < job.passes; pass++) passes.push(await timePass(searches));
  const after = await system.distances();
  const { meanUs, latencies, found } = median(passes, (pass) => pass.meanUs);
  latencies.sort();
  return {
    ef,
    recall: recall(found, truth, k),
    meanUs,
    p50Us: percentile(latencies, 0.5),
    p95Us: percentile(latencies, 0.95),
    p99Us: percentile(latencies, 0.99),
    distances: before === null || after === null ? null : (after - before) / (job.passes * dataset.queries),
  };
}
