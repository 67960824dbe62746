// The public class of `edgevec/sync`. Arguments are checked here, once.

import { answer, harmless } from '../api/caller.js';
import { ownMethods, showFacts, showInNode } from '../api/instance.js';
import { memoryParts } from '../api/memory-parts.js';
import { checkName } from '../api/options/site.js';
import { asEdgeVecError, changeable } from '../base/errors.js';
import type { Metric, TensorInput, VectorInput } from '../base/types.js';
import { instantiate } from '../engine/instantiate.js';
import { localSite } from '../storage/site.js';
import * as args from './arguments.js';
import type { EdgeVecConfig } from './config.js';
import { engineModule } from './init.js';
import { load } from './load.js';
import { Rows } from './rows.js';
import { type Known, save } from './save.js';
import { beginState, Loaded, placeOf, rowsOf, stateOf } from './state.js';
import type {
  BatchOptions,
  Compaction,
  InsertedBatch,
  SyncHit,
  SyncLoadOptions,
  SyncSaveOptions,
  SyncSearchOptions,
  SyncStats,
} from './types.js';

type Default = Record<string, unknown>;

/**
 * A vector index in memory whose calls answer at once, for code that runs in a worker of its own or
 * in Node. `M` is the type of the metadata of each row. In the thread of a page the index works
 * too, and blocks the page during each call: use `EdgeVec.open` of `edgevec` there.
 *
 * Ids are integers from 0, and the index chooses the ids. Every method throws an
 * {@link EdgeVecError}: `CLOSED` after `free()`, `ENGINE_CRASHED` if the engine with the rows is
 * gone, and the errors in the method's own documentation.
 *
 * @example
 * import init, { EdgeVec, EdgeVecConfig } from 'edgevec/sync';
 * await init();
 * const config = new EdgeVecConfig(384);
 * config.metric = 'cosine';
 * const index = new EdgeVec(config);
 * const id = index.insert(vector);
 * console.log(index.search(vector, 10)); // [{ id: 0, score: 0 }]
 * await index.save('my-index');
 * const again = await EdgeVec.load('my-index');
 */
export class EdgeVec<M extends object = Default> {
  /**
   * An index without rows.
   *
   * @throws `NOT_INITIALIZED` before `init()` is done, `INVALID_OPTIONS`, `OUT_OF_MEMORY`,
   * `UNSUPPORTED` in the thread of a page, if the browser starts no engine at once there (versions
   * of Chrome up to about 114)
   */
  constructor(config: EdgeVecConfig) {
    const state = sync(() => beginState(this, config));
    const { dimensions, metric } = rowsOf(this).options;
    showFacts(this, { dimensions, metric });
    Object.defineProperty(this, 'size', { get: () => state.rows?.count ?? 0, enumerable: true });
    ownMethods(this, EdgeVec.prototype);
    showInNode(this, () => (state.rows === undefined ? { closed: true } : {}));
  }

  /**
   * Reads a stored database into an index: a database that `save` or the entry `edgevec` has
   * stored. The stored database stays as it is, and may be open elsewhere. Later changes of the
   * index are stored only by `save`.
   *
   * @throws `NOT_FOUND`, `NOT_INITIALIZED`, `INVALID_OPTIONS`, `INVALID_ID` if the database has an
   * id other than integers from 0, `DAMAGED`, `UNSUPPORTED_FORMAT`, `STORAGE_UNAVAILABLE`,
   * `STORAGE_FAILED`, `OUT_OF_MEMORY`
   */
  static load<M extends object = Default>(name: string, options: SyncLoadOptions = {}): Promise<EdgeVec<M>> {
    return answer(async () => {
      const { directory, recall, onEvent } = args.read(() => args.loadOptions(options));
      const { module } = engineModule();
      const place = placeOf(checkName(name), directory);
      const around = { start: () => instantiate(module), tell: harmless(onEvent) };
      const { options: stored, collection, known } = await load(await localSite(place.directory), name, around);
      const rows = new Rows(stored, collection, collection.nextId);
      return new EdgeVec<M>(new Loaded(rows, recall, [place.key, known]) as unknown as EdgeVecConfig);
    });
  }

  /** Numbers in each vector. */
  declare readonly dimensions: number;

  /** How closeness is measured. */
  declare readonly metric: Metric;

  /** The number of rows. Deleted rows do not count. */
  declare readonly size: number;

  /** Tells frameworks with reactive objects that an index is no plain object. */
  get [Symbol.toStringTag](): string {
    return 'EdgeVec';
  }

  /**
   * Adds a row, with a copy of the vector. A search finds the row at once: the call links the row
   * into the graph. The call that brings the index to 2,000 rows builds the graph, and now and then
   * a later call learns again how wide searches must be. Such a call takes longer.
   *
   * @returns the id of the row: 0, 1, 2 and so on. An id is never used twice
   * @throws `INVALID_VECTOR`, `DIMENSION_MISMATCH`, `NOT_FINITE`, `ZERO_VECTOR`,
   * `VECTOR_TOO_LARGE`, `INVALID_RECORD`, `METADATA_NOT_STORABLE`, `OUT_OF_MEMORY`
   */
  insert(vector: VectorInput, metadata?: M): number {
    return sync(() => {
      const rows = rowsOf(this);
      const copy = args.copyOne(vector, rows.options.dimensions);
      return rows.insert(copy, [args.copyOf(metadata)]);
    });
  }

  /** The same as `insert(vector, metadata)`. */
  insertWithMetadata(vector: VectorInput, metadata: M): number {
    return this.insert(vector, metadata);
  }

  /**
   * Adds many rows: all, or none if a vector is refused. Faster than as many calls of `insert`.
   *
   * @param vectors an array or another iterable of vectors, or a tensor of `[n, d]`
   * @throws as `insert`, with the row. `INVALID_OPTIONS`
   */
  insertBatch(vectors: Iterable<VectorInput> | TensorInput, options: BatchOptions<M> = {}): InsertedBatch {
    return sync(() => {
      const rows = rowsOf(this);
      const batch = args.readBatch(() => args.copyBatch(vectors, options, rows.options.dimensions));
      const first = rows.insert(batch.vectors, batch.metadata);
      const total = batch.metadata.length;
      return { ids: Array.from({ length: total }, (_, row) => first + row), inserted: total, total };
    });
  }

  /**
   * The nearest rows, nearest first. At most `k` rows, and fewer only if fewer rows are there or
   * match the filter.
   *
   * @param k an integer from 1. Default 10. Or all options with `k`, as the entry `edgevec` takes
   * options
   * @throws `INVALID_VECTOR`, `DIMENSION_MISMATCH`, `NOT_FINITE`, `ZERO_VECTOR`,
   * `VECTOR_TOO_LARGE`, `INVALID_K`, `INVALID_OPTIONS`, `INVALID_FILTER`
   *
   * @example
   * import init, { EdgeVec, EdgeVecConfig } from 'edgevec/sync';
   * await init();
   * const index = new EdgeVec<{ year: number }>(new EdgeVecConfig(384));
   * index.insert(vector, { year: 1990 });
   * const [hit] = index.search(query, 10, { filter: { year: { $gte: 1990 } } });
   * console.log(hit?.id, hit?.score, hit?.metadata?.year);
   */
  search(
    query: VectorInput,
    k: number | (SyncSearchOptions<M> & { readonly k?: number }) = 10,
    options?: SyncSearchOptions<M>,
  ): SyncHit<M>[] {
    return sync(() => {
      const rows = rowsOf(this);
      const { recall, ef } = stateOf(this);
      const asked = args.read(() => args.searchOptions(k, options, ef));
      return rows.search(args.copyOne(query, rows.options.dimensions), asked, recall) as SyncHit<M>[];
    });
  }

  /** Whether a row has this id. @throws `INVALID_ID` */
  has(id: number): boolean {
    return sync(() => rowsOf(this).collection.has(args.checkIndexId(id)));
  }

  /** A copy of the vector of a row, or undefined if no row has this id. @throws `INVALID_ID` */
  getVector(id: number): Float32Array | undefined {
    return sync(() => {
      const rows = rowsOf(this);
      const slot = rows.collection.slotOf(args.checkIndexId(id));
      return slot === undefined ? undefined : rows.vectorOf(slot);
    });
  }

  /**
   * Deletes a row. The space of the row is freed by `compact()`.
   *
   * @returns whether a row had this id
   * @throws `INVALID_ID`
   */
  delete(id: number): boolean {
    return sync(() => rowsOf(this).delete(args.checkIndexId(id)));
  }

  /**
   * Deletes a row, as `delete` does, and refuses an id that no row ever had.
   *
   * @returns true, or false if the row was deleted before
   * @throws `INVALID_ID`, `NOT_FOUND`
   */
  softDelete(id: number): boolean {
    return sync(() => {
      const rows = rowsOf(this);
      const known = args.checkIndexId(id);
      // A row that was deleted before is no error.
      if (!rows.wasHere(known)) rows.slotOf(known);
      return rows.delete(known);
    });
  }

  /** Whether the row was deleted. @throws `INVALID_ID`, `NOT_FOUND` if no row ever had this id */
  isDeleted(id: number): boolean {
    return sync(() => {
      const rows = rowsOf(this);
      const known = args.checkIndexId(id);
      if (!rows.wasHere(known)) rows.slotOf(known);
      return !rows.collection.has(known);
    });
  }

  /** The same as `size`. */
  liveCount(): number {
    return sync(() => rowsOf(this).count);
  }

  /** Deleted rows that still take space. `compact()` frees the space. */
  deletedCount(): number {
    return sync(() => rowsOf(this).collection.engine.tombstones());
  }

  /**
   * Frees the space of all deleted rows. Ids stay. The index never compacts by itself: call
   * `compact` when a quarter of the rows is deleted.
   */
  compact(): Compaction {
    return sync(() => {
      const rows = rowsOf(this);
      const start = performance.now();
      const tombstonesRemoved = rows.collection.engine.tombstones();
      rows.compact();
      return { tombstonesRemoved, newSize: rows.count, durationMs: performance.now() - start };
    });
  }

  /**
   * Sets the metadata of a row: all of the metadata, or a single field with its value. Filters find
   * the change at once.
   *
   * @throws `INVALID_ID`, `NOT_FOUND`, `INVALID_RECORD`, `METADATA_NOT_STORABLE`
   */
  setMetadata(id: number, metadata: M): void;
  setMetadata<K extends keyof M & string>(id: number, key: K, value: M[K]): void;
  setMetadata(id: number, ...[first, value]: readonly [unknown, unknown?]): void {
    sync(() => {
      const rows = rowsOf(this);
      const known = args.checkIndexId(id);
      const slot = rows.slotOf(known);
      const isField = typeof first === 'string';
      const metadata = isField
        ? args.withField(rows.collection.metadataOf(slot), first, value, known)
        : args.copyOf(first, known);
      rows.setMetadata(known, metadata);
    });
  }

  /**
   * A copy of the metadata of a row, or of a single field. Undefined if the row has no metadata, or
   * no such field.
   *
   * @throws `INVALID_ID`, `NOT_FOUND`
   */
  getMetadata(id: number): M | undefined;
  getMetadata<K extends keyof M & string>(id: number, key: K): M[K] | undefined;
  getMetadata(id: number, key?: string): unknown {
    return sync(() => {
      const rows = rowsOf(this);
      const metadata = rows.metadataOf(rows.slotOf(args.checkIndexId(id)));
      if (key === undefined) return metadata;
      return metadata !== undefined && Object.hasOwn(metadata, key) ? (metadata as Default)[key] : undefined;
    });
  }

  /** Counts of rows, and of bytes of memory. */
  stats(): SyncStats {
    return sync(() => {
      const rows = rowsOf(this);
      const { dimensions, metric } = rows.options;
      const stats = rows.stats();
      const { tombstones, levels, precision, memoryBytes, calibratedRows, distances, buildDistances } = stats;
      return {
        count: rows.count,
        tombstones,
        dimensions,
        metric,
        levels,
        precision,
        memoryBytes,
        memory: memoryParts(stats),
        calibratedRows,
        distances,
        buildDistances,
        variant: engineModule().variant,
      };
    });
  }

  /**
   * Stores all rows of this moment on the device, as a database that `load`, and `EdgeVec.open` and
   * `EdgeVec.load` of the entry `edgevec`, open. The call replaces a database of this name in a
   * single step, at the end of the call.
   *
   * @throws `CONFLICT` if the database was written to after this index was loaded from the name, or
   * saved under the name. `BLOCKED` if the database is open in this or another tab, worker or
   * process. `QUOTA`, `READ_ONLY`, `STORAGE_UNAVAILABLE`, `STORAGE_FAILED`, `INVALID_OPTIONS`
   */
  save(name: string, options: SyncSaveOptions = {}): Promise<void> {
    return answer(async () => {
      const rows = rowsOf(this);
      const { known } = stateOf(this);
      const { directory, overwrite } = args.read(() => args.saveOptions(options));
      const place = placeOf(checkName(name), directory);
      const knownOf = (): Known | undefined => (overwrite ? undefined : known.get(place.key));
      const site = () => localSite(place.directory);
      known.set(place.key, await save(rows, site, name, place.key, knownOf));
    });
  }

  /** Frees the memory of the index. Every later call throws `CLOSED`. */
  free(): void {
    const state = stateOf(this);
    state.rows?.free();
    state.rows = undefined;
  }
}

/** Does the work of a method. @throws an `EdgeVecError` */
function sync<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw changeable(asEdgeVecError(error));
  }
}
