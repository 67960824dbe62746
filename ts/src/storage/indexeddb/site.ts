// Databases in IndexedDB. Each name has its own stores.

import { type EdgeVecError, hasCode } from '../../base/errors.js';
import type { StorageBackend, StorageSite } from '../storage.js';
import { unwritten } from '../unwritten.js';
import { dropStores } from './drop.js';
import { orUnavailable, unavailable } from './errors.js';
import { PREFIX } from './idb.js';
import { Presence } from './presence.js';
import { IndexedDbStorage } from './storage.js';

/** How long other tabs may take to let go, in milliseconds. */
const BLOCKED_MS = 5_000;

export class IndexedDbSite implements StorageSite {
  readonly kind = 'indexeddb';
  readonly #blockedMs: number;

  constructor(blockedMs = BLOCKED_MS) {
    this.#blockedMs = blockedMs;
  }

  async open(name: string, onGone: (why?: EdgeVecError) => void): Promise<StorageBackend> {
    return this.#connected(name, onGone, false);
  }

  async inspect(name: string): Promise<StorageBackend | undefined> {
    try {
      return unwritten(await this.#connected(name, () => {}, true));
    } catch (error) {
      if (hasCode(error, 'CLOSED')) return undefined;
      throw error;
    }
  }

  async #connected(name: string, onGone: (why?: EdgeVecError) => void, isMade: boolean): Promise<StorageBackend> {
    const presence = await Presence.begin(name);
    const storage = new IndexedDbStorage(name, presence, onGone, this.#blockedMs, isMade);
    try {
      await storage.connect();
    } catch (error) {
      presence.end();
      throw error;
    }
    return storage;
  }

  async list(): Promise<string[]> {
    return orUnavailable(async () => {
      if (typeof indexedDB.databases !== 'function') throw unavailable('This browser does not list its databases');
      const found = await indexedDB.databases();
      // If the making of a database was aborted, WebKit lists the database with version 0.
      const made = found.filter(({ version }) => version !== 0);
      return made.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])).sort();
    });
  }

  async drop(name: string): Promise<void> {
    await orUnavailable(() => dropStores(name, this.#blockedMs));
  }
}
