import { svg } from '../../shared/dom';
import * as format from '../../shared/format';
import { percentile } from '../measure';
import { linear, ticks } from './scale';

const HEIGHT = 190;
const TOP = 52;
const BOTTOM = 30;
const SIDE = 10;
const MARKS = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

interface Bins {
  from: number;
  size: number;
  counts: number[];
}

/**
 * Bins are at least a step of the clock wide. Narrower bins would show the clock, not the engine.
 */
function bins(sorted: readonly number[], wanted: number, resolution: number): Bins {
  const low = sorted[0] ?? 0;
  const high = Math.max(percentile(sorted, 0.99) * 1.12, low + resolution);
  const size = Math.max(1, Math.ceil((high - low) / wanted / resolution)) * resolution;
  const from = Math.max(0, Math.floor(low / size) * size);
  const counts: number[] = new Array(Math.max(1, Math.ceil((high - from) / size))).fill(0);
  for (const value of sorted) {
    const bin = Math.min(counts.length - 1, Math.floor((value - from) / size + 1e-6));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { from, size, counts };
}

/**
 * Latencies as a histogram with marked percentiles. The last bar also counts all slower queries.
 */
export function histogram(sorted: readonly number[], resolution: number, width: number): SVGElement {
  const { from, size, counts } = bins(sorted, Math.min(56, Math.floor((width - 2 * SIDE) / 9)), resolution);
  const to = from + size * counts.length;
  const x = linear(from, to, SIDE, width - SIDE);
  const y = linear(0, Math.max(...counts), HEIGHT - BOTTOM, TOP);
  const plot = svg('svg', { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` });

  counts.forEach((count, i) => {
    if (count === 0) return;
    const left = x(from + i * size);
    const top = Math.min(y(count), HEIGHT - BOTTOM - 1.5);
    const bar = { class: 'bar', x: left + 0.5, y: top, width: Math.max(1, x(from + (i + 1) * size) - left - 1) };
    plot.append(svg('rect', { ...bar, height: HEIGHT - BOTTOM - top }));
  });
  plot.append(svg('line', { class: 'axis', x1: SIDE, x2: width - SIDE, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM }));
  for (const tick of ticks(from, to, width / 90)) {
    const anchor = x(tick) < 30 ? 'start' : x(tick) > width - 30 ? 'end' : 'middle';
    plot.append(
      svg('text', { class: 'tick', x: x(tick), y: HEIGHT - 12, 'text-anchor': anchor }, format.latency(tick)),
    );
  }
  MARKS.forEach(([name, share], i) => {
    const value = percentile(sorted, share);
    const at = x(Math.min(value, to));
    const top = 12 + i * 16;
    const end = at > width - 120;
    plot.append(
      svg('line', { class: `mark ${name}`, x1: at, x2: at, y1: top - 8, y2: HEIGHT - BOTTOM }),
      svg(
        'text',
        { class: 'label', x: end ? at - 5 : at + 5, y: top, 'text-anchor': end ? 'end' : 'start' },
        svg('tspan', { class: 'name' }, name),
        ` ${format.latency(value)}`,
      ),
    );
  });
  return plot;
}
