/** Runs `npm run bench:p99`: the usual and the rare slow searches, of the engine and of the API. */
import { parseArgs } from 'node:util';
import type { Job } from '../job';
import type { Latencies } from '../measure/latencies';
import { busyShare, describeMachine } from './machine';
import { type Ended, GRAPH, K } from './main';
import { BROWSERS, type BrowserName, checkOneSource, oneOf, whole, wholeOrNull } from './options';
import { type LaunchBrowser, measureInPages } from './pages';
import { chooseSource } from './source';
import { count, table } from './tables';

export const USAGE = `npm run bench:p99 -- [options]

  --data DIR        folder with base.bf16, queries.bf16 and meta.json; without one ../shared/data/books
                    where it is there, else a seeded synthetic set
  --synthetic       the synthetic set, whatever there is
  --dim N           the first N columns of the data, or the dimensions of the synthetic set (default: all; 384)
  --n N             rows (default: all; synthetic 20000)
  --queries N       different queries (default 1000)
  --passes N        passes over the queries (default 10, 10000 searches)
  --ef N            candidates that each search keeps (default 60)
  --browser NAME    chromium, firefox or webkit (default chromium)`;

export type LatencyMeasured = Latencies & { readonly system: string };

interface LatencyOptions {
  readonly data: string | null;
  readonly synthetic: boolean;
  readonly dimensions: number | null;
  readonly n: number | null;
  readonly queries: number;
  readonly passes: number;
  readonly ef: number;
  readonly browser: BrowserName;
}

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): LatencyOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      synthetic: { type: 'boolean', default: false },
      dim: { type: 'string' },
      n: { type: 'string' },
      queries: { type: 'string', default: '1000' },
      passes: { type: 'string', default: '10' },
      ef: { type: 'string', default: '60' },
      browser: { type: 'string', default: 'chromium' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  checkOneSource(values);
  return {
    data: values.data ?? null,
    synthetic: values.synthetic,
    dimensions: wholeOrNull('--dim', values.dim),
    n: wholeOrNull('--n', values.n),
    queries: whole('--queries', values.queries),
    passes: whole('--passes', values.passes),
    ef: whole('--ef', values.ef),
    browser: oneOf('--browser', values.browser, BROWSERS) as BrowserName,
  };
}

export async function run(
  options: LatencyOptions,
  _args: readonly string[],
  root: string,
  launchBrowser: LaunchBrowser,
): Promise<Ended> {
  const { dataset, folder } = chooseSource(options, root);
  if (dataset.n < K) throw new Error(`--n is ${dataset.n}: the benchmark looks for ${K} neighbours.`);
  const { passes, ef, browser } = options;
  const job: Job = { dataset, systems: [], efs: [ef], stopAt: null, k: K, passes, graph: GRAPH };
  const { cpu, cores } = describeMachine();
  const busy = await busyShare();
  console.log(
    `${dataset.name}: ${count(dataset.n)} rows, ${dataset.dimensions} dimensions, ef ${ef}, ${browser}, ${cpu}, ` +
      `${cores} cores, ${count(busy * 100)} % of them busy with other programs`,
  );
  const measured: LatencyMeasured[] = [];
  const page = { root, name: 'latency', call: 'measureLatency', folder };
  await measureInPages<Job, LatencyMeasured[]>(page, browser, launchBrowser, [job], (all) => measured.push(...all));
  console.log(`\n${latencyTable(measured)}\n\nA pause lets a core fall asleep. The search then waits for the core.`);
  return { ok: true };
}

export function latencyTable(measured: readonly LatencyMeasured[]): string {
  const lines = measured.map(({ system, pauseMs, searches, recall, meanUs, p50Us, p99Us, p999Us }) => [
    `${system}${pauseMs > 0 ? `, after a pause of ${pauseMs} ms` : ''}`,
    count(searches),
    recall.toFixed(4),
    ...[meanUs, p50Us, p99Us, p999Us].map((us) => count(us)),
  ]);
  return table(['searches through', 'searches', 'recall@10', 'mean us', 'P50', 'P99', 'P999'], lines);
}
