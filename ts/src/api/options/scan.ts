// The options of `scan`.

import type { Clause } from '../../base/clause.js';
import type { KeysOptions, ScanOptions } from '../../base/queries.js';
import { filterOption, type WithAnyFilter } from './filter.js';
import { checkKeys, flag, integer, MAX_U32 } from './values.js';

const KEYS = { filter: true, limit: true, offset: true, includeVectors: true, batchSize: true } satisfies Record<
  keyof ScanOptions,
  true
>;

const KEYS_KEYS = { filter: true, limit: true, offset: true } satisfies Record<keyof KeysOptions, true>;

/** Options of `scan`, checked, with every default filled in. */
interface ResolvedScan {
  readonly filter: Clause | undefined;
  readonly limit: number;
  readonly offset: number;
  readonly includeVectors: boolean;
  readonly batchSize: number;
}

/** Resolves the options, with every default filled in. */
export function resolveScan(options: WithAnyFilter<ScanOptions> = {}): ResolvedScan {
  checkKeys('scan', options, KEYS);
  const { filter, limit, offset = 0, includeVectors = false, batchSize = 256 } = options;
  return {
    filter: filterOption(filter),
    limit: limit === undefined ? Number.POSITIVE_INFINITY : integer('limit', limit, 1, MAX_U32),
    offset: integer('offset', offset, 0, MAX_U32),
    includeVectors: flag('includeVectors', includeVectors),
    batchSize: integer('batchSize', batchSize, 1, MAX_U32),
  };
}

/** Resolves the options of `keys`. */
export function resolveKeys(options: WithAnyFilter<KeysOptions> = {}): Pick<ResolvedScan, keyof KeysOptions> {
  checkKeys('keys', options, KEYS_KEYS);
  const { filter, limit, offset } = resolveScan(options);
  return { filter, limit, offset };
}
