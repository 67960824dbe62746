/** A row in the list of hits: id, distance, metadata, and fingerprint. */

import { html } from '../../shared/dom';
import * as format from '../../shared/format';
import type { RowMetadata } from '../data/types';
import { fingerprint } from '../plot/fingerprint';

export interface ShownHit {
  id: string | number;
  distance: number;
  score: number;
  metadata: RowMetadata;
  vector?: Float32Array;
}

export function hitItem(hit: ShownHit, rank: number, query: ArrayLike<number>): HTMLLIElement {
  const more = html('button', { type: 'button', class: 'more', 'data-row': hit.id });
  more.append(html('span', { class: 'hidden' }, 'More like '), `row ${hit.id}`);
  const item = html(
    'li',
    { class: 'hit' },
    html('span', { class: 'rank', 'aria-hidden': 'true' }, String(rank)),
    html(
      'div',
      { class: 'line' },
      more,
      html(
        'span',
        { class: 'numbers' },
        html('span', { class: 'unit' }, 'distance '),
        format.distance(hit.distance),
        html('span', { class: 'unit' }, ' score '),
        format.distance(hit.score),
      ),
    ),
  );
  if (hit.vector) item.append(strip(hit.vector, query));
  item.append(...passage(hit.metadata));
  return item;
}

export function strip(vector: ArrayLike<number>, reference: ArrayLike<number>): HTMLCanvasElement {
  const canvas = html('canvas', { class: 'strip', 'aria-hidden': 'true', height: 1 });
  fingerprint(canvas, vector, reference);
  return canvas;
}

/** The text of a row and the source of the text. For a synthetic row, its place. */
export function passage(metadata: RowMetadata | null): HTMLElement[] {
  if (!metadata) return [];
  const { text, author, work, words, cluster, direction, offset } = metadata;
  const parts =
    text === undefined
      ? [
          cluster !== undefined && `cluster ${cluster}`,
          direction !== undefined && `direction ${direction}`,
          offset !== undefined && `offset ${offset}`,
        ]
      : [
          author !== undefined && format.name(author),
          work !== undefined && format.title(work),
          words !== undefined && `${format.count(words)} words`,
        ];
  const source = parts.filter((part) => part !== false).join(', ');
  return [
    ...(text === undefined ? [] : [html('p', { class: 'text' }, text)]),
    ...(source === '' ? [] : [html('p', { class: 'source' }, source)]),
  ];
}
