// Where a database is kept: three small stores of bytes that change together.
//
// Invariants, which every implementation keeps and ts/test/suites/storage.ts checks: a commit is applied whole or not at all, also where the
// process dies in it; commits of all who have the storage open take effect one after the other; a strict commit and all commits before it
// survive a power failure, as far as the platform can tell, and a relaxed one survives at least the end of the process.

import type { EdgeVecError } from '../base/errors.js';
import type { Deadline } from '../base/timeout.js';

/** `head`: one small value under the key 0, by which commits are fenced. `log`: numbers, ascending. `chunks`: names, in no order. */
export interface Keys {
  head: 0;
  log: number;
  chunks: string;
}

export type StoreName = keyof Keys;

export type Put = { readonly [S in StoreName]: readonly [store: S, key: Keys[S], value: Uint8Array] }[StoreName];
export type Delete = { readonly [S in 'log' | 'chunks']: readonly [store: S, key: Keys[S]] }['log' | 'chunks'];

/** What is to change, all of it or nothing. */
export interface Batch {
  /** What `head` must hold for the batch to be applied; `null`: nothing. Left out, it is applied whatever `head` holds. */
  readonly expect?: Uint8Array | null;
  /** Chunks that must be there for the batch to be applied. */
  readonly requires?: readonly string[];
  /** Values are handed over: a caller changes them no more. */
  readonly put?: readonly Put[];
  readonly delete?: readonly Delete[];
  /** Wait until it would survive a power failure, as far as the platform can tell. */
  readonly strict?: boolean;
  /**
   * The batch may use the room that the storage keeps back, for it frees room or leads to that: a
   * deletion, or a checkpoint. Other batches are `QUOTA` before the reserve is touched. A storage
   * without a reserve makes no difference between the two.
   */
  readonly reserved?: boolean;
}

/** StorageEstimate on the device, in bytes. */
export interface StorageEstimate {
  readonly usage: number;
  readonly quota: number;
}

/**
 * One open storage. Every method rejects with an `EdgeVecError`: `QUOTA` where there is no room (nothing is then written), `STORAGE_FAILED`
 * where the platform failed, and `CLOSED` after `close` or when another tab wants it gone.
 */
export interface Storage {
  /** What holds it, for people. */
  readonly kind: 'indexeddb' | 'files' | 'memory';
  /** Bytes behind the last commit that can be read, which were commits too: these are lost. Whoever made them, nobody knows how many. */
  readonly lost: number;
  /**
   * Whether no head was ever stored, and the commit of the first one may have been cut short by a
   * crash, which leaves its chunks behind. Left out: a commit is there or it is not.
   */
  readonly isUnbegun?: boolean;
  /** Whether every commit is refused, as `READ_ONLY`. */
  readonly isReadOnly?: boolean;
  /** Values that are no bytes, which nobody here has written, are given as none: no bytes at all are never whole. */
  read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined>;
  /** The log's entries above `after`, ascending. Entries written meanwhile may be seen or not. */
  scan(after: number): AsyncIterable<readonly [key: number, value: Uint8Array]>;
  /** The names of all chunks. */
  chunks(): Promise<string[]>;
  /**
   * False, and nothing changed, where `head` does not hold what the batch expects or a chunk it requires is not there. An error other than `QUOTA`
   * and `CLOSED` leaves open whether it was applied.
   */
  commit(batch: Batch): Promise<boolean>;
  /** What is used and what may be; undefined where the platform does not tell. */
  estimate(): Promise<StorageEstimate | undefined>;
  /**
   * Keeps so many bytes back, no more and no less, for batches that are `reserved`. Those give some
   * of it back if they find no other room. False if there is no room for all of it. Left out: the
   * storage keeps nothing back.
   */
  readonly reserve?: ((bytes: number) => Promise<boolean>) | undefined;
  /** Bytes that are kept back, as far as is known here: another tab may have given some back. */
  heldBack?(): number;
  /**
   * Whether nobody else has the storage open at this moment: no other handle, tab, thread or process.
   * False if that cannot be known; so is a storage without this method.
   *
   * A chunk that was listed before such a moment, and that neither the checkpoint nor the log names
   * after it, was left behind by a writer that has ended: nobody will ever name that chunk.
   */
  soleHolder?(): Promise<boolean>;
  /** Whether nothing can be done with it any more but to close it and open it again. */
  readonly hasFailed?: boolean;
  /** Whether what was stored is not there any more, or something else is in its place. Left out: that is told without being asked. */
  isGone?(): Promise<boolean>;
  /** How those who have it open hear of each other; left out: the platform's way, if there is one. */
  readonly channel?: ChangeChannel;
  /** @param deadline by which it ends, also if the platform does not answer. Default: one of its own */
  close(deadline?: Deadline): Promise<void>;
}

/** How those who have one storage open tell each other that there is something new. What is told may be lost or come late: who writes looks for itself. */
export interface ChangeChannel {
  /** Tells all others. */
  notify(): void;
  /** Called when another tells. */
  onChange(listener: () => void): void;
  close(): void;
}

/** All the storages of one kind on this device. */
export interface StorageSite {
  readonly kind: Storage['kind'];
  /**
   * Opens the storage of that name, making it where there is none. `onGone` is called once should the platform or another tab close it.
   *
   * @throws `STORAGE_UNAVAILABLE` where the platform refuses, `BLOCKED` where others hold it and do not let go.
   */
  open(name: string, onGone: (why?: EdgeVecError) => void): Promise<Storage>;
  /**
   * What is stored under that name, to be looked at, whatever state it is in; undefined if there is nothing. Nothing is made, locked or written by it, and a
   * commit is refused. Others may have it open, and write to it meanwhile.
   *
   * @throws `STORAGE_UNAVAILABLE`, `BLOCKED`
   */
  inspect(name: string): Promise<Storage | undefined>;
  /** Their names, ascending. */
  list(): Promise<string[]>;
  /** Removes one, if it is there. @throws `BLOCKED` where others hold it and do not let go. */
  drop(name: string): Promise<void>;
}

export function sameBytes(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean {
  if (a == null || b == null) return a == null && b == null;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Bytes in a buffer of their own: storing a view would store all that it is a view of. */
export function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return whole ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
}
