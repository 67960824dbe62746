// The ids and the metadata of slots: records without their vectors.

import { Changes } from './changes.js';
import { IdStore } from './id-store.js';
import { Metadata } from './metadata/metadata.js';
import type { LoadedChunk } from './slot-store.js';
import type { OrderedSlots } from './words/words.js';

/** The saved data of all stores except the vectors. */
export interface SavedStores {
  /** The chunks of each store, by the store's name. */
  readonly chunks: ReadonlyMap<string, readonly LoadedChunk[]>;
  /** The next id that the database may choose. Chosen ids are never below. */
  readonly nextId: number;
}

export class Records {
  readonly changes = new Changes();
  readonly ids = new IdStore(this.changes);
  readonly metadata: Metadata;
  /** The slots, as other stores may see the slots. */
  readonly slots: OrderedSlots;

  constructor() {
    const { ids, changes } = this;
    this.slots = {
      get count() {
        return ids.slots;
      },
      get now() {
        return changes.now;
      },
      has: (slot) => ids.at(slot) !== undefined,
      orderOf: (slot) => ids.orderOf(slot),
      idOf: (slot) => ids.at(slot),
      haveChanged: (after, first, slots) => changes.haveBeen(after, first, slots),
    };
    this.metadata = new Metadata(this.slots, (slot) => ids.at(slot));
  }

  /**
   * Fills the empty stores with saved data. Yields now and then.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`
   */
  *load({ chunks, nextId }: SavedStores): Generator<undefined, void> {
    const { ids, metadata } = this;
    yield* ids.load(chunks.get(ids.name) ?? []);
    yield* metadata.load(chunks.get(metadata.name) ?? []);
    // Version 1.0.0-alpha.1 also counted ids above `LAST_CHOSEN`. `saw` ignores such a number.
    ids.saw(nextId - 1);
  }
}
