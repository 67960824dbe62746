/** Runs one system over all cases. All systems run the same code, in a worker or in the page. */
import { fetchHead, load } from '../data/dataset';
import { type Rows, rowAt } from '../data/rows';
import type { Answer } from '../measure/time';
import type { Case } from './cases';
import { allowedBits, countBits } from './condition';
import { columnCount, type Fields, unpackFields } from './fields';
import {
  type Cell,
  FIELDS_FILE,
  type FilterJob,
  GIVEN_UP,
  type Measured,
  PLAN_FILE,
  type Plan,
  type Strategy,
  TRUTH_FILE,
} from './job';
import { Judge } from './judge';
import { Loop } from './loop';
import type { FilteredSystem, FilteredSystemModule, Filtering, Search } from './system';

const SETTLE_MS = 500;
/** Searches of a case before the measured searches. */
const WARMUP = 10;

interface Inputs {
  readonly queries: Rows;
  readonly fields: Fields;
  readonly plan: Plan;
  /** The neighbours of each case, then the neighbours without a filter. */
  readonly truth: (number: number, query: number) => Int32Array;
}

export async function measureSystem(
  module: FilteredSystemModule,
  job: FilterJob,
  tell: (line: string) => void,
): Promise<Measured> {
  const { n, dimensions } = job.dataset;
  const { graph, k, peerEf } = job;
  const system = await module.open({ ...graph, dimensions, capacity: n, k, peerEf });
  try {
    const { inputs, buildSeconds } = await build(system, job, tell);
    tell(`  ${system.variant}: built in ${buildSeconds.toFixed(1)} s`);
    const cells: Cell[] = [];
    for (const way of system.ways) {
      await system.use?.(way);
      for (const number of [null, ...inputs.plan.cases.keys()]) {
        cells.push(await measureCell(system, job, inputs, number, way));
        tell(lineOf(cells.at(-1) as Cell));
      }
    }
    return { variant: system.variant, buildSeconds, cells };
  } finally {
    await system.close();
  }
}

/** In a function of its own, so that the raw rows can be collected before the searches. */
async function build(system: FilteredSystem, { dataset, k }: FilterJob, tell: (line: string) => void) {
  const { base, queries } = await load(dataset);
  const plan: Plan = await (await fetch(`/data/${PLAN_FILE}`)).json();
  const packed = await fetchHead(FIELDS_FILE, columnCount(plan.names) * dataset.n * 4);
  const fields = unpackFields(new Int32Array(packed), dataset.n, plan.names);
  const start = performance.now();
  let told = start;
  await system.build(base, fields, (done) => {
    const now = performance.now();
    if (now - told < 5000) return;
    told = now;
    tell(`  ${done} of ${dataset.n} rows after ${Math.round((now - start) / 1000)} s`);
  });
  const buildSeconds = (performance.now() - start) / 1000;
  const truth = await readTruth(plan, dataset.queries, k);
  return { inputs: { queries, plan, fields, truth } satisfies Inputs, buildSeconds };
}

async function readTruth({ cases }: Plan, queries: number, k: number): Promise<Inputs['truth']> {
  const all = new Int32Array(await fetchHead(TRUTH_FILE, (cases.length + 1) * queries * k * 4));
  return (number, query) => {
    const start = (number * queries + query) * k;
    return all.subarray(start, start + k);
  };
}

/** @param number the number of the case. Null measures without a filter */
async function measureCell(
  system: FilteredSystem,
  job: FilterJob,
  inputs: Inputs,
  number: number | null,
  way: string,
): Promise<Cell> {
  const { fields, plan, truth } = inputs;
  const asked = number === null ? null : (plan.cases[number] as Case);
  const filters = Array.from({ length: job.queries }, (_, query): Filtering | null => {
    const condition = asked?.conditions[query];
    return condition ? { condition, allowed: allowedBits(condition, fields) } : null;
  });
  const loopOf = (make: (filtering: Filtering | null) => Search): Loop => new Loop(bind(inputs.queries, filters, make));
  const { scan, exact } = system;
  const main = loopOf((filtering) => system.search(filtering, way));
  const beside = asked &&
    scan && [loopOf(() => system.search(null, way)), loopOf((filtering) => scan(filtering as Filtering))];
  await settle(main, number === null ? SETTLE_MS : 0);
  // The loops take turns, so that a slower minute of the machine is in all of them.
  for (let pass = 0; pass < job.passes; pass++) for (const loop of [main, ...(beside ?? [])]) await loop.run(system);
  const exactly = asked && exact && loopOf((filtering) => exact(filtering as Filtering));
  await exactly?.run(system);
  const judge = new Judge();
  const truthOf = number ?? plan.cases.length;
  for (const [query, answer] of main.found.entries())
    judge.add(answer, truth(truthOf, query), filters[query]?.allowed ?? null);
  const allowed = filters.map((filtering) => (filtering ? countBits(filtering.allowed) : fields.count));
  return {
    kind: asked?.kind ?? null,
    share: asked?.share ?? null,
    way,
    allowed: allowed.reduce((a, b) => a + b, 0) / allowed.length,
    ...main.timing(),
    ...judge.result(),
    unfiltered: beside?.[0]?.timing() ?? null,
    scan: beside?.[1]?.timing() ?? null,
    exact: exactly?.timing() ?? null,
    strategies: asked && system.strategy ? await countStrategies(system, main) : null,
  };
}

function bind(
  queries: Rows,
  filters: readonly (Filtering | null)[],
  make: (filtering: Filtering | null) => Search,
): (() => Answer)[] {
  return filters.map((filtering, query) => {
    const search = make(filtering);
    const vector = rowAt(queries, query);
    return () => search(vector);
  });
}

/** Searches until the browser has compiled the code, and at least the first queries of the case. */
async function settle({ searches }: Loop, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  do for (const search of searches.slice(0, WARMUP)) await search();
  while (performance.now() < end);
}

/** Searches once more, since asking for the strategy would be in the measured time. */
async function countStrategies(
  system: FilteredSystem,
  { searches }: Loop,
): Promise<Readonly<Record<Strategy, number>>> {
  const counts: Record<Strategy, number> = { walk: 0, scan: 0, [GIVEN_UP]: 0 };
  for (const search of searches) {
    await search();
    counts[system.strategy?.() as Strategy]++;
  }
  return counts;
}

function lineOf({ kind, share, way, allowed, recall, hits, expected, meanUs, p50Us, p99Us, distances }: Cell): string {
  const what = kind === null ? 'no filter' : `${kind}${share === null ? '' : ` ${share * 100} %`}`;
  const times = [meanUs, p50Us, p99Us].map((value) => Math.round(value)).join(' ');
  const worked = distances === null ? '' : `, ${Math.round(distances)} distances`;
  return `  ${way} ${what}, ${Math.round(allowed)} rows: recall ${recall.toFixed(4)}, ${hits} of ${expected} hits, mean p50 p99 us ${times}${worked}`;
}
