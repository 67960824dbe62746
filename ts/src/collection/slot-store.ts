// The one interface of everything that is kept for each slot: vectors, ids, metadata, and whatever a
// later feature keeps. Checkpoints, manifests, exports, imports, the replay of the log and counts know
// stores by this interface only. So a feature is a folder here that registers its store: no other file
// names the feature.
//
// A further store keeps what can be made from records. The log has records, and nothing of a store; and
// a checkpoint of before the store was there has none of its chunks.

import type { Id } from '../base/types.js';
import type { ChunkRef } from '../format/chunk.js';
import { VECTORS } from '../format/contents.js';

/** A record as stores see it. Its vector is in the engine by then. */
export interface SlotRecord {
  readonly id: Id;
  /** Metadata that cannot be read here is `Unread` (format/value/unread.ts). */
  readonly metadata: object | undefined;
}

/** What is stored of a chunk, and as of when by the clock of the collection. */
export interface StoredChunk {
  readonly ref: ChunkRef;
  readonly time: number;
}

/** What is stored as one chunk of a store. */
export interface SlotChunk {
  /** The same chunk has the same key in every checkpoint. Of a further store: its name, `-`, and 0, 1, 2, … in order. */
  readonly key: string;
  /** How many slots the chunk is about, if the manifest says so. */
  readonly slots?: number;
  /** Bytes it takes, as far as that is known before it is copied. */
  bytes(): number;
  /** Whether it is other than what is stored of it. */
  isDirty(stored: StoredChunk | undefined): boolean;
  /**
   * Its bytes, copied; yields now and then. Undefined if there is no such chunk any more: codes take
   * the place of rows, and metadata may have become more than fits.
   */
  copy(): Generator<undefined, Uint8Array | undefined>;
  /** Says that it has been saved as it is. */
  setClean(): void;
}

/** What is kept for each slot. No method but `measure`, `copy`, `load` and `check` may take long. */
export interface SlotStore {
  /** What manifests call it: never another. */
  readonly name: string;
  /** A record takes a slot. @param old the slot that its id had before: another, the same, or none */
  set(slot: number, old: number | undefined, record: SlotRecord): void;
  /** The slot has no record any more. */
  delete(slot: number): void;
  /** Makes known how it is cut into chunks. Yields now and then. Left out: that is always known. */
  measure?(): Generator<undefined, void>;
  /** Its chunks as they are now, in order, once it is measured. */
  chunks(): Iterable<SlotChunk>;
  /**
   * Reads all that was loaded, to know that a write might have brought it. Yields now and then. Left
   * out: `load` has done so.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`
   */
  check?(): Generator<undefined, void>;
  /** Bytes of memory, about. */
  bytes(): number;
}

/** A chunk that has been read back, whole. */
export interface LoadedChunk {
  readonly bytes: Uint8Array;
  /** As in the manifest. */
  readonly slots?: number | undefined;
}

/** A store whose chunks are all read before it is asked for anything. The vectors are none: their rows may come later. */
export interface LoadableStore extends SlotStore {
  /** Takes up what was saved, in place of nothing. Yields now and then. @throws `DAMAGED`, `UNSUPPORTED_FORMAT` */
  load(chunks: readonly LoadedChunk[]): Generator<undefined, void>;
}

/** What a store may ask of the slots. */
export interface Slots {
  /** Slots there are: all with a row are below. */
  readonly count: number;
  has(slot: number): boolean;
  /** Whether any of these slots, of one block (format/blocks.ts), has changed after that time. */
  haveChanged(after: number, first: number, slots: number): boolean;
}

export type StoreFactory = (slots: Slots) => LoadableStore;

const factories = new Map<string, StoreFactory>();
const TAKEN = [VECTORS, 'ids', 'metadata', 'header', 'manifest', 'part', 'aside'];

/**
 * Has every collection that is made from here on keep a further store.
 *
 * @param name small letters. Manifests have it for ever, and a version without the store refuses them
 * @returns ends that, for tests
 */
export function registerStore(name: string, make: StoreFactory): () => void {
  if (!/^[a-z]+$/.test(name) || TAKEN.includes(name) || factories.has(name))
    throw new Error(`no name for a store: ${name}`);
  factories.set(name, make);
  return () => void factories.delete(name);
}

/** The further stores of one collection. */
export function furtherStores(slots: Slots): LoadableStore[] {
  return [...factories.values()].map((make) => make(slots));
}

/** Whether a collection made now would have a further store of this name. */
export function isRegistered(name: string): boolean {
  return factories.has(name);
}

// biome-ignore lint/correctness/useYield: the whole of it is one step.
export function* inOneStep(copy: () => Uint8Array | undefined): Generator<undefined, Uint8Array | undefined> {
  return copy();
}
