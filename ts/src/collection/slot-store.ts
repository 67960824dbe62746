// The one interface for all data kept for each slot: vectors, ids, metadata, and the data of later
// features. Checkpoints, manifests, exports, imports, the replay of the log and counts know stores
// only by this interface. A feature is a folder here, and registers its store (`registry.ts`). No
// other file names the feature.
//
// A further store must be able to rebuild its data from records. The log holds records, and no data
// of stores. And a checkpoint from before the store existed has no chunks of the store.

import type { Id } from '../base/types.js';
import type { ChunkRef } from '../format/chunk.js';

/** A record, as stores see the record. The vector is already in the engine. */
export interface SlotRecord {
  readonly id: Id;
  /** Metadata that cannot be read here is `Unread` (format/value/unread.ts). */
  readonly metadata: object | undefined;
}

/** The stored copy of a chunk, and the time of the copy by the collection's counter of changes. */
export interface StoredChunk {
  readonly ref: ChunkRef;
  readonly time: number;
}

/** The part of a store that is stored in one chunk. */
export interface SlotChunk {
  /**
   * The same chunk has the same key in every checkpoint. A further store uses its name, `-`, and 0,
   * 1, 2, … in order.
   */
  readonly key: string;
  /** How many slots the chunk covers, if the manifest has this number. */
  readonly slots?: number;
  /** The bytes of the chunk, as far as known before the copy. */
  bytes(): number;
  /** Whether the chunk differs from its stored copy. */
  isDirty(stored: StoredChunk | undefined): boolean;
  /**
   * The bytes of the chunk, copied. Yields now and then. Undefined if the chunk does not exist any
   * more: codes have replaced rows, or metadata has outgrown the chunk.
   */
  copy(): Generator<undefined, Uint8Array | undefined>;
  /** Tells the store that the current state of the chunk has been copied for saving. */
  setClean(): void;
}

/**
 * The data of one kind, kept for each slot. Only `measure`, `copy`, `load` and `check` may take
 * long.
 */
export interface SlotStore {
  /** The name in manifests. The name never changes. */
  readonly name: string;
  /**
   * A record takes a slot.
   *
   * @param old the earlier slot of the record's id: another slot, the same slot, or undefined
   */
  set(slot: number, old: number | undefined, record: SlotRecord): void;
  /** The slot has no record any more. */
  delete(slot: number): void;
  /** Determines the cut into chunks. Yields now and then. Left out if the cut is always known. */
  measure?(): Generator<undefined, void>;
  /** The current chunks, in order. The store must be measured. */
  chunks(): Iterable<SlotChunk>;
  /**
   * Reads all loaded data, to verify that a write could have stored the data. Yields now and then.
   * Left out if `load` verifies the data.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`
   */
  check?(): Generator<undefined, void>;
  /** Approximate memory in bytes. */
  bytes(): number;
}

/** A chunk read from storage, with a right checksum. */
export interface LoadedChunk {
  readonly bytes: Uint8Array;
  /** The number in the manifest. */
  readonly slots?: number | undefined;
}

/**
 * A store whose chunks are all read before the first use. The vectors are another kind of store,
 * since rows may be read later.
 */
export interface LoadableStore extends SlotStore {
  /**
   * Fills the empty store with saved data. Yields now and then.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`
   */
  load(chunks: readonly LoadedChunk[]): Generator<undefined, void>;
}

/** The slots, as a store may see the slots. */
export interface Slots {
  /** The length of the list of slots. All slots with a row are below. */
  readonly count: number;
  /** The time that a change gets now, by the collection's counter of changes. */
  readonly now: number;
  has(slot: number): boolean;
  /**
   * Whether any of these slots has changed after `after`. All slots are in one block
   * (format/blocks.ts).
   */
  haveChanged(after: number, first: number, slots: number): boolean;
}

// biome-ignore lint/correctness/useYield: the whole of it is one step.
export function* inOneStep(copy: () => Uint8Array | undefined): Generator<undefined, Uint8Array | undefined> {
  return copy();
}
