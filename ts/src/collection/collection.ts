// The visible rows, in order of insertion. For each slot, the stores keep a vector, an id,
// metadata, and the data of further stores. Every change goes to all stores.

import type { ReadonlyBits } from '../base/bits.js';
import { EdgeVecError } from '../base/errors.js';
import { STEP_ROWS } from '../base/time-slices.js';
import type { Id } from '../base/types.js';
import type { Engine } from '../engine/engine.js';
import { SPARSE, WORDS } from '../format/contents.js';
import { Columns } from './columns/columns.js';
import type { IdStore } from './id-store.js';
import type { Ids } from './ids.js';
import type { Metadata } from './metadata/metadata.js';
import { Records, type SavedStores } from './records.js';
import { furtherStores } from './registry.js';
import type { LoadableStore, SlotRecord, SlotStore } from './slot-store.js';
import { Vectors } from './vectors.js';
import { Words } from './words/words.js';

export class Collection implements Ids {
  readonly engine: Engine;
  readonly #records = new Records();
  readonly #ids: IdStore;
  readonly #metadata: Metadata;
  readonly #further: readonly LoadableStore[];
  /** The columns that evaluate filters. */
  readonly columns: Columns;
  /** The words for text search. */
  readonly words: Words;
  /** The sparse vectors. */
  readonly sparse: Words;
  readonly allWords: readonly Words[];
  /** In the order of saving and reading their chunks. */
  readonly stores: readonly SlotStore[];

  /** @param engine with all rows, or with the rows read so far. `load` brings ids and metadata */
  constructor(engine: Engine) {
    this.engine = engine;
    const { ids, metadata, slots } = this.#records;
    this.#ids = ids;
    this.#metadata = metadata;
    this.#further = furtherStores(slots);
    this.columns = new Columns(slots, metadata);
    this.words = new Words(WORDS, engine, slots, metadata);
    this.sparse = new Words(SPARSE, engine, slots, metadata);
    this.allWords = [this.words, this.sparse];
    this.stores = [new Vectors(engine), ids, metadata, ...this.#further, this.columns, ...this.allWords];
  }

  get count(): number {
    return this.#ids.count;
  }

  /** The next id that the database may choose. Chosen ids are never below. */
  get nextId(): number {
    return this.#ids.nextId;
  }

  ids(): Iterable<Id> {
    return this.#ids.ids();
  }

  /** The ids of these rows, in order of insertion. */
  inOrder(rows: ReadonlyBits): Iterable<Id> {
    return this.#ids.inOrder(rows);
  }

  has(id: Id): boolean {
    return this.#ids.has(id);
  }

  slotOf(id: Id): number | undefined {
    return this.#ids.slotOf(id);
  }

  /** Whether a slot has a row. */
  hasSlot(slot: number): boolean {
    return this.#ids.at(slot) !== undefined;
  }

  /** The place of the row of a slot in the order of insertion. */
  orderOf(slot: number): number {
    return this.#ids.orderOf(slot);
  }

  idOf(slot: number): Id {
    const id = this.#ids.at(slot);
    if (id === undefined) throw new Error(`slot ${slot} is visible and has no id`);
    return id;
  }

  /** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` if saved metadata cannot be read */
  metadataOf(slot: number): object | undefined {
    return this.#metadata.of(slot);
  }

  /**
   * The metadata of a slot, with the fields of `change` put over its own.
   *
   * @throws `DAMAGED` if saved metadata is broken
   */
  mergedMetadata(slot: number, change: object | undefined): object | undefined {
    return this.#metadata.merged(slot, change);
  }

  /** Makes the row of a slot visible, in place of the id's earlier row. */
  set(id: Id, slot: number, metadata: object | undefined): void {
    const old = this.#ids.slotOf(id);
    const { changes } = this.#records;
    changes.add(slot);
    if (old !== undefined && old !== slot) changes.add(old);
    const record: SlotRecord = { id, metadata };
    for (const store of this.stores) store.set(slot, old, record);
  }

  /** @returns the slot of the deleted row, or undefined if the id had no row */
  delete(id: Id): number | undefined {
    const slot = this.#ids.slotOf(id);
    if (slot === undefined) return undefined;
    this.#records.changes.add(slot);
    for (const store of this.stores) store.delete(slot);
    return slot;
  }

  choose(count: number, given: Iterable<Id>): number {
    return this.#ids.choose(count, given);
  }

  /**
   * From now on, chosen ids are above this id. An id above `LAST_CHOSEN` (ids.ts) has no effect.
   */
  saw(id: Id): void {
    this.#ids.saw(id);
  }

  /** The current time. A checkpoint keeps the time with each copy made after this call. */
  mark(): number {
    return this.#records.changes.mark();
  }

  /** Whether the row of a slot has changed after `after`. */
  hasChanged(after: number, slot: number): boolean {
    return this.#records.changes.haveBeen(after, slot, 1);
  }

  /** Whether any of these slots has a row that came after `after`. */
  haveCome(after: number, first: number, slots: number): boolean {
    for (let slot = first; slot < Math.min(first + slots, this.#ids.slots); slot++) {
      if (this.hasSlot(slot) && this.#records.changes.haveBeen(after, slot, 1)) return true;
    }
    return false;
  }

  /**
   * Lets each store determine how to cut its data into chunks. Yields now and then. Once the
   * generator is done, every cut is known.
   */
  *measure(): Generator<undefined, void> {
    for (const store of this.stores) if (store.measure !== undefined) yield* store.measure();
  }

  /**
   * Fills the empty collection with saved data. Yields now and then.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`
   */
  *load(saved: SavedStores): Generator<undefined, void> {
    yield* this.#records.load(saved);
    for (const store of this.#further) {
      const chunks = saved.chunks.get(store.name);
      yield* chunks === undefined ? this.#fill(store) : store.load(chunks);
    }
  }

  /**
   * Reads all loaded data, to verify that a write could have stored the data. Yields now and then.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`
   */
  *check(): Generator<undefined, void> {
    for (const store of this.stores) if (store.check !== undefined) yield* store.check();
  }

  /** The approximate memory of each store in bytes, by the store's name. */
  bytes(): ReadonlyMap<string, number> {
    return new Map(this.stores.map((store) => [store.name, store.bytes()]));
  }

  /**
   * Fills a store from the records, if the checkpoint is older than the store. Yields now and then.
   */
  *#fill(store: LoadableStore): Generator<undefined, void> {
    let rows = 0;
    for (const id of this.ids()) {
      const slot = this.slotOf(id) as number;
      store.set(slot, undefined, { id, metadata: this.#metadataFor(slot) });
      if (++rows % STEP_ROWS === 0) yield;
    }
  }

  /**
   * A caller who reads the row gets the error of broken metadata. Until then, the store sees no
   * metadata.
   */
  #metadataFor(slot: number): object | undefined {
    try {
      return this.mergedMetadata(slot, undefined);
    } catch (error) {
      if (error instanceof EdgeVecError) return undefined;
      throw error;
    }
  }
}
