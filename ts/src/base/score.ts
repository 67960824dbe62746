// Scores of distances: higher is closer, whatever the metric.

import type { Metric } from './types.js';

/** The score of a distance, as `Hit` documents both. */
export function scoreOf(metric: Metric, distance: number): number {
  switch (metric) {
    case 'cosine':
      return 1 - distance;
    case 'dot':
      return 0 - distance;
    case 'euclidean':
      return 1 / (1 + distance);
  }
}
