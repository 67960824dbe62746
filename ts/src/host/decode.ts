// Replies as callers want them: columns become objects, and the engine's distance gets a score beside it.

import type { Hit, Metric, ScannedRecord } from '../types.js';
import type { HitsReply, RecordsReply } from './host.js';

/** Records; with vectors if the reply has them. */
export function recordsOf<M extends object>(reply: RecordsReply, dimensions: number): ScannedRecord<M>[] {
  return reply.ids.map((id, i) => ({ id, ...contentOf<M>(reply, i, dimensions) }));
}

/** Hits, nearest first. */
export function hitsOf<M extends object>(reply: HitsReply, metric: Metric, dimensions: number): Hit<M>[] {
  return reply.ids.map((id, i) => {
    const distance = reply.distances[i] as number;
    return { id, distance, score: scoreOf(metric, distance), ...contentOf<M>(reply, i, dimensions) };
  });
}

function contentOf<M extends object>({ metadata, vectors }: RecordsReply, i: number, dimensions: number) {
  // Metadata may be left out only where {} is a valid M.
  const content = { metadata: (metadata[i] ?? {}) as M };
  return vectors === undefined ? content : { ...content, vector: vectors.slice(i * dimensions, (i + 1) * dimensions) };
}

function scoreOf(metric: Metric, distance: number): number {
  switch (metric) {
    case 'cosine':
      return 1 - distance;
    case 'dot':
      return 0 - distance;
    case 'euclidean':
      return 1 / (1 + distance);
  }
}
