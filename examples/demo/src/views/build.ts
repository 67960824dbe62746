/** Shows an index being built, and what it came to. */
import type { Source } from '../data/types';
import { announce, byId, facts } from '../dom';
import * as format from '../format';
import { FrameMeter } from '../frames';
import { drawFrames } from '../plot/frames';
import type { Index } from '../session';
import { theme } from '../state';

/** The rate shown is that of the latest seconds: it falls as a graph grows, and the time left must follow. */
const WINDOW = 6000;
const REFRESH = 200;

const state = byId('index-state');
const progress = byId<HTMLProgressElement>('progress');
const buildFacts = byId('build-facts');
const engineFacts = byId('engine-facts');
const framesText = byId('frames-text');
const canvas = byId<HTMLCanvasElement>('frames');
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

export interface BuildView {
  progress(done: number): void;
  finish(index: Index | null): void;
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

function frameSentence({ worst, gaps }: FrameMeter): string {
  const latest = gaps.at(-1) ?? 0;
  return `Frame gaps of this page: ${latest.toFixed(0)} ms now, worst ${worst.toFixed(0)} ms`;
}

export function mountBuild(): void {
  theme.watch(() => drawFrames(canvas, meter));
  new ResizeObserver(() => drawFrames(canvas, meter)).observe(canvas);
  facts(buildFacts, [
    ['Rows', '–'],
    ['Rows a second', '–'],
    ['Time left', '–'],
    ['Worst frame gap', '–'],
  ]);
}

export function startBuild(source: Source): BuildView {
  const start = performance.now();
  const total = source.rows;
  let done = 0;
  let samples = [{ at: start, done: 0 }];
  let quarter = 0;

  progress.max = total;
  progress.value = 0;
  state.textContent = 'Building…';
  state.dataset['phase'] = 'building';
  facts(engineFacts, []);
  announce(`Building an index of ${format.count(total)} rows.`);
  meter.start();

  const render = () => {
    const now = performance.now();
    samples.push({ at: now, done });
    samples = samples.filter(({ at }, i) => now - at < WINDOW || i === samples.length - 2);
    const first = samples[0] ?? { at: start, done: 0 };
    const rate = now > first.at ? ((done - first.done) * 1000) / (now - first.at) : 0;
    // Between the latest rate and that of the whole build, so that one slow second doesn't double the time left.
    const steady = (rate + (done * 1000) / (now - start)) / 2;
    progress.value = done;
    progress.textContent = `${Math.floor((100 * done) / total)} %`;
    facts(buildFacts, [
      ['Rows', `${format.count(done)} of ${format.count(total)}`],
      ['Rows a second', rate > 0 ? format.count(rate) : '–'],
      ['Time left', steady > 0 ? format.duration((total - done) / steady) : '–'],
      ['Worst frame gap', `${meter.worst.toFixed(0)} ms`],
    ]);
    const now4 = Math.floor((4 * done) / total);
    if (now4 > quarter && now4 < 4) announce(`${now4 * 25} % indexed.`);
    quarter = now4;
  };
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
    finish(index) {
      stop();
      const seconds = (performance.now() - start) / 1000;
      const count = index?.count ?? 0;
      const complete = count === total;
      progress.value = count;
      progress.textContent = complete ? 'done' : 'cancelled';
      const said = complete
        ? `Ready: ${format.count(count)} rows in ${format.duration(seconds)}.`
        : count > 0
          ? `Cancelled. The ${format.count(count)} rows that are in can be searched.`
          : 'Cancelled. No rows are in.';
      state.textContent = said;
      state.dataset['phase'] = complete ? 'ready' : 'cancelled';
      announce(said);
      facts(buildFacts, [
        ['Rows', format.count(count)],
        ['Rows a second', seconds > 0 ? format.count(count / seconds) : '–'],
        ['Took', format.duration(seconds)],
        ['Worst frame gap', `${meter.worst.toFixed(0)} ms`],
      ]);
      if (meter.frames > 0) {
        framesText.textContent = `${format.count(meter.frames)} frames, none later than ${meter.worst.toFixed(0)} ms`;
      }
      if (index) showEngine(index);
    },
    fail() {
      stop();
      state.textContent = 'The build failed.';
      state.dataset['phase'] = 'failed';
    },
  };
}

function showEngine({ stats, source, metric }: Index): void {
  facts(engineFacts, [
    ['Memory', format.bytes(stats.memoryBytes)],
    ['of it rows', format.bytes(stats.memory.rows)],
    ['levels', format.bytes(stats.memory.levels)],
    ['links', format.bytes(stats.memory.graph)],
    ['Runs in', stats.host === 'worker' ? 'a worker' : 'this thread'],
    ['WebAssembly', stats.variant],
    ['Dimensions', format.count(source.dimensions)],
    ['Metric', metric],
  ]);
}
