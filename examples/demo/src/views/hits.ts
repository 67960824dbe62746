/** A row in the list of hits: id, distance, metadata, and fingerprint. */
import type { RowMetadata } from '../data/types';
import { html } from '../dom';
import * as format from '../format';
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
      tag(hit.metadata),
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

/** The text of a row and the source of the text, if the data set has texts. */
export function passage(metadata: RowMetadata | null): HTMLElement[] {
  if (!metadata?.text) return [];
  const { author, work } = metadata;
  const from = [author && format.name(author), work && format.title(work)].filter((part) => part !== undefined);
  const parts = [html('p', { class: 'text' }, metadata.text)];
  if (from.length > 0) parts.push(html('p', { class: 'source' }, from.join(', ')));
  return parts;
}

function tag({ cluster }: RowMetadata): HTMLElement {
  return html('span', { class: 'tag' }, cluster === undefined ? '' : `cluster ${cluster}`);
}
