/** Runs many queries and shows recall and latency as numbers and plots. */
import { clockResolution } from '../clock';
import type { Query } from '../data/client';
import { announce, byId, facts } from '../dom';
import { SWEEP } from '../ef';
import * as format from '../format';
import { exactNeighbours, type Measurement, measure, measurementQueries, percentile } from '../measure';
import { mountPlot } from '../plot/frame';
import { histogram } from '../plot/histogram';
import { tradeoff } from '../plot/tradeoff';
import { clearProblem, showProblem } from '../problem';
import type { Index } from '../session';
import { building, held, index, measuring, settings } from '../state';

/** Exact answers cost far more than the searches they judge; they are kept while index, rows, queries and k stay the same. */
interface Judged {
  index: Index;
  count: number | undefined;
  wanted: number;
  k: number;
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
  const { k } = settings.value;
  const count = held.value?.count;
  const same = judged?.index === current && judged.count === count && judged.wanted === wanted && judged.k === k;
  if (judged && same) return judged;
  const queries = await measurementQueries(current, wanted);
  const what = `Finding the exact neighbours of ${format.count(queries.length)} queries…`;
  const truth = await exactNeighbours(current, queries, k, signal, (share) => report(what, share));
  judged = { index: current, count, wanted, k, queries, truth };
  return judged;
}

function describe({ queries }: Judged, { k }: Measurement): string {
  return `${format.count(queries.length)} queries, one after the other, ${k} hits each; the way to the ${
    index.value?.db.host === 'worker' ? 'worker and back' : 'engine'
  } included.`;
}

function showRun(basis: Judged, run: Measurement): void {
  const sorted = run.latencies.toSorted((a, b) => a - b);
  const p = (share: number) => format.latency(percentile(sorted, share));
  state.textContent = describe(basis, run);
  facts(byId('tiles'), [
    [`Recall@${run.k} at ef ${run.ef}`, format.recall(run.recall)],
    ['Mean', format.latency(run.mean)],
    ['p50', p(0.5)],
    ['p95', p(0.95)],
    ['p99', p(0.99)],
    ['Queries a second', format.count(1000 / run.mean)],
  ]);
  const summary = `Half of the queries took at most ${p(0.5)}, 95 % at most ${p(0.95)} and 99 % at most ${p(0.99)}.`;
  const shares = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];
  const rows = shares.map((share) => [share === 0 ? 'fastest' : share === 1 ? 'slowest' : `p${share * 100}`, p(share)]);
  const text = { title: `Latency at ef ${run.ef}`, summary, head: ['Percentile', 'Latency'], rows };
  mountPlot(byId('latency'), text, (width) => histogram(sorted, resolution, width));
  announce(`Recall ${format.recall(run.recall)}. ${summary}`);
}

function showSweep(runs: Measurement[], current: number): void {
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return;
  const say = ({ ef, recall, mean }: Measurement) =>
    `ef ${ef} finds ${format.recall(recall)} in ${format.latency(mean)}`;
  const small = held.value?.stats.levels === 0 ? ' A set this small is scanned, so effort makes no difference.' : '';
  const summary = `${say(first)}; ${say(last)}.${small}`;
  const rows = runs.map(({ ef, recall, mean, latencies }) => {
    const p99 = percentile(
      latencies.toSorted((a, b) => a - b),
      0.99,
    );
    return [String(ef), format.recall(recall), format.latency(mean), format.latency(p99)];
  });
  const text = { title: 'What effort buys', summary, head: ['ef', `Recall@${first.k}`, 'Mean', 'p99'], rows };
  mountPlot(byId('tradeoff'), text, (width) => tradeoff(runs, current, width));
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
  showRun(basis, await measure(current, basis.queries, basis.truth, settings.value, signal));
}

async function sweep(current: Index, signal: AbortSignal): Promise<void> {
  const basis = await judge(current, signal);
  const { k, ef } = settings.value;
  const efforts = [...new Set([...SWEEP, ef])].sort((a, b) => a - b);
  const runs: Measurement[] = [];
  // The first run of all is slower than it should be: code is compiled and caches are filled. It isn't counted.
  await measure(current, basis.queries, basis.truth, { k, ef: efforts[0] ?? ef }, signal);
  for (const effort of efforts) {
    report(`Measuring at ef ${effort}…`, runs.length / efforts.length);
    runs.push(await measure(current, basis.queries, basis.truth, { k, ef: effort }, signal));
    showSweep(runs, ef);
  }
  const chosen = runs.find((point) => point.ef === ef);
  if (chosen) showRun(basis, chosen);
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
    progress.hidden = !measuring.value;
  };
  index.watch(() => {
    abort.abort();
    judged = null;
    byId('tiles').replaceChildren();
    byId('latency').hidden = true;
    byId('tradeoff').hidden = true;
    state.textContent = intro;
    enable();
  });
  building.watch(enable);
  measuring.watch(enable);
}
