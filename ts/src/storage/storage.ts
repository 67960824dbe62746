// A storage keeps the bytes of a database in three small stores, which change together.
//
// Every implementation keeps these promises, and ts/test/suites/storage.ts checks the promises:
//
// - A commit is applied whole or not at all, also if the process dies during the commit.
// - Commits of all holders of a storage take effect one after the other.
// - A strict commit and all earlier commits survive a power failure, as far as the platform can
//   tell, also the commits of earlier processes. A relaxed commit survives at least the end of the
//   process. A power failure may take a relaxed commit back, and keep its deletions of chunks.

import type { EdgeVecError } from '../base/errors.js';
import type { Deadline } from '../base/timeout.js';

/**
 * The keys of each store. `head` has one small value under the key 0, and commits are fenced by the
 * head. `log` has ascending numbers. `chunks` has names, in no order.
 */
export interface Keys {
  head: 0;
  log: number;
  chunks: string;
}

export type StoreName = keyof Keys;

export type Put = { readonly [S in StoreName]: readonly [store: S, key: Keys[S], value: Uint8Array] }[StoreName];
export type Delete = { readonly [S in 'log' | 'chunks']: readonly [store: S, key: Keys[S]] }['log' | 'chunks'];

/** The changes of a commit. A commit applies all changes or none. */
export interface Batch {
  /**
   * The bytes that `head` must hold if the batch is to be applied. `null` means that `head` must be
   * empty. Without `expect`, any head will do.
   */
  readonly expect?: Uint8Array | null;
  /** Chunks that must exist if the batch is to be applied. */
  readonly requires?: readonly string[];
  /** The values belong to the storage from here on: the caller no longer changes the values. */
  readonly put?: readonly Put[];
  readonly delete?: readonly Delete[];
  /** The commit waits until it would survive a power failure, as far as the platform can tell. */
  readonly strict?: boolean;
  /**
   * The batch may use the reserve, since the batch frees room or leads to free room: a deletion, or
   * a checkpoint. Other batches fail with `QUOTA` and leave the reserve alone. A storage without a
   * reserve treats both kinds alike.
   */
  readonly reserved?: boolean;
}

/** Room on the device, in bytes. */
export interface SpaceEstimate {
  readonly usage: number;
  readonly quota: number;
}

/**
 * One open storage. Every method rejects with an `EdgeVecError`:
 *
 * - `QUOTA` if the device has no room. Nothing is written then.
 * - `STORAGE_FAILED` if the platform failed.
 * - `CLOSED` after `close`, or if another tab took the storage away.
 */
export interface StorageBackend {
  /** The kind of storage, for people. */
  readonly kind: 'indexeddb' | 'files' | 'memory';
  /**
   * Unreadable bytes after the last readable commit. The bytes held an unknown number of lost
   * commits.
   */
  readonly lost: number;
  /**
   * Whether no head was ever stored. A crash may then have cut the first commit short, and left the
   * chunks of that commit behind. Undefined if the storage applies every commit whole, chunks
   * included.
   */
  readonly isUnbegun?: boolean;
  /** Whether every commit fails with `READ_ONLY`. */
  readonly isReadOnly?: boolean;
  /**
   * Another program may have stored a value of another type: such a value reads as empty bytes, and
   * empty bytes fail every check.
   */
  read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined>;
  /**
   * The log's entries above `after`, ascending. Entries written during the scan may be left out.
   */
  scan(after: number): AsyncIterable<readonly [key: number, value: Uint8Array]>;
  /** The names of all chunks. */
  chunks(): Promise<string[]>;
  /**
   * False if `head` differs from `expect`, or if a required chunk is missing. Nothing has changed
   * then. After an error other than `QUOTA` and `CLOSED`, the commit may have been applied or not.
   */
  commit(batch: Batch): Promise<boolean>;
  /** The used and the allowed bytes. Undefined if the platform does not tell. */
  estimate(): Promise<SpaceEstimate | undefined>;
  /**
   * Sets the size of the reserve to `bytes`. A `reserved` batch that finds no other room gives some
   * of the reserve back. False if the device has no room for the whole reserve. Undefined if the
   * storage has no reserve.
   */
  readonly reserve?: ((bytes: number) => Promise<boolean>) | undefined;
  /** Bytes of the reserve, as far as this tab knows. Another tab may have given some back. */
  heldBack?(): number;
  /**
   * Whether no other handle, tab, thread or process has the storage open at this moment. False if
   * nobody can tell. A storage without this method cannot tell.
   *
   * If a chunk was listed before such a moment, and neither checkpoint nor log names the chunk
   * after the moment, the chunk's writer has ended. Nobody will ever name the chunk.
   */
  soleHolder?(): Promise<boolean>;
  /**
   * Whether another handle, tab or thread has the storage open, after up to `ms` milliseconds in
   * which others may close the storage. False also if nobody can tell. A storage without this
   * method cannot tell.
   */
  hasOthers?(ms: number): Promise<boolean>;
  /** Whether the storage can only be closed and opened again. */
  readonly hasFailed?: boolean;
  /**
   * Whether the stored data has been removed or replaced. Undefined if the storage calls `onGone`
   * by itself.
   */
  isGone?(): Promise<boolean>;
  /**
   * The channel between the holders of the storage. Undefined if the platform's own way is used, if
   * the platform has a way.
   */
  readonly channel?: ChangeChannel;
  /**
   * @param deadline the time by which `close` ends, also if the platform does not answer. Default:
   * a deadline of the storage's own
   */
  close(deadline?: Deadline): Promise<void>;
}

/**
 * Holders of one storage tell each other about changes. A message may be lost or late. A writer
 * therefore also looks for changes itself.
 */
export interface ChangeChannel {
  /** Tells all other holders. */
  notify(): void;
  /** Sets the function that is called when another holder tells about changes. */
  onChange(listener: () => void): void;
  close(): void;
}

/** All storages of one kind on this device. */
export interface StorageSite {
  readonly kind: StorageBackend['kind'];
  /**
   * Opens the storage of this name, or makes a new storage. The storage calls `onGone` once if the
   * platform or another tab takes the storage away.
   *
   * @throws `STORAGE_UNAVAILABLE` if the platform refuses, `BLOCKED` if other holders do not let
   * go.
   */
  open(name: string, onGone: (why?: EdgeVecError) => void): Promise<StorageBackend>;
  /**
   * The stored data under this name, to look at, in any state. Undefined if nothing is stored.
   * Looking makes no storage, takes no lock that keeps others out and writes nothing. Every commit
   * is refused. Others may have the storage open and write meanwhile.
   *
   * @throws `STORAGE_UNAVAILABLE`, `BLOCKED`
   */
  inspect(name: string): Promise<StorageBackend | undefined>;
  /** The names of all storages, ascending. */
  list(): Promise<string[]>;
  /** Removes a storage, if the storage exists. @throws `BLOCKED` if other holders do not let go. */
  drop(name: string): Promise<void>;
}

export function sameBytes(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean {
  if (a == null || b == null) return a == null && b == null;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * The bytes in a buffer without other bytes. Storing a view would store the whole buffer of the
 * view.
 */
export function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return whole ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
}
