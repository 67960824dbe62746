/** Shows the progress of an index build, and the result. */

import { announce, byId, facts } from '../../shared/dom';
import * as format from '../../shared/format';
import { theme } from '../../shared/theme';
import type { Source } from '../data/types';
import { FrameMeter } from '../frames';
import { drawFrames } from '../plot/frames';
import type { Held } from '../session';
import { building, elsewhere, held, index } from '../state';

/**
 * The time in milliseconds for the rate shown. The rate falls as the graph grows, and the time left
 * must follow.
 */
const WINDOW = 6000;
const REFRESH = 200;

const state = byId('index-state');
const progress = byId<HTMLProgressElement>('progress');
const buildFacts = byId('build-facts');
const engineFacts = byId('engine-facts');
const framesFigure = byId('frames-figure');
const framesText = byId('frames-text');
const canvas = byId<HTMLCanvasElement>('frames');
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

interface BuildView {
  progress(done: number): void;
  finish(found: Held | null): void;
  fail(): void;
}

let drawnAt = 0;
const meter = new FrameMeter((current) => {
  const now = performance.now();
  if (now - drawnAt < (stillness.matches ? 1000 : 50)) return;
  drawnAt = now;
  drawFrames(canvas, current);
  framesText.textContent = frameSentence(current);
});

const milliseconds = (gap: number) => `${format.count(gap)} ms`;

function frameSentence({ worst, gaps }: FrameMeter): string {
  return `From one frame of this page to the next: ${milliseconds(gaps.at(-1) ?? 0)} now, ${milliseconds(worst)} at most.`;
}

export function showState(text: string, phase = ''): void {
  state.textContent = text;
  state.dataset['phase'] = phase;
}

/** An index may be stored, but this page has no index open. */
export function showNoneOpen(): void {
  showState('No index is open.', 'failed');
}

/** Shows the open rows, and then how the page came to have the rows. */
function ready({ set, count }: Held, how = ''): void {
  const complete = count >= set.rows;
  const rows = format.count(count);
  const part = `${rows} of ${format.count(set.rows)} rows`;
  if (complete) showState(`Ready: ${rows} rows${how}.`, 'ready');
  else if (elsewhere.value) showState(`Another tab is building: ${part} so far.`, 'building');
  else showState(`${part} are here${how}.`, 'part');
  showProgress(count, set.rows, complete ? 'done' : 'in part');
}

function showProgress(done: number, total: number, text: string): void {
  progress.max = Math.max(total, 1);
  progress.value = done;
  progress.textContent = text;
}

/** A failure stays on the page until the user acts, even if other tabs write in the meantime. */
function showNothing(): void {
  if (state.dataset['phase'] === 'failed') return;
  showState(elsewhere.value ? 'Another tab is building an index.' : 'No index yet.');
  showProgress(0, 1, 'not begun');
  framesFigure.hidden = true;
  facts(engineFacts, []);
  facts(buildFacts, []);
}

export function mountBuild(): void {
  theme.watch(() => drawFrames(canvas, meter));
  new ResizeObserver(() => drawFrames(canvas, meter)).observe(canvas);
  let shown: Held | null = null;
  held.watch((now) => {
    if (!building.value) {
      if (!now) showNothing();
      // Another tab has written to the index that is open here.
      else if (index.value && (now.count !== shown?.count || now.set.rows !== shown.set.rows)) ready(now);
    }
    if (now) showEngine(now);
    shown = now;
  });
  elsewhere.watch(() => {
    if (building.value) return;
    if (held.value) ready(held.value);
    else showNothing();
  });
}

/** The page is opening a stored database, and does not know the progress. */
export function showOpening(): void {
  showState('Opening…');
  progress.removeAttribute('value');
}

export function showOpened(found: Held, seconds: number): void {
  const took = format.duration(seconds);
  ready(found, `, opened in ${took}`);
  framesFigure.hidden = true;
  facts(buildFacts, [['Opened in', took]]);
  announce(state.textContent ?? '');
}

/** @param kept how many rows were stored before */
export function startBuild(source: Source, kept: number): BuildView {
  const start = performance.now();
  const total = source.rows;
  let done = kept;
  let samples = [{ at: start, done }];
  let quarter = 0;

  showProgress(kept, total, '');
  showState('Building…', 'building');
  facts(engineFacts, []);
  announce(`Building an index of ${format.count(total)} rows.`);
  framesText.textContent = '';
  framesFigure.hidden = false;
  meter.start();

  const render = () => {
    const now = performance.now();
    samples.push({ at: now, done });
    samples = samples.filter(({ at }, i) => now - at < WINDOW || i === samples.length - 2);
    const first = samples[0] ?? { at: start, done: kept };
    const rate = now > first.at ? ((done - first.done) * 1000) / (now - first.at) : 0;
    // The mean of the latest rate and the rate of the whole build, so that a slow second does not
    // double the time left.
    const steady = (rate + ((done - kept) * 1000) / (now - start)) / 2;
    showProgress(done, total, `${Math.floor((100 * done) / total)} %`);
    facts(buildFacts, [
      ['Rows', `${format.count(done)} of ${format.count(total)}`],
      ['Rows a second', rate > 0 ? format.count(rate) : '–'],
      ['Time left', steady > 0 ? format.duration((total - done) / steady) : '–'],
      ['Longest frame', milliseconds(meter.worst)],
    ]);
    const now4 = Math.floor((4 * done) / total);
    if (now4 > quarter && now4 < 4) announce(`${now4 * 25} % indexed.`);
    quarter = now4;
  };
  render();
  const timer = setInterval(render, REFRESH);

  const stop = () => {
    clearInterval(timer);
    meter.stop();
    drawFrames(canvas, meter);
  };

  return {
    progress(rows) {
      done = rows;
    },
    finish(found) {
      stop();
      const seconds = (performance.now() - start) / 1000;
      const count = found?.count ?? 0;
      if (found && count >= total) ready(found, ` in ${format.duration(seconds)}`);
      else {
        showProgress(count, total, 'cancelled');
        const rows = count > 0 ? `The ${format.count(count)} rows that are in can be searched.` : 'No rows are in.';
        showState(`Cancelled. ${rows}`, 'part');
      }
      announce(state.textContent ?? '');
      facts(buildFacts, [
        ['Rows', format.count(count)],
        ['Rows a second', seconds > 0 ? format.count(Math.max(0, count - kept) / seconds) : '–'],
        ['Took', format.duration(seconds)],
        ['Longest frame', milliseconds(meter.worst)],
      ]);
      if (meter.frames > 0) {
        framesText.textContent = `${format.count(meter.frames)} frames of this page meanwhile, at most ${milliseconds(meter.worst)} from one to the next.`;
      }
    },
    fail() {
      stop();
      framesFigure.hidden = true;
      facts(buildFacts, []);
      showState('The build failed.', 'failed');
    },
  };
}

function showEngine({ stats }: Held): void {
  const { db } = index.value ?? {};
  facts(engineFacts, [
    ['Memory', format.bytes(stats.memoryBytes)],
    ['of which vectors', format.bytes(stats.memory.rows)],
    ['of which 4-bit codes', format.bytes(stats.memory.codes)],
    ['of which graph links', format.bytes(stats.memory.graph)],
    ['Levels of the graph', stats.levels === 0 ? 'none: few rows' : String(stats.levels)],
    ['Runs in', stats.host === 'worker' ? 'a worker' : 'this thread'],
    ['WebAssembly', stats.variant],
    ['Dimensions', db ? format.count(db.dimensions) : '–'],
    ['Metric', db?.metric ?? '–'],
    // The default: the page opens its databases without the option.
    ['Precision', 'float32, 4 bytes a number'],
  ]);
}
