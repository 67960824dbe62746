/** Writes a comparison as a page of docs/benchmarks/. */
import type { Point } from '../../job';
import type { Machine } from '../machine';
import { RECALLS, type Recall } from '../results';
import { count, POINT_HEAD, pointRow, table } from '../tables';
import { type Compared, type Comparison, OURS, RATIO_RECALL } from './results';

export interface CompareInfo {
  readonly date: string;
  readonly machine: Machine;
  /** The share of the processors that other programs used just before the run. */
  readonly busy: number;
  /** The browser's name and version. */
  readonly browser: string;
  readonly python: string;
  readonly commit: string;
  readonly command: string;
  readonly k: number;
  readonly passes: number;
  readonly graph: { readonly m: number; readonly efConstruction: number };
}

export function factor(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return value >= 10 ? count(value) : value.toFixed(2);
}

function micros(value: number): string {
  return count(value, value < 100 ? 1 : 0);
}

/** The mean at a recall. "≤" marks an upper bound. */
function meanAt(result: Compared, recall: Recall): string {
  const latency = result.latency[recall];
  if (!latency) return 'not reached';
  return `${latency.bound && !result.exact ? '≤ ' : ''}${micros(latency.meanUs)}`;
}

function latencyCells(result: Compared): string[] {
  const at = result.latency[RATIO_RECALL];
  const percentiles = at ? [at.p50Us, at.p95Us, at.p99Us].map(micros) : ['–', '–', '–'];
  const perSecond = at ? count(1e6 / at.meanUs) : '–';
  return [meanAt(result, RATIO_RECALL), ...percentiles, perSecond, meanAt(result, '0.90'), meanAt(result, '0.99')];
}

function seconds(value: number): string {
  return count(value, value < 10 ? 2 : 1);
}

function megabytes({ memoryBytes }: Compared): string {
  return count(memoryBytes === null ? null : memoryBytes / 1e6);
}

const LATENCY_HEAD = [`us at ${RATIO_RECALL}`, 'p50', 'p95', 'p99', 'queries/s', 'us at 0.90', 'us at 0.99'];

export function browserTable(results: readonly Compared[]): string {
  const head = ['system', ...LATENCY_HEAD, '× latency', 'rows/s', 'build s', '× build', 'memory MB', 'loaded KB'];
  const rows = results.map((result) => {
    const ratios = result.ratios[OURS.browser];
    const build = [count(result.rowsPerSecond), seconds(result.buildSeconds), factor(ratios?.build)];
    const loaded = count(result.bytesLoaded === null ? null : result.bytesLoaded / 1000, 1);
    const name = result.exact ? `${result.system} (exact)` : result.system;
    return [name, ...latencyCells(result), factor(ratios?.latency), ...build, megabytes(result), loaded];
  });
  return table(head, rows);
}

/** Compares with EdgeVec natively, and with EdgeVec in the browser. */
export function nativeTable(results: readonly Compared[]): string {
  const ours = ['× native', '× browser'];
  const head = [
    'system',
    ...LATENCY_HEAD,
    ...ours,
    'rows/s',
    'build s',
    '× build, native',
    '× build, browser',
    'memory MB',
  ];
  const rows = results.map((result) => {
    const [native, browser] = [result.ratios[OURS.native], result.ratios[OURS.browser]];
    const latency = [factor(native?.latency), factor(browser?.latency)];
    const build = [
      count(result.rowsPerSecond),
      seconds(result.buildSeconds),
      factor(native?.build),
      factor(browser?.build),
    ];
    return [result.system, ...latencyCells(result), ...latency, ...build, megabytes(result)];
  });
  return table(head, rows);
}

function note(result: Compared, { queries }: Comparison['dataset']): string {
  const best = Math.max(...result.points.map(({ recall }) => recall));
  const parts = [
    `${result.system}: ${[result.version, result.variant].filter((part) => part !== '').join(', ')}.`,
    result.queries < queries ? `${count(result.queries)} queries.` : '',
    RECALLS.some((recall) => result.latency[recall] === null) ? `Its best recall was ${best.toFixed(4)}.` : '',
    result.reused ? `Reused: measured from ${result.startedAt.slice(0, 16).replace('T', ' ')} UTC.` : '',
  ];
  return `- ${parts.filter((part) => part !== '').join(' ')}`;
}

function pointsTable(results: readonly Compared[]): string {
  const rows = results.flatMap(({ system, points }) => points.map((point: Point) => [system, ...pointRow(point)]));
  return table(['system', ...POINT_HEAD], rows);
}

function section(comparison: Comparison): string {
  const { name, n, dim, queries } = comparison.dataset;
  const parts = [`## ${name}-${dim}: ${count(n)} x ${dim}, ${count(queries)} queries`];
  const { browser, native } = {
    browser: comparison.results.filter(({ where }) => where === 'browser'),
    native: comparison.results.filter(({ where }) => where === 'native'),
  };
  if (browser.length > 0) parts.push(`### In ${comparison.browser}`, browserTable(browser));
  if (native.length > 0) parts.push('### Native, one thread', nativeTable(native));
  const failed = comparison.failed.map(({ system, reason }) => `- ${system}: NOT RUN. ${reason}`);
  const notes = comparison.results.map((result) => note(result, comparison.dataset));
  if (notes.length + failed.length > 0) parts.push([...failed, ...notes].join('\n'));
  if (comparison.results.length > 0) {
    parts.push('<details><summary>Every point measured</summary>', pointsTable(comparison.results), '</details>');
  }
  return parts.join('\n\n');
}

export function writeComparison(comparisons: readonly Comparison[], info: CompareInfo): string {
  const { cpu, cores, memoryGiB, platform } = info.machine;
  const reused = comparisons.flatMap(({ results }) => results).filter((result) => result.reused).length;
  const resumed =
    reused === 0
      ? 'All of it was measured in this one run.'
      : `${reused === 1 ? '1 result is' : `${reused} results are`} of an earlier run with the same data, versions, settings and machine, less than a day before; the notes name ${reused === 1 ? 'it' : 'them'}.`;
  return `# EdgeVec and others at equal recall

${info.date}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, ${Math.round(100 * info.busy)} % busy before the run. ${info.browser}, ${info.python}.
EdgeVec is that of commit ${info.commit}. ${resumed} Made by:

    ${info.command}

Cosine on unit rows, k ${info.k}, one query at a time, one thread everywhere, M ${info.graph.m} and efConstruction ${info.graph.efConstruction} where a system has them, the same rows,
queries and exact neighbours for all. In the browser each system has a page of its own and is called in a worker, but \`edgevec (api)\`, which is
what an app calls; natively each has a process of its own. The mean is a timed loop over the number of queries, the median of ${info.passes} passes
after a warm-up that is not measured; percentiles are of single queries in that pass, as fine as the browser's clock. Latencies at a recall
are interpolated between the two measured points that enclose it, linear in recall and logarithmic in latency; "≤" marks an upper
bound: the smallest ef measured is better than that recall already. An exact search has one point, given for every recall.

"×" is how many times as long as ours it takes: above 1, ours is faster. Latencies are compared at recall ${RATIO_RECALL}; in the browser with \`${OURS.browser}\`,
natively both with \`${OURS.native}\` and with \`${OURS.browser}\` in the browser. The build is all that has to happen before the first search. Memory is, in the browser, WebAssembly
memory after the build and the JavaScript heap where rows are held there; natively, what the process grew by while building. Loaded is all code the browser fetched for the system, gzipped.

${comparisons.map(section).join('\n\n')}
`;
}
