// The public vocabulary: ids, vectors, records, hits. Types only.

/**
 * The user's name for a row. `1` and `'1'` are different ids. Numbers must be finite. Above 2^53 not every integer is a
 * number in JavaScript: keep such ids (snowflakes) as strings, or two of them may be one.
 */
export type Id = string | number;

/** How closeness is measured. See {@link Hit.distance} and {@link Hit.score} for what each yields. */
export type Metric = 'cosine' | 'dot' | 'euclidean';

/** When a write is acknowledged: see {@link OpenOptions.durability}. */
export type Durability = 'relaxed' | 'strict';

/** What is kept of each number of a vector: see {@link OpenOptions.precision}. */
export type Precision = 'float32' | 'int16' | 'int8';

/**
 * A vector: `dimensions` finite numbers. A `Float32Array` is the fastest; a transformers.js tensor's `data`, or a
 * `subarray` of it, needs no conversion. It is copied before the call returns to the event loop, never kept.
 */
export type VectorInput = Float32Array | ArrayLike<number>;

/**
 * What is stored with a vector: an object of fields. It may hold plain objects, arrays, strings,
 * numbers, booleans, bigints, `null`, `undefined`, `Date`, `RegExp`, `Map`, `Set`, `ArrayBuffer`,
 * typed arrays (but `Float16Array`) and `DataView`, up to 256 levels deep. All else is the error
 * `METADATA_NOT_STORABLE`, which names the way to it. Instances of classes and reactive objects are
 * kept as plain objects of their enumerable fields, and views as their own bytes. It is copied when
 * the record is taken: from an array at some time before the promise settles, from any other
 * iterable before its next record is asked for.
 *
 * `metadata` may be left out only where an empty object is a valid `M`.
 */
export type MetadataField<M extends object> =
  Record<never, never> extends M ? { readonly metadata?: M } : { readonly metadata: M };

/**
 * A record for `insert`. Without an `id` one is chosen: an integer from 1, above every number up to 2^52 seen as an id so far,
 * deleted ones too. Numbers above 2^52 (4503599627370496) may be ids as well, but are never chosen, and are not counted here.
 */
export type NewRecord<M extends object> = {
  readonly id?: Id;
  readonly vector: VectorInput;
} & MetadataField<M>;

/** A record for `upsert`. */
export type UpsertRecord<M extends object> = {
  readonly id: Id;
  readonly vector: VectorInput;
} & MetadataField<M>;

/** A change for `update`: what is left out stays as it is; `metadata` is merged key by key, one level deep. */
export type RecordChange<M extends object> = {
  readonly id: Id;
  readonly vector?: VectorInput;
  readonly metadata?: Partial<M>;
};

/** One, or many: an array is one transaction, any other iterable is a stream of batches. */
export type Many<T> = readonly T[] | Iterable<T> | AsyncIterable<T>;

/**
 * A stored record. `vector` is the one that was given: under cosine its last bits may differ by rounding, and with a
 * `precision` below `'float32'` it is as close as that keeps.
 */
export interface StoredRecord<M extends object> {
  readonly id: Id;
  readonly vector: Float32Array;
  readonly metadata: M;
}

/** A stored record without its vector, as `scan` yields by default. */
export type ScannedRecord<M extends object> = Omit<StoredRecord<M>, 'vector'>;

/** One search result. */
export interface Hit<M extends object> {
  readonly id: Id;
  /** Lower is closer. `cosine`: 1 - cosine (0 to 2). `dot`: minus the dot product. `euclidean`: the true distance. */
  readonly distance: number;
  /** Higher is closer. `cosine`: the cosine (-1 to 1). `dot`: the dot product. `euclidean`: 1 / (1 + distance). */
  readonly score: number;
  /** A copy of the stored metadata; `{}` if the record was stored without. */
  readonly metadata: M;
  /** A copy of the stored vector, if asked for with `includeVectors: true`. */
  readonly vector?: Float32Array;
}

/** A hit of a search with `includeVectors: true`. */
export type HitWithVector<M extends object> = Hit<M> & { readonly vector: Float32Array };

/** Options of `search` and `searchMany`. */
export interface SearchOptions {
  /**
   * How many hits at most: an integer from 1. Default 10. Fewer come back only when the database holds fewer rows. A single
   * search is done in one piece: some 20 ms for 20,000 hits.
   */
  readonly k?: number;
  /**
   * The share of the true nearest rows to find, on average: a number above 0 and below 1. More takes longer. Default: the
   * database's `recall`, 0.95. Use `exact` where every one must be found.
   */
  readonly recall?: number;
  /**
   * Breadth of the graph search, in place of `recall`: an integer from 1, raised to `k` where smaller. For those who know the
   * algorithm, and for benchmarks.
   */
  readonly ef?: number;
  /** Compare with every row: slow on large sets, always right. Default false. */
  readonly exact?: boolean;
  /** Return each hit's vector too. Default false. */
  readonly includeVectors?: boolean;
}

/** Options of `scan`. */
export interface ScanOptions {
  /** Yield each record's vector too. Default false. */
  readonly includeVectors?: boolean;
  /** Records fetched at once: an integer from 1. Default 256. */
  readonly batchSize?: number;
}

/** How far a write has come. */
export interface Progress {
  /** Rows indexed so far. They become visible when their transaction commits. */
  readonly done: number;
  /** Rows in all; absent for a stream. */
  readonly total?: number;
}

/** Options of `insert`, `upsert` and `update`. */
export interface WriteOptions {
  /**
   * Called after each part of the write, in order, before its transaction commits. If it gives a promise, the write waits for
   * it. An error thrown here, or a promise that rejects, aborts the write, and is what the write rejects with. A small write
   * with `onProgress` takes its place among other writes after that, not when it is called.
   */
  readonly onProgress?: ((progress: Progress) => void) | ((progress: Progress) => PromiseLike<void>);
  /** When the write is acknowledged: see the option of `open`. Default: the database's. */
  readonly durability?: Durability;
  /** Aborts the write: an array is then not written at all; of a stream, the finished batches stay. */
  readonly signal?: AbortSignal;
}

/** Options of `delete`. */
export interface DeleteOptions {
  /** When the deletion is acknowledged: see the option of `open`. Default: the database's. */
  readonly durability?: Durability;
}

/** Where the engine runs. */
export type HostKind = 'worker' | 'in-thread';

/** What `stats()` tells. Counts are rows. */
export interface Stats {
  /** Rows a search can return. */
  readonly count: number;
  /** Rows of writes that have not committed yet. */
  readonly hidden: number;
  /** Removed rows that still take room: `compact()` frees them. */
  readonly tombstones: number;
  /** Rows that are not in the graph: they wait for it, or the set is so small that it has none. */
  readonly unlinked: number;
  /** Levels of the graph; 0 while the set is so small that scanning it is faster. */
  readonly levels: number;
  /** Bytes of WebAssembly memory this database holds: all of the parts below, and room to grow. */
  readonly memoryBytes: number;
  /** The bytes in use, part by part. */
  readonly memory: MemoryParts;
  /** Rows there were when the database last learnt how wide a search must be for a recall; 0 before the first time. */
  readonly calibratedRows: number;
  /** Distances computed by searches since the database was opened. */
  readonly distances: number;
  /** Distances computed by writes and by `compact()` since the database was opened. */
  readonly buildDistances: number;
  /** Where it is kept. */
  readonly storage: StorageStats;
  /** The engine build in use: `relaxed-simd` where the platform has it, else `simd128`. Both give the same answers. */
  readonly variant: string;
  readonly host: HostKind;
}

/** Where a database is kept, and what room there is. */
export interface StorageStats {
  /**
   * `'durable'`: until it is dropped. `'best-effort'`: the browser may clear it under pressure; `EdgeVec.persist()` asks it not to.
   * `'ephemeral'`: until it is closed.
   */
  readonly persistence: 'durable' | 'best-effort' | 'ephemeral';
  /** Bytes stored of this database, about; 0 where nothing is. */
  readonly bytes: number;
  /** Whether writes and `save()` reject with `READ_ONLY`, because this process may not write its folder. */
  readonly readOnly: boolean;
  /**
   * Bytes that are kept back beside those, so that rows can be deleted and the database saved once
   * there is no other room.
   */
  readonly reserved: number;
  /** Bytes that this site, or on a disk everybody, has stored; left out where the platform does not tell. */
  readonly used?: number;
  /** Bytes that it may store. */
  readonly quota?: number;
}

/** Bytes in use, by what they hold. */
export interface MemoryParts {
  /** The rows, as precisely as `precision` keeps them. */
  readonly rows: number;
  /** The four-bit codes that searches walk on; 0 while rows are few, or if codes could not tell the rows apart. */
  readonly levels: number;
  /** The links between rows. */
  readonly graph: number;
}

/** What `onEvent` receives. */
export type EdgeVecEvent =
  /** Another tab has written, and its rows are here: what searches find may be new. Your own writes are not told. */
  | { readonly type: 'changed' }
  /** Nothing can be stored here, so the database is kept in memory, as `whenUnavailable` asks: it ends with the page. */
  | { readonly type: 'degraded'; readonly error: Error }
  /**
   * The end of what was stored could not be read: the last `lost` writes are gone (`undefined`: some, nobody knows how many), and whatever came before
   * is whole. Only a failure of the device does that. What can be read of them is kept until the next checkpoint, for `EdgeVec.salvage`.
   */
  | { readonly type: 'log-damaged'; readonly lost: number | undefined; readonly error: Error }
  /** What was stored of the graph was damaged. It is built anew, in the background; no row is lost. */
  | { readonly type: 'graph-rebuilt'; readonly error: Error }
  /**
   * Rows could not be read: the database is opened as soon as it can be searched, and they come after. After `DAMAGED` every later call fails with
   * this error. After `STORAGE_FAILED` those fail that need these rows; the next one tries again.
   */
  | { readonly type: 'rows-unreadable'; readonly error: Error }
  /**
   * There was no room for all of a checkpoint, so the graph was left out: opening builds it anew. What
   * was deleted may still be stored, until a checkpoint finds room. Told when `save()` ends so, and
   * when a checkpoint that was made by itself is the first such one.
   */
  | { readonly type: 'checkpoint-reduced'; readonly error: Error }
  /** A checkpoint could not be written. Every write is in the log all the same; it is tried again later. */
  | { readonly type: 'checkpoint-failed'; readonly error: Error }
  /**
   * Another tab has dropped the database, the browser has cleared it, or other code has asked IndexedDB for a newer version of it: it is closed, and `error`
   * says which.
   */
  | { readonly type: 'storage-gone'; readonly error: Error }
  /** No worker could be started, so the database runs in this thread, in slices of at most 8 ms. */
  | { readonly type: 'worker-unavailable'; readonly error: Error }
  /** The worker is gone and the rows it held with it. Every pending and later call fails with `WORKER_DIED`. */
  | { readonly type: 'worker-died'; readonly error: Error };
