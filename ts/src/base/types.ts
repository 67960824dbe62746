// The public vocabulary: ids, vectors, records, hits. Types only.

/**
 * The user's name for a row. `1` and `'1'` are different ids. Numbers must be finite. Above 2^53,
 * JavaScript cannot represent every integer as a number. Keep larger ids (snowflakes) as strings,
 * or two ids may become the same id.
 */
export type Id = string | number;

/**
 * How closeness is measured. {@link Hit.distance} and {@link Hit.score} give the values of each
 * metric.
 */
export type Metric = 'cosine' | 'dot' | 'euclidean';

/** When a write is acknowledged: see {@link OpenOptions.durability}. */
export type Durability = 'relaxed' | 'strict';

/** How precisely the database keeps each number of a vector: see {@link OpenOptions.precision}. */
export type Precision = 'float32' | 'int16' | 'int8';

/**
 * A tensor as transformers.js, ONNX Runtime and TensorFlow.js have tensors: `dims` with the numbers
 * in `data`, or `shape` with the numbers from `dataSync()`. EdgeVec reads the numbers only, and
 * needs none of these packages.
 */
export type TensorInput =
  | { readonly dims: readonly number[]; readonly data: ArrayLike<unknown> }
  | { readonly shape: readonly number[]; dataSync(): ArrayLike<unknown> };

/**
 * A vector: `dimensions` finite numbers, as an array, a typed array or a tensor of a single row. A
 * `Float32Array` is the fastest input. `vectorsOf` gives the rows of a tensor `[n, d]`.
 *
 * EdgeVec copies the vector before the call returns to the event loop, and never keeps your array.
 *
 * The `data` of a transformers.js tensor has a type with arrays of bigints, so the compiler accepts
 * these arrays. EdgeVec refuses bigints with `INVALID_VECTOR`.
 */
export type VectorInput = Float32Array | ArrayLike<number> | BigInt64Array | BigUint64Array | TensorInput;

/**
 * A sparse vector, as models such as SPLADE give: the positions of the numbers above 0, and these
 * numbers. Two arrays or typed arrays of the same length, in any order. An index is an integer from
 * 0 to 2^32 - 1, and comes once. A value is a finite number from 0. EdgeVec copies both lists as it
 * copies metadata.
 */
export interface SparseInput {
  /** The positions of the numbers. */
  readonly indices: ArrayLike<number>;
  /** The numbers at these positions. */
  readonly values: ArrayLike<number>;
}

/** A sparse vector, as EdgeVec keeps the vector in the metadata. */
export interface SparseVector extends SparseInput {
  /** In ascending order. */
  readonly indices: Uint32Array;
  /** The value of each index, as a 32-bit float. */
  readonly values: Float32Array;
}

/**
 * The metadata stored with a vector: an object of fields.
 *
 * Metadata may hold plain objects, arrays, strings, numbers, booleans, bigints, `null`,
 * `undefined`, `Date`, `RegExp`, `Map`, `Set`, `ArrayBuffer`, typed arrays (but `Float16Array`) and
 * `DataView`, up to 256 levels deep. Every other value is the error `METADATA_NOT_STORABLE`, and
 * the error names the path to the value. Instances of classes and reactive objects are kept as
 * plain objects of their enumerable fields. Views are kept as their own bytes.
 *
 * EdgeVec copies the metadata when it takes the record. If the record comes from an array, the copy
 * happens at some time before the promise settles. If the record comes from another iterable, the
 * copy happens before EdgeVec asks for the next record.
 *
 * You may leave out `metadata` only if an empty object is a valid `M`.
 */
export type MetadataField<M extends object> =
  Record<never, never> extends M ? { readonly metadata?: M } : { readonly metadata: M };

/** Many records: an array is a single transaction, any other iterable is a stream of batches. */
export type Many<T> = readonly T[] | Iterable<T> | AsyncIterable<T>;

/**
 * A stored record. `vector` has the numbers you wrote. Under cosine, rounding may change the last
 * bits. With a `precision` below `'float32'`, the numbers are as close as the precision allows.
 */
export interface StoredRecord<M extends object> {
  /** The name of the row. */
  readonly id: Id;
  /** A copy of the vector, of the length `dimensions`. */
  readonly vector: Float32Array;
  /** A copy of the metadata, or `{}` if the record was stored without metadata. */
  readonly metadata: M;
}

/** A stored record without its vector: the default of `scan`. */
export type ScannedRecord<M extends object> = Omit<StoredRecord<M>, 'vector'>;

/** A search result. */
export interface Hit<M extends object> {
  /** The name of the row. */
  readonly id: Id;
  /**
   * Lower is closer. `cosine`: 1 - cosine (0 to 2). `dot`: minus the dot product. `euclidean`: the
   * true distance.
   */
  readonly distance: number;
  /**
   * Higher is closer. `cosine`: the cosine (-1 to 1). `dot`: the dot product. `euclidean`: 1 / (1 +
   * distance).
   */
  readonly score: number;
  /** A copy of the stored metadata, or `{}` if the record was stored without metadata. */
  readonly metadata: M;
  /** A copy of the stored vector, if the search has `includeVectors: true`. */
  readonly vector?: Float32Array;
}

/** A hit of a search with `includeVectors: true`. */
export type HitWithVector<M extends object> = Hit<M> & {
  /** A copy of the stored vector. */
  readonly vector: Float32Array;
};

/** The progress of a write. */
export interface Progress {
  /** Rows indexed so far. Searches find these rows when their transaction commits. */
  readonly done: number;
  /** All rows of the write. Absent for a stream, since nobody knows the number. */
  readonly total?: number;
}

/** Options of `insert`, `upsert` and `update`. */
export interface WriteOptions {
  /**
   * Called after each part of the write, in order, before the write's transaction commits. If
   * `onProgress` returns a promise, the write waits for the promise. If `onProgress` throws or the
   * promise rejects, the write is aborted and rejects with the same error. A small write with
   * `onProgress` takes its place among other writes only after the last call of `onProgress`.
   */
  readonly onProgress?: ((progress: Progress) => void) | ((progress: Progress) => PromiseLike<void>);
  /**
   * When the write is acknowledged: see {@link Durability}. Default: the database's `durability`.
   */
  readonly durability?: Durability;
  /**
   * Aborts the write. An aborted array is not written at all. Of an aborted stream, the finished
   * batches stay.
   */
  readonly signal?: AbortSignal;
}

/** Options of `delete`, and of `update` with a filter. */
export interface DeleteOptions {
  /**
   * When the change is acknowledged: see {@link Durability}. Default: the database's `durability`.
   */
  readonly durability?: Durability;
}

/** Where the engine runs. */
export type HostKind = 'worker' | 'in-thread';

/** The result of `stats()`. Counts are rows. */
export interface Stats {
  /** Rows a search can return. */
  readonly count: number;
  /** Rows of writes that have not committed yet. */
  readonly hidden: number;
  /** Removed rows that still take space. `compact()` reclaims these rows. */
  readonly tombstones: number;
  /**
   * Rows outside the graph: the rows wait to be linked, or the database is so small that it has no
   * graph.
   */
  readonly unlinked: number;
  /** Levels of the graph, or 0 while the database is so small that scanning is faster. */
  readonly levels: number;
  /**
   * How precisely each vector is kept: the `precision` of `open`, or a finer one if the rows could
   * not be told apart otherwise (see {@link OpenOptions.precision}).
   */
  readonly precision: Precision;
  /** Bytes of WebAssembly memory that this database holds: all parts below, and space to grow. */
  readonly memoryBytes: number;
  /** The bytes in use, part by part. */
  readonly memory: MemoryParts;
  /**
   * Number of rows when the database last learnt how wide a search must be for a given recall. 0
   * before the first time.
   */
  readonly calibratedRows: number;
  /** Distances computed by searches since the database was opened. */
  readonly distances: number;
  /** Distances computed by writes and by `compact()` since the database was opened. */
  readonly buildDistances: number;
  /** Where the database is kept. */
  readonly storage: StorageStats;
  /**
   * The engine build in use: `relaxed-simd` if the platform has relaxed SIMD, else `simd128`. Both
   * builds give the same answers.
   */
  readonly variant: string;
  /** Where the engine runs. */
  readonly host: HostKind;
}

/** Where a database is kept, and the space for it. */
export interface StorageStats {
  /**
   * How long the stored database lasts.
   *
   * - `'durable'`: until you drop the database.
   * - `'best-effort'`: the browser may clear the database if space is short. `EdgeVec.persist()`
   *   asks the browser to keep the database.
   * - `'ephemeral'`: until you close the database.
   */
  readonly persistence: 'durable' | 'best-effort' | 'ephemeral';
  /** Bytes stored of this database, approximately. 0 if nothing is stored. */
  readonly bytes: number;
  /**
   * Whether writes and `save()` reject with `READ_ONLY`, because this process may not write to the
   * database's folder.
   */
  readonly readOnly: boolean;
  /**
   * Bytes kept back in addition to `bytes`. With this space, rows can be deleted and the database
   * can be saved when there is no other space.
   */
  readonly reserved: number;
  /**
   * Bytes stored by this site, or by everybody if the storage is a disk. Absent if the platform
   * does not tell.
   */
  readonly used?: number;
  /** Bytes that `used` may grow to. */
  readonly quota?: number;
}

/** Bytes in use, by content. */
export interface MemoryParts {
  /** The rows, as precisely as `precision` keeps them. */
  readonly rows: number;
  /**
   * The four-bit codes that searches walk on. 0 while rows are few, or if codes could not tell the
   * rows apart. From 16,000 rows of 256 dimensions on, a further 64 bytes a row for the sketches by
   * which filtered searches leave out far rows.
   */
  readonly codes: number;
  /** The links between rows. */
  readonly graph: number;
  /**
   * The columns of metadata that filters have used, or that `indexed` names. A checkpoint may also
   * read kept columns of earlier sessions, to bring the columns up to date. Columns are in the
   * memory of JavaScript, and `memoryBytes` does not count these bytes.
   */
  readonly columns: number;
  /** The words of the fields for text search (`text` of `open`). 0 without text search. */
  readonly text: number;
  /** The index of the sparse vectors (`sparse` of `open`). */
  readonly sparse: number;
}

/**
 * The rows that one or more writes have changed, by id. Each id is in one list. The listener of
 * `subscribe` and the event `changed` receive such an object.
 */
export interface RowChanges {
  /**
   * Whether any row may have changed: more than 1000 rows have changed, a checkpoint of another tab
   * has taken the place of all rows, or the database has ended. The lists are then empty.
   */
  readonly all: boolean;
  /** New rows. */
  readonly inserted: readonly Id[];
  /** Rows with another vector or other metadata. */
  readonly updated: readonly Id[];
  /** Rows that are gone, also rows that came and went since the changes that were told before. */
  readonly deleted: readonly Id[];
}

/** The events that `onEvent` receives. */
export type EdgeVecEvent =
  /**
   * Another tab has written, or this page has written through another object of the same database.
   * The rows are here: a search may find new rows. The writes of this object give no event.
   */
  | ({ readonly type: 'changed' } & RowChanges)
  /**
   * Nothing can be stored here, so the database is kept in memory, as `whenUnavailable` asks. The
   * database ends with the page.
   */
  | { readonly type: 'degraded'; readonly error: Error }
  /**
   * The end of the log could not be read, and the last `lost` writes are gone (`undefined`: an
   * unknown number). All writes before the damage are whole. Only a failure of the device can
   * damage the log. The readable part of the lost writes is kept for `EdgeVec.salvage` until the
   * next checkpoint.
   */
  | { readonly type: 'log-damaged'; readonly lost: number | undefined; readonly error: Error }
  /**
   * The stored graph was damaged. The database builds the graph again in the background. No row is
   * lost.
   */
  | { readonly type: 'graph-rebuilt'; readonly error: Error }
  /**
   * Rows could not be read. `open` resolves when the database can be searched, and the database
   * reads the rows after that. If `error` is `DAMAGED`, every later call fails with this error. If
   * `error` is `STORAGE_FAILED`, only calls that need these rows fail, and the next such call tries
   * again.
   */
  | { readonly type: 'rows-unreadable'; readonly error: Error }
  /**
   * There was no room for all of a checkpoint, so the checkpoint left out the graph, and opening
   * builds the graph again. Deleted data may still be stored until a checkpoint finds room. Each
   * reduced `save()` gives this event. Of checkpoints in the background, only the first reduced
   * checkpoint gives the event.
   */
  | { readonly type: 'checkpoint-reduced'; readonly error: Error }
  /**
   * A checkpoint could not be written. Every write is still in the log, and the database tries the
   * checkpoint again later.
   */
  | { readonly type: 'checkpoint-failed'; readonly error: Error }
  /**
   * The database is closed, and `error` says why. Another tab has dropped or replaced the database,
   * the browser has cleared the site's data, or other code has asked IndexedDB for a newer version
   * of the stored database.
   */
  | { readonly type: 'storage-gone'; readonly error: Error }
  /** No worker could be started, so the database runs in this thread, in slices of at most 8 ms. */
  | { readonly type: 'worker-unavailable'; readonly error: Error }
  /**
   * The worker is gone, and so are the rows in its memory. Every pending and later call fails with
   * `WORKER_DIED`.
   */
  | { readonly type: 'worker-died'; readonly error: Error };
