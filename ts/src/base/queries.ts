// The options of calls that read many rows, and of calls that change all rows that match. Types
// only.

import type { Filter, FilterValue } from './filter-types.js';
import type { Id } from './types.js';

type Default = Record<string, unknown>;

/** Options of `search` and `searchMany`. */
export interface SearchOptions<M extends object = Default> {
  /**
   * The largest number of hits: an integer from 1. Default 10. A search returns fewer hits only if
   * fewer rows are in the database or match the filter. A search runs in one piece and takes some
   * 20 ms for 20,000 hits.
   */
  readonly k?: number;
  /**
   * Leaves out the nearest rows, for pages of hits: an integer from 0. Default 0. The second page
   * of ten has `{ k: 10, offset: 10 }`. The database looks for `offset + k` rows, and a wider
   * search may find a near row that an earlier page missed. Pass the same `ef` with each page, at
   * least `offset + k` of the last page, if no row may be on two pages.
   */
  readonly offset?: number;
  /**
   * Only rows whose metadata match. The search returns `k` hits if `k` rows match, however few of
   * all rows these are. Default: every row.
   *
   * @example
   * await db.search(query, { filter: { year: { $gte: 1990 }, tags: { $contains: 'poetry' } } });
   */
  readonly filter?: Filter<M>;
  /**
   * The share of the true nearest rows to find, on average: a number above 0 and below 1. A higher
   * `recall` takes longer. Default: the database's `recall`, 0.95. Use `exact` if the search must
   * find every nearest row.
   */
  readonly recall?: number;
  /**
   * Breadth of the graph search, in place of `recall`: an integer from 1. A value below `k` is
   * raised to `k`. Use `ef` if you know the algorithm, and for benchmarks.
   */
  readonly ef?: number;
  /** Compare the query with every row: slow on large sets, always right. Default false. */
  readonly exact?: boolean;
  /** Return the vector of each hit too. Default false. */
  readonly includeVectors?: boolean;
}

/** A query of `search` by words. */
export interface TextSearch<M extends object = Default> {
  /**
   * The words to look for, at most 10,000 characters. A row needs only one of the words, and rows
   * with more words and rarer words come first (BM25).
   */
  readonly text: string;
  /** The largest number of hits: an integer from 1. Default 10. */
  readonly k?: number;
  /** Leaves out the best rows, for pages of hits: an integer from 0. Default 0. */
  readonly offset?: number;
  /** Only rows whose metadata match. Default: every row. */
  readonly filter?: Filter<M>;
  /**
   * The last word may be the beginning of a word, for a search while the user types. Default false.
   * Up to 50 words of the database count: the shortest words that begin so.
   */
  readonly prefix?: boolean;
  /**
   * A word may have a typo: a character too many, too few or wrong, or two neighbours exchanged.
   * Default false. For words of four bytes and more. Up to 50 words of the database count for a
   * word: the shortest.
   */
  readonly fuzzy?: boolean;
  /** Tell where the words are in the text fields of each hit. Default false. */
  readonly highlight?: boolean;
  /** Return the vector of each hit too. Default false. */
  readonly includeVectors?: boolean;
}

/** A hit of a search by words. */
export interface TextHit<M extends object> {
  /** The name of the row. */
  readonly id: Id;
  /** The score by BM25: above 0, and higher for a better row. */
  readonly score: number;
  /** A copy of the stored metadata. */
  readonly metadata: M;
  /** A copy of the stored vector, if the search has `includeVectors: true`. */
  readonly vector?: Float32Array;
  /** If the search has `highlight: true`. */
  readonly highlights?: Highlights;
}

/**
 * Where the words of a query are in a row: for each text field with words, begin and end of each
 * place, as `slice` takes them. Only the first 100,000 UTF-16 units of a field count.
 */
export type Highlights = Readonly<Record<string, readonly (readonly [start: number, end: number])[]>>;

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

/** A query by a row of the database, in place of a vector: finds the rows most like the row. */
export interface LikeRow {
  /** The id of the row. The hits do not include the row itself. */
  readonly like: Id;
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
