// The rows of a synchronous index. Each call changes the rows in one piece, so no other code ever
// sees a change half done. Links and calibrations run inside the call too.

import type { CollectionStats } from '../base/calls.js';
import { amend, EdgeVecError } from '../base/errors.js';
import type { EngineOptions, ResolvedSearch } from '../base/options.js';
import { allSteps } from '../base/steps.js';
import { Collection } from '../collection/collection.js';
import { chosenFrom } from '../collection/ids.js';
import { copyStored } from '../collection/metadata/copy.js';
import { planOf } from '../database/query/plan.js';
import { Engine, type Instance } from '../engine/engine.js';
import type { SyncHit } from './types.js';

/** Rows that are handed to the engine at once. */
const PART_ROWS = 256;
/** Steps of linking, or of a compaction, in one call of the engine. */
const BUDGET = 1_024;

export class Rows {
  readonly options: EngineOptions;
  readonly collection: Collection;
  /** The id of the next row. */
  #next: number;

  /** @param collection whose ids are integers from 0 */
  constructor(options: EngineOptions, collection: Collection, next: number) {
    this.options = options;
    this.collection = collection;
    this.#next = next;
    this.#link();
  }

  /** No rows. The first row gets the id 0. @throws `OUT_OF_MEMORY` */
  static empty(instance: Instance, options: EngineOptions): Rows {
    return new Rows(options, new Collection(Engine.create(instance, options)), 0);
  }

  get count(): number {
    return this.collection.count;
  }

  /** Whether a row with this id was ever here. */
  wasHere(id: number): boolean {
    return id < this.#next;
  }

  /**
   * Inserts all rows or none. The rows can be found at once.
   *
   * @param vectors of all rows, one after the other
   * @param metadata of each row. Belongs to the index from here on
   * @returns the id of the first row. The ids of the others follow
   * @throws `NOT_FINITE`, `ZERO_VECTOR`, `VECTOR_TOO_LARGE`, `OUT_OF_MEMORY`, with the row
   */
  insert(vectors: Float32Array, metadata: readonly (object | undefined)[]): number {
    const first = chosenFrom(this.#next, metadata.length);
    const slots = this.#add(vectors, metadata.length);
    this.#link();
    for (const [row, slot] of slots.entries()) this.collection.set(first + row, slot, metadata[row]);
    this.#next = first + metadata.length;
    return first;
  }

  /** Stores rows hidden. */
  #add(vectors: Float32Array, rows: number): number[] {
    const { engine } = this.collection;
    const { dimensions } = this.options;
    const slots: number[] = [];
    for (let row = 0; row < rows; row += PART_ROWS) {
      const end = Math.min(rows, row + PART_ROWS);
      const added = engine.add(vectors.subarray(row * dimensions, end * dimensions), end - row);
      if ('error' in added) {
        for (const slot of slots) engine.remove(slot);
        throw rows === 1 ? added.error : amend(added.error, { row: row + added.row });
      }
      slots.push(...added);
    }
    return slots;
  }

  /** Whether the row was here until now. */
  delete(id: number): boolean {
    return this.collection.delete(id) !== undefined;
  }

  /** The slot of a row. @throws `NOT_FOUND` */
  slotOf(id: number): number {
    const slot = this.collection.slotOf(id);
    if (slot !== undefined) return slot;
    throw new EdgeVecError('NOT_FOUND', this.wasHere(id) ? 'The row was deleted' : 'There is no row with this id', {
      id,
      remedy: 'insert returns the id of a new row.',
    });
  }

  /** A copy of the vector of a row. */
  vectorOf(slot: number): Float32Array {
    const vector = new Float32Array(this.options.dimensions);
    this.collection.engine.copyRow(slot, vector, 0);
    return vector;
  }

  /** A copy of the metadata of a row. @throws `DAMAGED`, `UNSUPPORTED_FORMAT` */
  metadataOf(slot: number): object | undefined {
    const metadata = this.collection.metadataOf(slot);
    return metadata && copyStored(metadata);
  }

  /** @param metadata belongs to the index from here on */
  setMetadata(id: number, metadata: object | undefined): void {
    this.collection.set(id, this.slotOf(id), metadata);
  }

  /** @param recall of searches with neither `ef` nor `recall` */
  search(query: Float32Array, asked: ResolvedSearch, recall: number): SyncHit<object>[] {
    const { collection } = this;
    const { engine, columns } = collection;
    const { filter, offset, includeVectors } = asked;
    while (filter !== undefined && !columns.isReady(filter)) allSteps(columns.prepare(filter));
    const rows = filter && columns.select(filter);
    const request = { ...asked, queries: query, vectors: includeVectors };
    const { k, ef, mode } = planOf(engine, request, rows?.count() ?? this.count, recall);
    // Every row is in memory, so the engine never asks for rows.
    const found = engine.searcher.search(query, k, ef, mode, rows?.words) as number;
    const distances = engine.searcher.hitDistances(found).slice(offset, found);
    return Array.from(engine.searcher.hitSlots(found).slice(offset, found), (slot, i) => {
      const metadata = this.metadataOf(slot);
      return {
        id: collection.idOf(slot) as number,
        score: distances[i] as number,
        ...(metadata && { metadata }),
        ...(includeVectors && { vector: this.vectorOf(slot) }),
      };
    });
  }

  /** Frees the space of deleted rows, and codes all rows again if the codes have drifted. */
  compact(): void {
    const { engine } = this.collection;
    while (engine.compact(BUDGET, false) > 0);
    if (engine.stats().drifted) while (engine.compact(BUDGET, true) > 0);
    this.#link();
  }

  stats(): CollectionStats {
    return { ...this.collection.engine.stats(), stores: Object.fromEntries(this.collection.bytes()) };
  }

  free(): void {
    this.collection.engine.free();
  }

  /** Links all rows, and calibrates if a calibration is due. */
  #link(): void {
    while (this.collection.engine.link(BUDGET) > 0);
  }
}
