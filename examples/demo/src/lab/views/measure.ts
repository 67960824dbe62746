/** Runs many queries, and shows recall and latency as numbers and plots. */

import { announce, byId, facts } from '../../shared/dom';
import * as format from '../../shared/format';
import { clearProblem, showProblem } from '../../shared/problem';
import { clockResolution } from '../clock';
import type { Query } from '../data/client';
import type { Choices } from '../filter/selection';
import { type How, how, named, SWEEP } from '../how';
import { exactNeighbours, type Measurement, measure, measurementQueries, percentile } from '../measure';
import { mountPlot } from '../plot/frame';
import { histogram } from '../plot/histogram';
import { tradeoff } from '../plot/tradeoff';
import type { Index } from '../session';
import { building, held, index, measuring, settings } from '../state';

/**
 * The exact answers to the queries. Exact answers take far longer than the searches to be judged,
 * so the page keeps the answers while index, rows, queries, k and filter stay the same.
 */
interface Judged {
  index: Index;
  count: number | undefined;
  wanted: number;
  k: number;
  selection: Choices;
  queries: Query[];
  truth: Set<unknown>[];
}

const form = byId<HTMLFormElement>('measurement');
const state = byId('measure-state');
const progress = byId<HTMLProgressElement>('measure-progress');
const error = byId('measure-error');
const stop = byId<HTMLButtonElement>('measure-stop');
const intro = state.textContent ?? '';
const resolution = clockResolution();
let judged: Judged | null = null;
let abort = new AbortController();

function report(what: string, share: number): void {
  if (state.textContent !== what) state.textContent = what;
  progress.value = share;
}

async function judge(current: Index, signal: AbortSignal): Promise<Judged> {
  const wanted = Number(byId<HTMLSelectElement>('queries').value);
  const { k, selection } = settings.value;
  const count = held.value?.count;
  const same = judged?.index === current && judged.count === count && judged.wanted === wanted && judged.k === k;
  if (judged && same && judged.selection === selection) return judged;
  const queries = await measurementQueries(current, wanted);
  const what = `Finding the exact neighbours of ${format.count(queries.length)} queries…`;
  const options = how(settings.value);
  const truth = await exactNeighbours(current, queries, options, signal, (share) => report(what, share));
  judged = { index: current, count, wanted, k, selection, queries, truth };
  return judged;
}

function describe({ queries }: Judged, { how: { k, filter } }: Measurement): string {
  const way = index.value?.db.host === 'worker' ? 'worker and back' : 'engine';
  const hits = filter ? `${k} hits each of the rows that match` : `${k} hits each`;
  return `${format.count(queries.length)} queries one by one, ${hits}, the way to the ${way} included.`;
}

/** Without values, the tiles keep their room. */
function tiles(options: How, values: string[] = []): void {
  const { k, recall, filter } = options;
  const asked = `${recall} asked${filter ? ', filtered' : ''}`;
  const found = `Recall@${k}, ${recall === undefined ? named(options) : asked}`;
  const names = [found, 'Mean', 'p50', 'p95', 'p99', 'Queries a second'];
  facts(
    byId('tiles'),
    names.map((name, i) => [name, values[i] ?? '–']),
  );
}

function showRun(basis: Judged, run: Measurement): void {
  const sorted = run.latencies.toSorted((a, b) => a - b);
  const p = (share: number) => format.latency(percentile(sorted, share));
  state.textContent = describe(basis, run);
  tiles(run.how, [
    format.recall(run.recall),
    format.latency(run.mean),
    p(0.5),
    p(0.95),
    p(0.99),
    format.count(1000 / run.mean),
  ]);
  const summary = `Half of the queries took at most ${p(0.5)}, 95 % at most ${p(0.95)} and 99 % at most ${p(0.99)}.`;
  const shares = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];
  const rows = shares.map((share) => [share === 0 ? 'fastest' : share === 1 ? 'slowest' : `p${share * 100}`, p(share)]);
  const text = { title: `Latency, ${named(run.how)}`, summary, head: ['Percentile', 'Latency'], rows };
  mountPlot(byId('latency'), text, (width) => histogram(sorted, resolution, width));
  announce(`Recall ${format.recall(run.recall)}. ${summary}`);
}

function showSweep(runs: Measurement[], chosen: Measurement): void {
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return;
  const say = ({ how, recall, mean }: Measurement) =>
    `${named(how)} finds ${format.recall(recall)} in ${format.latency(mean)}`;
  const small = held.value?.stats.levels === 0 ? ' A set this small is scanned, so ef makes no difference.' : '';
  const summary = `${say(first)}; ${say(last)}.${small} Latencies are as measured, noise and all.`;
  const rows = [...runs, ...(runs.includes(chosen) ? [] : [chosen])].map(({ how, recall, mean, latencies }) => {
    const p99 = percentile(
      latencies.toSorted((a, b) => a - b),
      0.99,
    );
    return [String(how.ef ?? named(how)), format.recall(recall), format.latency(mean), format.latency(p99)];
  });
  const text = { title: 'What ef buys', summary, head: ['ef', `Recall@${first.how.k}`, 'Mean', 'p99'], rows };
  mountPlot(byId('tradeoff'), text, (width) => tradeoff(runs, chosen, width));
}

async function run(work: (current: Index, signal: AbortSignal) => Promise<void>): Promise<void> {
  const current = index.value;
  if (!current || measuring.value) return;
  abort = new AbortController();
  clearProblem(error);
  measuring.set(true);
  try {
    await work(current, abort.signal);
  } catch (problem) {
    state.textContent = abort.signal.aborted ? 'Stopped.' : intro;
    if (!abort.signal.aborted) showProblem(error, problem);
  } finally {
    measuring.set(false);
  }
}

async function measureOnce(current: Index, signal: AbortSignal): Promise<void> {
  const basis = await judge(current, signal);
  report('Measuring…', 1);
  showRun(basis, await measure(current, basis.queries, basis.truth, how(settings.value), signal));
}

async function sweep(current: Index, signal: AbortSignal): Promise<void> {
  const basis = await judge(current, signal);
  const wanted = how(settings.value);
  const efs = [...new Set([...SWEEP, wanted.ef ?? SWEEP[0] ?? 10])].sort((a, b) => a - b);
  const { k, filter } = wanted;
  const at = (options: How) => measure(current, basis.queries, basis.truth, options, signal);
  // The first run is slower, since code is compiled and caches are filled. The page does not count
  // the first run.
  await at(wanted);
  report(`Measuring at ${named(wanted)}…`, 0);
  const chosen = await at(wanted);
  showRun(basis, chosen);
  const runs: Measurement[] = [];
  for (const ef of efs) {
    report(`Measuring at ef ${ef}…`, runs.length / efs.length);
    runs.push(ef === wanted.ef ? chosen : await at({ k, ef, ...(filter && { filter }) }));
    showSweep(runs, chosen);
  }
  state.textContent = describe(basis, chosen);
}

export function mountMeasure(): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run(measureOnce);
  });
  byId('sweep-run').addEventListener('click', () => run(sweep));
  stop.addEventListener('click', () => abort.abort());
  byId('clock').textContent =
    `This browser’s clock moves in steps of ${format.latency(resolution)}, so percentiles are no finer; means are timed over many queries at once.`;

  const enable = () => {
    const ready = index.value !== null && !building.value && !measuring.value;
    byId<HTMLButtonElement>('measure-run').disabled = !ready;
    byId<HTMLButtonElement>('sweep-run').disabled = !ready;
    byId<HTMLSelectElement>('queries').disabled = measuring.value;
    stop.hidden = !measuring.value;
    progress.classList.toggle('idle', !measuring.value);
  };
  const showChosen = () => byId('latency').hidden && tiles(how(settings.value));
  settings.watch(showChosen);
  index.watch(() => {
    abort.abort();
    judged = null;
    byId('latency').hidden = true;
    byId('tradeoff').hidden = true;
    showChosen();
    state.textContent = intro;
    enable();
  });
  building.watch(enable);
  measuring.watch(enable);
}
