// The public types of `edgevec/sync`. Types only.

import type { NearestOptions } from '../base/searches.js';
import type { EdgeVecEvent, MemoryParts, Metric, Precision } from '../base/types.js';

/** A metric, by the names of EdgeVec, or `'l2'` for `'euclidean'`. */
export type SyncMetric = Metric | 'l2';

/** A search result of a synchronous index. */
export interface SyncHit<M extends object> {
  /** The id of the row: an integer from 0. */
  readonly id: number;
  /**
   * The distance: **lower is closer**. `cosine`: 1 - cosine (0 to 2). `dot`: minus the dot product.
   * `euclidean`: the true distance. (The entry `edgevec` names this value `distance`, and its
   * `score` is another number.)
   */
  readonly score: number;
  /** A copy of the metadata. Absent if the row has no metadata. */
  readonly metadata?: M;
  /** A copy of the vector, if the search has `includeVectors: true`. */
  readonly vector?: Float32Array;
}

/** Options of `search`: those of the entry `edgevec`, without `k`. */
export type SyncSearchOptions<M extends object> = Omit<NearestOptions<M>, 'k'>;

/** Options of `insertBatch`. */
export interface BatchOptions<M extends object> {
  /** The metadata of each vector, in the same order. `undefined`: no metadata. Default: none. */
  readonly metadata?: readonly (M | undefined)[];
}

/** The result of `insertBatch`. */
export interface InsertedBatch {
  /** The ids of the rows, in the order of the vectors. */
  readonly ids: number[];
  /** The number of rows inserted: all of the batch. */
  readonly inserted: number;
  /** The number of vectors in the batch. */
  readonly total: number;
}

/** The result of `compact`. */
export interface Compaction {
  /** The number of deleted rows whose space was freed. */
  readonly tombstonesRemoved: number;
  /** The number of rows in the index. */
  readonly newSize: number;
  /** How long the call took, in milliseconds. */
  readonly durationMs: number;
}

/** The result of `stats`. Counts are rows. */
export interface SyncStats {
  /** Rows that a search can return. */
  readonly count: number;
  /** Deleted rows that still take space. `compact()` frees the space. */
  readonly tombstones: number;
  /** Numbers in a vector. */
  readonly dimensions: number;
  /** How closeness is measured. */
  readonly metric: Metric;
  /** Levels of the graph, or 0 while the index is so small that scanning is faster. */
  readonly levels: number;
  /**
   * How precisely each vector is kept: the `precision` of the config, or a finer one if the rows
   * could not be told apart otherwise.
   */
  readonly precision: Precision;
  /** Bytes of WebAssembly memory that this index holds: all parts below, and space to grow. */
  readonly memoryBytes: number;
  /** The bytes in use, part by part. */
  readonly memory: MemoryParts;
  /**
   * Number of rows when the index last learnt how wide a search must be for a given recall. 0
   * before the first time.
   */
  readonly calibratedRows: number;
  /** Distances computed by searches so far. */
  readonly distances: number;
  /** Distances computed by inserts and by `compact()` so far. */
  readonly buildDistances: number;
  /** The engine build in use: `relaxed-simd` or `simd128`. */
  readonly variant: string;
}

/** Options of `save`. */
export interface SyncSaveOptions {
  /** The folder of databases, if databases are kept in files. Default `.edgevec`. */
  readonly directory?: string;
  /**
   * Replace the stored database even if another index or database has written to the stored
   * database after this index was loaded from the name, or saved under the name. Default false: the
   * call rejects with `CONFLICT`.
   */
  readonly overwrite?: boolean;
}

/** Options of `load`. */
export interface SyncLoadOptions {
  /** The folder of databases, if databases are kept in files. Default `.edgevec`. */
  readonly directory?: string;
  /**
   * The share of the true nearest rows that a search finds on average: a number above 0 and below
   * 1. Default 0.95.
   */
  readonly recall?: number;
  /**
   * Called with `graph-rebuilt` if the stored graph was damaged, and was built again. Default:
   * `console.warn`.
   */
  readonly onEvent?: (event: EdgeVecEvent) => void;
}
