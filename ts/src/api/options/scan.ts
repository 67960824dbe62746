// The options of `scan`.

import type { ScanOptions } from '../../base/types.js';
import { checkKeys, flag, integer, MAX_U32 } from './values.js';

const KEYS = { includeVectors: true, batchSize: true } satisfies Record<keyof ScanOptions, true>;

/** Resolves them, with every default filled in. */
export function resolveScan(options: ScanOptions = {}): Required<ScanOptions> {
  checkKeys('scan', options, KEYS);
  const { includeVectors = false, batchSize = 256 } = options;
  return {
    includeVectors: flag('includeVectors', includeVectors),
    batchSize: integer('batchSize', batchSize, 1, MAX_U32),
  };
}
