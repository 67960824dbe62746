// The options of calls that read or change all rows that match. searches.ts has the searches. Types
// only.

import type { Filter, FilterValue } from './filter-types.js';

type Default = Record<string, unknown>;

/** Options of `scan`. */
export interface ScanOptions<M extends object = Default> {
  /** Only rows whose metadata match. Default: every row. */
  readonly filter?: Filter<M>;
  /** The largest number of records: an integer from 1. Default: no limit. */
  readonly limit?: number;
  /** Leaves out the first records, for pages: an integer from 0. Default 0. */
  readonly offset?: number;
  /** Yield the vector of each record too. Default false. */
  readonly includeVectors?: boolean;
  /** Number of records fetched at once: an integer from 1. Default 256. */
  readonly batchSize?: number;
}

/** Options of `keys`. */
export type KeysOptions<M extends object = Default> = Pick<ScanOptions<M>, 'filter' | 'limit' | 'offset'>;

/** Options of `exportJson`. */
export interface ExportJsonOptions<M extends object = Default> {
  /** Only rows whose metadata match. Default: every row. */
  readonly filter?: Filter<M>;
  /**
   * How vectors are written. `'array'` (default): an array of numbers, for every tool. `'base64'`:
   * the base64 of little-endian 32-bit floats, with a quarter to a third of the size.
   */
  readonly vectors?: 'array' | 'base64';
}

/** Options of `count`. */
export interface CountOptions<M extends object = Default> {
  /** Only rows whose metadata match. Default: every row. */
  readonly filter?: Filter<M>;
}

/** The rows that `delete` deletes. */
export interface Matching<M extends object = Default> {
  /** The rows whose metadata match. `{}` matches every row. */
  readonly filter: Filter<M>;
}

/** A change of all rows that match, for `update`. */
export interface MatchingChange<M extends object = Default> extends Matching<M> {
  /** The fields to change, with their new values. The other fields stay. */
  readonly metadata: Partial<M>;
}

/** Options of `facets`. */
export interface FacetsOptions<M extends object = Default> {
  /** Only rows whose metadata match. Default: every row. */
  readonly filter?: Filter<M>;
  /** The largest number of values of each field: an integer from 1. Default 100. */
  readonly limit?: number;
}

/** A value of a field, and how many rows have the value. */
export interface FacetCount {
  /** The value of the field, or an element of an array. */
  readonly value: FilterValue;
  /** Rows. A row counts once for each different element of an array. */
  readonly count: number;
}

/** The result of `facets`: for each field, its values, most frequent first. */
export type Facets<F extends string> = { readonly [K in F]: readonly FacetCount[] };
