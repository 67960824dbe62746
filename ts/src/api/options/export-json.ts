// The options of `exportJson`.

import type { ExportJsonOptions } from '../../base/queries.js';
import type { WithAnyFilter } from './filter.js';
import { checkKeys, oneOf } from './values.js';

const KEYS = { filter: true, vectors: true } satisfies Record<keyof ExportJsonOptions, true>;

/** The filter is for `scan`, which checks the filter. */
export function resolveExportJson(options: WithAnyFilter<ExportJsonOptions> = {}) {
  checkKeys('exportJson', options, KEYS);
  const { filter, vectors = 'array' } = options;
  return { filter, vectors: oneOf('vectors', vectors, ['array', 'base64']) };
}
