// A storage in memory, for tests and for `whenUnavailable: 'memory'`. The data lives as long as the
// `MemorySite`.

import { closed } from '../base/errors.js';
import {
  type Batch,
  type Keys,
  type SpaceEstimate,
  type StorageBackend,
  type StorageSite,
  type StoreName,
  sameBytes,
} from './storage.js';
import { unwritten } from './unwritten.js';

type Stores = { readonly [S in StoreName]: Map<Keys[S], Uint8Array> };

/** Several storages may be open under one name, as tabs may open one database. */
export class MemorySite implements StorageSite {
  readonly kind = 'memory';
  readonly #kept = new Map<string, Stores>();
  readonly #open = new Map<string, Set<MemoryStorage>>();

  async open(name: string, onGone: () => void): Promise<StorageBackend> {
    let stores = this.#kept.get(name);
    if (stores === undefined) {
      stores = { head: new Map(), log: new Map(), chunks: new Map() };
      this.#kept.set(name, stores);
    }
    const holders = this.#open.get(name) ?? new Set<MemoryStorage>();
    this.#open.set(name, holders);
    const storage = new MemoryStorage(stores, holders, onGone);
    holders.add(storage);
    return storage;
  }

  async inspect(name: string): Promise<StorageBackend | undefined> {
    return this.#kept.has(name) ? unwritten(await this.open(name, () => {})) : undefined;
  }

  async list(): Promise<string[]> {
    return [...this.#kept.keys()].sort();
  }

  async drop(name: string): Promise<void> {
    for (const storage of [...(this.#open.get(name) ?? [])]) storage.gone();
    this.#kept.delete(name);
  }
}

class MemoryStorage implements StorageBackend {
  readonly kind = 'memory';
  readonly lost = 0;
  readonly #stores: Stores;
  /** All open storages of the same name, this storage included. */
  readonly #holders: Set<MemoryStorage>;
  readonly #onGone: () => void;
  #closed = false;

  constructor(stores: Stores, holders: Set<MemoryStorage>, onGone: () => void) {
    this.#stores = stores;
    this.#holders = holders;
    this.#onGone = onGone;
  }

  async read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    return this.#stores[store].get(key)?.slice();
  }

  async *scan(after: number): AsyncGenerator<readonly [number, Uint8Array]> {
    this.#assertOpen();
    const keys = [...this.#stores.log.keys()].filter((key) => key > after).sort((a, b) => a - b);
    for (const key of keys) {
      const value = this.#stores.log.get(key);
      if (value !== undefined) yield [key, value.slice()];
    }
  }

  async chunks(): Promise<string[]> {
    this.#assertOpen();
    return [...this.#stores.chunks.keys()];
  }

  async commit({ expect, requires = [], put = [], delete: deleted = [] }: Batch): Promise<boolean> {
    this.#assertOpen();
    if (expect !== undefined && !sameBytes(expect, this.#stores.head.get(0))) return false;
    if (!requires.every((name) => this.#stores.chunks.has(name))) return false;
    for (const [store, key, value] of put) (this.#stores[store] as Map<unknown, Uint8Array>).set(key, value.slice());
    for (const [store, key] of deleted) (this.#stores[store] as Map<unknown, Uint8Array>).delete(key);
    return true;
  }

  async estimate(): Promise<SpaceEstimate | undefined> {
    return undefined;
  }

  async soleHolder(): Promise<boolean> {
    return !this.#closed && this.#holders.size === 1;
  }

  async hasOthers(): Promise<boolean> {
    return this.#holders.size > 1;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#holders.delete(this);
  }

  /** The site drops the database. */
  gone(): void {
    this.#closed = true;
    this.#holders.delete(this);
    this.#onGone();
  }

  #assertOpen(): void {
    if (this.#closed) throw closed();
  }
}
