/** Writes a run of `npm run bench:filters` as a page of docs/benchmarks/. */
import { type Cell, type FilteredSystemName, GIVEN_UP, type Measured, type Strategy } from '../../filters/job';
import { failuresOf, longestUs, mostUs, type Setting } from '../../filters/required';
import type { GraphOptions } from '../../job';
import type { Machine } from '../machine';
import type { BrowserName } from '../options';
import { count, table } from '../tables';

export interface RunInfo {
  readonly date: string;
  readonly machine: Machine;
  /** The share of the processors that other programs used just before the run. */
  readonly busy: number;
  readonly browser: BrowserName;
  /** The browser's name and version. */
  readonly version: string;
  readonly command: string;
  readonly k: number;
  readonly passes: number;
  readonly peerEf: number;
  readonly graph: GraphOptions;
}

interface Result extends Measured {
  readonly system: FilteredSystemName;
  readonly queries: number;
  /** Whether the system is EdgeVec, and so has to keep the limits. */
  readonly isOurs: boolean;
}

/** The results of all systems with the same rows. */
export interface FilterRun {
  readonly dataset: { readonly name: string; readonly n: number; readonly dim: number };
  readonly results: readonly Result[];
}

export function writeFilters(runs: readonly FilterRun[], info: RunInfo, failed: readonly string[]): string {
  const { cpu, cores, memoryGiB, platform } = info.machine;
  const { m, efConstruction } = info.graph;
  const sections = runs.map((run) => section(run, info));
  return `# Filtered searches

${info.date}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, ${Math.round(100 * info.busy)} % busy before the run.
${info.version || info.browser}. Made by:

    ${info.command}

Cosine on unit rows, k ${info.k}, one query at a time, M ${m}, efConstruction ${efConstruction}. EdgeVec
searches with its defaults, and the peers with ef ${info.peerEf}.

- A filter allows a set of rows. \`random\`: a random set, another set for each query. \`nearest\`:
  the cells of a k-means that are nearest to the query. \`farthest\`: the farthest cells.
  \`own author\`: the author of the query's own passage. \`other author\`: another author.
- **recall@10** is the share of the exact nearest allowed rows that the search found. Plain
  JavaScript computes these rows.
- **hits** is the number of allowed rows returned. A right answer has the smaller number of k and
  the allowed rows.
- **mean**, **p50** and **p99** are microseconds, of the pass with the median mean of
  ${info.passes}. The peers have a single pass.
- **unfiltered** is the mean of the same queries without a filter. **scan** is the mean of a scan of
  the allowed rows, forced by an \`ef\` as large as the set. The passes of these searches and of the
  filtered searches take turns. **exact** is the mean with the option \`exact\`, of a single pass.
- **limit** is the longest mean: twice the unfiltered search or 1.2 times the scan, whichever is
  longer. If walks were given up, the 1.2 goes up to 2 by their share.${fixedLimits(runs, info)}
- **walk / scan / given up** is the share of the searches by strategy. A walk is given up if the walk
  has cost as much as the scan of the allowed rows.

${summary(runs, info)}
${failed.map((line) => `\n- not run: ${line}`).join('')}
${sections.join('\n')}`;
}

function fixedLimits(runs: readonly FilterRun[], { browser }: RunInfo): string {
  const of = (kind: Cell['kind']): number | null =>
    runs.reduce<number | null>((most, { dataset }) => most ?? mostUs({ kind }, settingOf(dataset, browser)), null);
  const [random, farthest] = [of('random'), of('farthest')];
  if (random === null || farthest === null) return '';
  return `
  With 100,000 rows of 768 columns in Chromium, no mean may exceed ${count(farthest)} us, and no mean of
  random rows or of rows near the query may exceed ${count(random)} us.`;
}

function settingOf({ n, dim }: FilterRun['dataset'], browser: BrowserName): Setting {
  return { n, dimensions: dim, browser };
}

/** The cells with a filter: the first cell of a way has none. */
function filtered({ cells }: Measured): Cell[] {
  return cells.filter(({ kind }) => kind !== null);
}

function summary(runs: readonly FilterRun[], { browser }: RunInfo): string {
  const lines = runs.flatMap(({ dataset, results }) =>
    results
      .filter(({ isOurs }) => isOurs)
      .map((result) => {
        const cells = filtered(result);
        const failures = cells.map((cell) => failuresOf(cell, settingOf(dataset, browser)));
        const reached = failures.filter((all) => all.length === 0).length;
        const names = [...new Set(failures.flat())];
        const missed = names.map((name) => `${name} ${failures.filter((all) => all.includes(name)).length}`);
        const leastRecall = Math.min(...cells.map(({ recall }) => recall));
        const slowest = Math.max(...cells.map(({ meanUs }) => meanUs));
        return [
          `${dataset.name}-${dataset.dim}, ${count(dataset.n)} rows, ${result.system}`,
          `${reached} of ${cells.length}`,
          missed.join(', ') || '–',
          leastRecall.toFixed(4),
          count(slowest),
        ];
      }),
  );
  if (lines.length === 0) return '';
  return table(['required', 'cells reached', 'not reached', 'least recall', 'slowest mean us'], lines);
}

function section(run: FilterRun, info: RunInfo): string {
  const { name, n, dim } = run.dataset;
  const ours = run.results.filter(({ isOurs }) => isOurs);
  const peers = run.results.filter(({ isOurs }) => !isOurs);
  const tables = ours.map(
    (result) => `
### ${result.system}

${result.variant}. ${count(result.queries)} queries a case, built in ${result.buildSeconds.toFixed(1)} s.

${ownTable(result, settingOf(run.dataset, info.browser))}
`,
  );
  const beside = peers.length === 0 ? '' : `\n### Beside peers\n\n${peerTable([...ours, ...peers])}\n`;
  return `\n## ${name}-${dim}, ${count(n)} rows\n${tables.join('')}${beside}`;
}

const OWN_HEAD = [
  'filter',
  'rows',
  'recall@10',
  'hits',
  'mean',
  'p50',
  'p99',
  'unfiltered',
  'scan',
  'exact',
  'limit',
  'distances',
  'unfiltered distances',
  'walk / scan / given up',
  'required',
];

function ownTable(result: Result, setting: Setting): string {
  const lines = result.cells.map((cell) => {
    const { allowed, recall, hits, expected, meanUs, p50Us, p99Us, unfiltered, scan, exact, distances } = cell;
    const limits = [longestUs(cell), mostUs(cell, setting)].filter((limit) => limit !== null);
    const failures = failuresOf(cell, setting);
    const required = failures.length === 0 ? 'reached' : `not reached: ${failures.join(', ')}`;
    return [
      nameOf(cell),
      count(allowed),
      recall.toFixed(4),
      `${count(hits)} of ${count(expected)}`,
      ...[meanUs, p50Us, p99Us].map((value) => count(value)),
      count(unfiltered?.meanUs ?? null),
      count(scan?.meanUs ?? null),
      count(exact?.meanUs ?? null),
      cell.kind === null || limits.length === 0 ? '–' : count(Math.min(...limits)),
      count(distances),
      count(unfiltered?.distances ?? null),
      shares(cell.strategies),
      cell.kind === null ? '–' : required,
    ];
  });
  return table(OWN_HEAD, lines);
}

function nameOf({ kind, share }: Pick<Cell, 'kind' | 'share'>): string {
  if (kind === null) return 'no filter';
  return share === null ? kind : `${kind} ${Number((share * 100).toFixed(6))} %`;
}

function shares(strategies: Readonly<Record<Strategy, number>> | null): string {
  if (!strategies) return '–';
  const counts = [strategies.walk, strategies.scan, strategies[GIVEN_UP]];
  const all = counts.reduce((a, b) => a + b, 0);
  return `${counts.map((value) => Math.round((100 * value) / all)).join(' / ')} %`;
}

/** A column for each way of each system: recall, hits in per cent of a right answer, mean. */
function peerTable(results: readonly Result[]): string {
  const columns = results.flatMap(({ system, cells, isOurs }) => {
    const ways = [...new Set(cells.map(({ way }) => way))];
    return ways.map((way) => ({
      head: `${system}${isOurs || ways.length === 1 ? '' : ` ${way}`}`,
      cells: cells.filter((cell) => cell.way === way),
    }));
  });
  const [first] = columns;
  const lines = (first?.cells ?? []).map((cell, i) => [
    nameOf(cell),
    ...columns.map(({ cells }) => {
      const measured = cells[i];
      if (!measured) return '–';
      const { recall, hits, expected, meanUs } = measured;
      return `${recall.toFixed(3)} · ${count((100 * hits) / expected)} % · ${count(meanUs)}`;
    }),
  ]);
  return `Recall, hits in per cent of a right answer, and mean microseconds.\n\n${table(
    ['filter', ...columns.map(({ head }) => head)],
    lines,
  )}`;
}
