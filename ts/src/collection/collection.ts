// The visible rows, in order of insertion: for each slot a vector, an id, metadata, and what further
// stores keep of its record. A change goes to all stores.

import { EdgeVecError } from '../base/errors.js';
import { STEP_ROWS } from '../base/time-slices.js';
import type { Id } from '../base/types.js';
import type { Engine } from '../engine/engine.js';
import type { IdStore } from './id-store.js';
import type { Ids } from './ids.js';
import type { Metadata } from './metadata/metadata.js';
import { Records, type SavedStores } from './records.js';
import { furtherStores, type LoadableStore, type SlotRecord, type SlotStore } from './slot-store.js';
import { Vectors } from './vectors.js';

export class Collection implements Ids {
  readonly engine: Engine;
  readonly #records = new Records();
  readonly #ids: IdStore;
  readonly #metadata: Metadata;
  readonly #further: readonly LoadableStore[];
  /** In the order in which their chunks are saved and read. */
  readonly stores: readonly SlotStore[];

  /** @param engine with its rows, or as many as are in; nothing else of them is here before `load` */
  constructor(engine: Engine) {
    this.engine = engine;
    const { ids, metadata, slots } = this.#records;
    this.#ids = ids;
    this.#metadata = metadata;
    this.#further = furtherStores(slots);
    this.stores = [new Vectors(engine), ids, metadata, ...this.#further];
  }

  get count(): number {
    return this.#ids.count;
  }

  /** Chosen ids are this one or above. */
  get nextId(): number {
    return this.#ids.nextId;
  }

  ids(): Iterable<Id> {
    return this.#ids.ids();
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

  idOf(slot: number): Id {
    const id = this.#ids.at(slot);
    if (id === undefined) throw new Error(`slot ${slot} is visible and has no id`);
    return id;
  }

  /** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` if it was saved, and cannot be read */
  metadataOf(slot: number): object | undefined {
    return this.#metadata.of(slot);
  }

  /** The metadata of a slot, with other fields put over its own. @throws `DAMAGED` if it was saved, and is broken */
  mergedMetadata(slot: number, change: object | undefined): object | undefined {
    return this.#metadata.merged(slot, change);
  }

  /** Lets the row of a slot be seen, in place of the row that the id had before. */
  set(id: Id, slot: number, metadata: object | undefined): void {
    const old = this.#ids.slotOf(id);
    const { changes } = this.#records;
    changes.add(slot);
    if (old !== undefined && old !== slot) changes.add(old);
    const record: SlotRecord = { id, metadata };
    for (const store of this.stores) store.set(slot, old, record);
  }

  /** @returns the slot that the row had; undefined if there was none */
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

  /** Chosen ids will be above this one from now on, unless it is larger than any that is chosen. */
  saw(id: Id): void {
    this.#ids.saw(id);
  }

  /** The time now: what is copied from here on is saved as of it. */
  mark(): number {
    return this.#records.changes.mark();
  }

  /** Whether any of these slots has a row that came after that time. */
  haveCome(after: number, first: number, slots: number): boolean {
    for (let slot = first; slot < Math.min(first + slots, this.#ids.slots); slot++) {
      if (this.hasSlot(slot) && this.#records.changes.haveBeen(after, slot, 1)) return true;
    }
    return false;
  }

  /** Makes known how all stores are cut into chunks. Yields now and then; at its end all of it is known. */
  *measure(): Generator<undefined, void> {
    for (const store of this.stores) if (store.measure !== undefined) yield* store.measure();
  }

  /** Takes up what was saved, in place of nothing. Yields now and then. @throws `DAMAGED`, `UNSUPPORTED_FORMAT` */
  *load(saved: SavedStores): Generator<undefined, void> {
    yield* this.#records.load(saved);
    for (const store of this.#further) {
      const chunks = saved.chunks.get(store.name);
      yield* chunks === undefined ? this.#fill(store) : store.load(chunks);
    }
  }

  /**
   * Reads all that was loaded, to know that a write might have brought it. Yields now and then.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`
   */
  *check(): Generator<undefined, void> {
    for (const store of this.stores) if (store.check !== undefined) yield* store.check();
  }

  /** Bytes of memory that each store takes, about, by the store's name. */
  bytes(): ReadonlyMap<string, number> {
    return new Map(this.stores.map((store) => [store.name, store.bytes()]));
  }

  /** Makes a store of records that were saved before there was such a store. Yields now and then. */
  *#fill(store: LoadableStore): Generator<undefined, void> {
    let rows = 0;
    for (const id of this.ids()) {
      const slot = this.slotOf(id) as number;
      store.set(slot, undefined, { id, metadata: this.#metadataFor(slot) });
      if (++rows % STEP_ROWS === 0) yield;
    }
  }

  /** What is broken is told when its row is read; until then a store has nothing of it. */
  #metadataFor(slot: number): object | undefined {
    try {
      return this.mergedMetadata(slot, undefined);
    } catch (error) {
      if (error instanceof EdgeVecError) return undefined;
      throw error;
    }
  }
}
