// A storage in IndexedDB.

import { type EdgeVecError, hasCode, unanswered } from '../../base/errors.js';
import type { Deadline } from '../../base/timeout.js';
import type { Batch, Keys, SpaceEstimate, StorageBackend, StoreName } from '../storage.js';
import { asBytes, commitTo, storesOf } from './commit.js';
import { Connection } from './connection.js';
import { storageManager } from './platform.js';
import type { Presence } from './presence.js';
import { isPiece, newPiece, PIECE_BYTES, PIECES_AT_ONCE, pieceRange, piecesOf } from './reserve.js';

/** Log entries in one fetch. Each entry may have megabytes. */
const PAGE = 4;

export class IndexedDbStorage implements StorageBackend {
  readonly kind = 'indexeddb';
  readonly lost = 0;
  readonly #presence: Presence;
  readonly #connection: Connection;
  /**
   * Pieces of the reserve at this tab's last look. Other tabs may have changed the number since.
   */
  #piecesHeld = 0;

  /**
   * @param isMade the database exists. If IndexedDB does not find the database, the database is
   * gone, and is not made again
   */
  constructor(
    name: string,
    presence: Presence,
    onGone: (why?: EdgeVecError) => void,
    blockedMs: number,
    isMade: boolean,
  ) {
    this.#presence = presence;
    this.#connection = new Connection(name, isMade, blockedMs, () => presence.end(), onGone);
  }

  async connect(): Promise<void> {
    await this.#connection.connect();
  }

  read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined> {
    return this.#connection.run((db) => {
      const transaction = db.transaction(store);
      this.#connection.watch(transaction.done);
      return transaction
        .objectStore(store)
        .get(key as never)
        .then(asBytes);
    });
  }

  async *scan(after: number): AsyncGenerator<readonly [number, Uint8Array]> {
    let last = after;
    for (;;) {
      const range = IDBKeyRange.lowerBound(last, true);
      const [keys, values] = await this.#connection.run((db) => {
        const transaction = db.transaction('log');
        this.#connection.watch(transaction.done);
        return Promise.all([transaction.store.getAllKeys(range, PAGE), transaction.store.getAll(range, PAGE)]);
      });
      for (const [i, key] of keys.entries()) {
        yield [key, asBytes(values[i]) as Uint8Array];
        last = key;
      }
      if (keys.length < PAGE) return;
    }
  }

  chunks(): Promise<string[]> {
    return this.#connection.run((db) => {
      const transaction = db.transaction('chunks');
      this.#connection.watch(transaction.done);
      return transaction.store.getAllKeys().then((names) => names.filter((name) => !isPiece(name)));
    });
  }

  async commit(batch: Batch): Promise<boolean> {
    for (let pieces = 1; ; pieces *= 2) {
      try {
        return await this.#commit(batch);
      } catch (error) {
        if (!batch.reserved || !hasCode(error, 'QUOTA') || !(await this.#giveBack(pieces))) throw error;
      }
    }
  }

  async reserve(bytes: number): Promise<boolean> {
    const wanted = piecesOf(bytes);
    const there = await this.#pieces();
    const [isWanted, isThere] = [new Set(wanted), new Set(there)];
    const excess = there.filter((key) => !isWanted.has(key));
    if (excess.length > 0) await this.#commit({ delete: excess.map((key) => ['chunks', key]) });
    const missing = wanted.filter((key) => !isThere.has(key));
    this.#piecesHeld = wanted.length - missing.length;
    try {
      for (let at = 0; at < missing.length; at += PIECES_AT_ONCE) {
        const some = missing.slice(at, at + PIECES_AT_ONCE);
        await this.#commit({ put: some.map((key) => ['chunks', key, newPiece()]) });
        this.#piecesHeld += some.length;
      }
    } catch (error) {
      if (hasCode(error, 'QUOTA')) return false;
      throw error;
    }
    return true;
  }

  heldBack(): number {
    return this.#piecesHeld * PIECE_BYTES;
  }

  /** Gives back at most `pieces` pieces of the reserve. False if the reserve has no pieces. */
  async #giveBack(pieces: number): Promise<boolean> {
    const there = await this.#pieces();
    const some = there.slice(-pieces);
    this.#piecesHeld = there.length - some.length;
    if (some.length === 0) return false;
    return this.#commit({ delete: some.map((key) => ['chunks', key]) });
  }

  #pieces(): Promise<string[]> {
    return this.#connection.run((db) => {
      const transaction = db.transaction('chunks');
      this.#connection.watch(transaction.done);
      return transaction.store.getAllKeys(pieceRange());
    });
  }

  async #commit(batch: Batch): Promise<boolean> {
    if (storesOf(batch).length === 0) return true;
    const watch = (done: Promise<void>): void => this.#connection.watch(done);
    return this.#connection.run((db) => commitTo(db, batch, watch), unanswered);
  }

  async estimate(): Promise<SpaceEstimate | undefined> {
    const { usage, quota } =
      (await storageManager()
        ?.estimate?.()
        .catch(() => undefined)) ?? {};
    return usage === undefined || quota === undefined ? undefined : { usage, quota };
  }

  async soleHolder(): Promise<boolean> {
    return !this.#connection.isClosed && (await this.#presence.isAlone());
  }

  async hasOthers(ms: number): Promise<boolean> {
    return !this.#connection.isClosed && (await this.#presence.hasOthers(ms));
  }

  close(deadline?: Deadline): Promise<void> {
    return this.#connection.close(deadline);
  }
}
