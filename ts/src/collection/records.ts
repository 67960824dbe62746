// The ids and the metadata of slots, without the vectors: what records are but for those.

import { Changes } from './changes.js';
import { IdStore } from './id-store.js';
import { Metadata } from './metadata/metadata.js';
import type { LoadedChunk, Slots } from './slot-store.js';

/** What was saved, but for the vectors. */
export interface SavedStores {
  /** The chunks of each store, by the store's name. */
  readonly chunks: ReadonlyMap<string, readonly LoadedChunk[]>;
  /** Chosen ids are this one or above. */
  readonly nextId: number;
}

export class Records {
  readonly changes = new Changes();
  readonly ids = new IdStore(this.changes);
  readonly metadata: Metadata;
  /** What all other stores may ask. */
  readonly slots: Slots;

  constructor() {
    const { ids, changes } = this;
    this.slots = {
      get count() {
        return ids.slots;
      },
      has: (slot) => ids.at(slot) !== undefined,
      haveChanged: (after, first, slots) => changes.haveBeen(after, first, slots),
    };
    this.metadata = new Metadata(this.slots, (slot) => ids.at(slot));
  }

  /** Takes up what was saved, in place of nothing. Yields now and then. @throws `DAMAGED`, `UNSUPPORTED_FORMAT` */
  *load({ chunks, nextId }: SavedStores): Generator<undefined, void> {
    const { ids, metadata } = this;
    yield* ids.load(chunks.get(ids.name) ?? []);
    yield* metadata.load(chunks.get(metadata.name) ?? []);
    // Written by version 1.0.0-alpha.1 it may be above an id that is larger than any that is chosen.
    ids.saw(nextId - 1);
  }
}
