import { svg } from '../../shared/dom';
import * as format from '../../shared/format';
import { named, SWEEP } from '../how';
import type { Measurement } from '../measure';
import { linear, ticks } from './scale';

const HEIGHT = 230;
const TOP = 16;
const BOTTOM = 42;
const LEFT = 46;
const RIGHT = 36;

/**
 * Recall over ef, and the recall of the chosen setting: as a point if the setting is an ef,
 * otherwise as a horizontal line.
 */
export function tradeoff(points: readonly Measurement[], chosen: Measurement, width: number): SVGElement {
  const efs = points.map(({ how }) => how.ef ?? 1);
  const lowest = Math.min(chosen.recall, ...points.map((point) => point.recall));
  const floor = Math.min(0.9, Math.max(0, Math.floor((lowest - 0.01) * 20) / 20));
  const along = linear(Math.log(Math.min(...SWEEP)), Math.log(Math.max(...SWEEP)), LEFT + 10, width - RIGHT);
  const x = (ef: number) => along(Math.log(ef));
  const y = linear(floor, 1, HEIGHT - BOTTOM, TOP);
  const plot = svg('svg', { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` });

  for (const tick of ticks(floor, 1, 4)) {
    plot.append(
      svg('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
      svg('text', { class: 'tick', x: LEFT - 8, y: y(tick) + 4, 'text-anchor': 'end' }, tick.toFixed(2)),
    );
  }
  let free = 0;
  for (const ef of SWEEP) {
    if (x(ef) < free) continue;
    free = x(ef) + 30;
    plot.append(svg('text', { class: 'tick', x: x(ef), y: HEIGHT - 24, 'text-anchor': 'middle' }, String(ef)));
  }
  plot.append(
    svg('text', { class: 'tick title', x: width - RIGHT, y: HEIGHT - 6, 'text-anchor': 'end' }, 'ef'),
    svg('text', { class: 'tick title', x: LEFT + 6, y: HEIGHT - BOTTOM - 8 }, 'recall'),
    svg('polyline', {
      class: 'line',
      points: points.map(({ recall }, i) => `${x(efs[i] ?? 1)},${y(recall)}`).join(' '),
    }),
  );
  const at = y(chosen.recall);
  const label = `${named(chosen.how)}: ${format.recall(chosen.recall)} in ${format.latency(chosen.mean)}`;
  if (chosen.how.ef === undefined) {
    plot.append(svg('line', { class: 'mark', x1: LEFT, x2: width - RIGHT, y1: at, y2: at }));
  }
  points.forEach((point, i) => {
    const own = point === chosen;
    plot.append(
      svg('circle', { class: own ? 'point chosen' : 'point', cx: x(efs[i] ?? 1), cy: y(point.recall), r: own ? 6 : 4 }),
    );
  });
  plot.append(svg('text', { class: 'label chosen', x: width - RIGHT, y: at + 20, 'text-anchor': 'end' }, label));
  return plot;
}
