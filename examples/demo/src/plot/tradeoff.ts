import { svg } from '../dom';
import * as format from '../format';
import type { Measurement } from '../measure';
import { linear, ticks } from './scale';

const HEIGHT = 230;
const TOP = 16;
const BOTTOM = 42;
const LEFT = 46;
const RIGHT = 36;

/** Recall over mean latency, one point per ef: what more effort buys. */
export function tradeoff(points: readonly Measurement[], current: number, width: number): SVGElement {
  const slowest = Math.max(...points.map((point) => point.mean));
  const lowest = Math.min(...points.map((point) => point.recall));
  const floor = Math.min(0.9, Math.max(0, Math.floor((lowest - 0.01) * 20) / 20));
  const x = linear(0, slowest * 1.06, LEFT, width - RIGHT);
  const y = linear(floor, 1, HEIGHT - BOTTOM, TOP);
  const plot = svg('svg', { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` });

  for (const tick of ticks(floor, 1, 4)) {
    plot.append(
      svg('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
      svg('text', { class: 'tick', x: LEFT - 8, y: y(tick) + 4, 'text-anchor': 'end' }, tick.toFixed(2)),
    );
  }
  for (const tick of ticks(0, slowest * 1.06, width / 90)) {
    plot.append(
      svg(
        'text',
        { class: 'tick', x: x(tick), y: HEIGHT - 24, 'text-anchor': 'middle' },
        tick === 0 ? '0' : format.latency(tick),
      ),
    );
  }
  plot.append(
    svg('text', { class: 'tick title', x: width - RIGHT, y: HEIGHT - 6, 'text-anchor': 'end' }, 'mean latency'),
    svg('text', { class: 'tick title', x: LEFT + 6, y: HEIGHT - BOTTOM - 8 }, 'recall'),
    svg('polyline', { class: 'line', points: points.map((point) => `${x(point.mean)},${y(point.recall)}`).join(' ') }),
  );
  for (const point of points) {
    const chosen = point.ef === current;
    const [cx, cy] = [x(point.mean), y(point.recall)];
    plot.append(svg('circle', { class: chosen ? 'point chosen' : 'point', cx, cy, r: chosen ? 6 : 4 }));
  }
  const placed: { x: number; y: number }[] = [];
  // The chosen effort's label comes first; labels that would run into another are left to the table.
  for (const point of points.toSorted((a, b) => Number(b.ef === current) - Number(a.ef === current))) {
    const chosen = point.ef === current;
    const at = { x: x(point.mean) + 6, y: y(point.recall) + 17 };
    if (placed.some((other) => Math.abs(other.y - at.y) < 14 && at.x - other.x < 50 && other.x - at.x < 30)) continue;
    placed.push(at);
    plot.append(svg('text', { class: chosen ? 'label chosen' : 'label', ...at }, `${chosen ? 'ef ' : ''}${point.ef}`));
  }
  return plot;
}
