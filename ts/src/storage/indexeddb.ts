// A storage in IndexedDB: one database a name. The only place that knows `idb`.
//
// A transaction that waits for anything but its own requests commits early, so none does. Every promise of one is listened to: what nobody
// listens to is reported as an error nobody handled.

import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { closed, EdgeVecError, superseded, unanswered } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import { Deadline } from '../base/timeout.js';
import { quotaExceeded } from './estimate.js';
import { Presence } from './presence.js';
import { isPiece, newPiece, PIECE_BYTES, PIECES_AT_ONCE, pieceRange, piecesOf } from './reserve.js';
import {
  alone,
  type Batch,
  type Keys,
  type Storage,
  type StorageEstimate,
  type StorageSite,
  type StoreName,
  sameBytes,
} from './storage.js';
import { unwritten } from './unwritten.js';

const PREFIX = 'edgevec:';
/** Of the stores, not of what is in them: that has a version of its own. */
const SCHEMA_VERSION = 1;
const STORES = ['head', 'log', 'chunks'] as const;
/** Entries of the log fetched at once: each may have megabytes. */
const PAGE = 4;
/** How long others may take to let go, in milliseconds. */
const BLOCKED_MS = 5_000;
/** How long the browser may take to hear that a connection is closed, in milliseconds. */
const CLOSED_MS = 500;
/**
 * Chromium keeps values from this size on in files of their own, which it syncs with their own transaction only: a later strict one would
 * survive a power failure without them.
 */
const LARGE_BYTES = 1 << 16;
/** Copied into the database's process in one turn of the event loop: 16 MB at once take 30 ms. */
const TURN_BYTES = 1 << 20;
/** How a lost connection shows, besides its event: Safari says the last, and the others where the event comes late. */
const LOST = ['InvalidStateError', 'AbortError', 'UnknownError'];

interface Schema extends DBSchema {
  head: { key: 0; value: Uint8Array };
  log: { key: number; value: Uint8Array };
  chunks: { key: string; value: Uint8Array };
}

type Db = IDBPDatabase<Schema>;

/** Some frames without an origin throw at the name itself. */
export function hasIndexedDb(): boolean {
  try {
    return typeof indexedDB === 'object' && indexedDB !== null;
  } catch {
    return false;
  }
}

/** Undefined in insecure contexts and old browsers. */
export function storageManager(): Partial<StorageManager> | undefined {
  return typeof navigator === 'object' ? navigator.storage : undefined;
}

export class IndexedDbSite implements StorageSite {
  readonly kind = 'indexeddb';
  readonly #blockedMs: number;

  constructor(blockedMs = BLOCKED_MS) {
    this.#blockedMs = blockedMs;
  }

  async open(name: string, onGone: (why?: EdgeVecError) => void): Promise<Storage> {
    return this.#connected(name, onGone, false);
  }

  async inspect(name: string): Promise<Storage | undefined> {
    try {
      return unwritten(await this.#connected(name, () => {}, true));
    } catch (error) {
      if (error instanceof EdgeVecError && error.code === 'CLOSED') return undefined;
      throw error;
    }
  }

  async #connected(name: string, onGone: (why?: EdgeVecError) => void, isMade: boolean): Promise<Storage> {
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
      // WebKit lists what was never made, its making being aborted, as of version 0.
      const made = found.filter(({ version }) => version !== 0);
      return made.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])).sort();
    });
  }

  async drop(name: string): Promise<void> {
    const remedy = 'Close the other tabs of this site: it is removed once they are.';
    await orUnavailable(() => bounded(name, this.#blockedMs, remedy, deleteDB(PREFIX + name), () => {}));
  }
}

class IndexedDbStorage implements Storage {
  readonly kind = 'indexeddb';
  readonly lost = 0;
  readonly #name: string;
  readonly #presence: Presence;
  readonly #onGone: (why?: EdgeVecError) => void;
  readonly #blockedMs: number;
  #db: Db | undefined;
  #connecting: Promise<Db> | undefined;
  #hasConnected = false;
  /** Of the reserve, when it was last looked at here. */
  #piecesHeld = 0;
  /** Transactions that have not ended. */
  readonly #running = new Set<Promise<void>>();
  #closed = false;

  /** @param isMade it is taken for gone if it is not there, and never made */
  constructor(
    name: string,
    presence: Presence,
    onGone: (why?: EdgeVecError) => void,
    blockedMs: number,
    isMade: boolean,
  ) {
    this.#hasConnected = isMade;
    this.#name = name;
    this.#presence = presence;
    this.#onGone = onGone;
    this.#blockedMs = blockedMs;
  }

  /** One connection, whoever asks. */
  connect(): Promise<Db> {
    this.#connecting ??= orUnavailable(() => this.#connect()).finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined> {
    return this.#try((db) => {
      const transaction = db.transaction(store);
      this.#watch(transaction.done);
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
      const [keys, values] = await this.#try((db) => {
        const transaction = db.transaction('log');
        this.#watch(transaction.done);
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
    return this.#try((db) => {
      const transaction = db.transaction('chunks');
      this.#watch(transaction.done);
      return transaction.store.getAllKeys().then((names) => names.filter((name) => !isPiece(name)));
    });
  }

  async commit(batch: Batch): Promise<boolean> {
    for (let pieces = 1; ; pieces *= 2) {
      try {
        return await this.#commit(batch);
      } catch (error) {
        if (!batch.reserved || (error as EdgeVecError).code !== 'QUOTA' || !(await this.#giveBack(pieces))) throw error;
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
      if ((error as EdgeVecError).code === 'QUOTA') return false;
      throw error;
    }
    return true;
  }

  heldBack(): number {
    return this.#piecesHeld * PIECE_BYTES;
  }

  /** Gives up to so many pieces of the reserve back. False if there are none. */
  async #giveBack(pieces: number): Promise<boolean> {
    const there = await this.#pieces();
    const some = there.slice(-pieces);
    this.#piecesHeld = there.length - some.length;
    if (some.length === 0) return false;
    return this.#commit({ delete: some.map((key) => ['chunks', key]) });
  }

  #pieces(): Promise<string[]> {
    return this.#try((db) => {
      const transaction = db.transaction('chunks');
      this.#watch(transaction.done);
      return transaction.store.getAllKeys(pieceRange());
    });
  }

  async #commit(batch: Batch): Promise<boolean> {
    const { expect, requires = [], put = [], delete: deleted = [] } = batch;
    const used = new Set<StoreName>([...put, ...deleted].map(([store]) => store));
    if (expect !== undefined) used.add('head');
    if (requires.length > 0) used.add('chunks');
    // A sync of what was committed before needs something to commit.
    if (batch.strict) used.add('head');
    if (used.size === 0) return true;
    const strict = batch.strict || put.some(([, , value]) => value.length >= LARGE_BYTES);
    const stores = STORES.filter((store) => used.has(store));
    return this.#try((db) => {
      const transaction = db.transaction(stores, 'readwrite', { durability: strict ? 'strict' : 'relaxed' });
      this.#watch(transaction.done);
      return apply(transaction, stores, batch, strict);
    }, unanswered);
  }

  async estimate(): Promise<StorageEstimate | undefined> {
    const { usage, quota } =
      (await storageManager()
        ?.estimate?.()
        .catch(() => undefined)) ?? {};
    return usage === undefined || quota === undefined ? undefined : { usage, quota };
  }

  async soleHolder(): Promise<boolean> {
    return !this.#closed && (await this.#presence.isAlone());
  }

  async close(deadline: Deadline = new Deadline(2 * CLOSED_MS)): Promise<void> {
    this.#closed = true;
    // WebKit keeps the connection of a worker that ends before it has been told, and it is told once no transaction runs any more: an answer to what is asked
    // after that says that it has.
    await deadline.within(Promise.all(this.#running), CLOSED_MS);
    this.#end();
    await deadline.within(hasIndexedDb() ? indexedDB.databases?.().catch(() => {}) : undefined);
  }

  async #connect(): Promise<Db> {
    if (!hasIndexedDb()) throw unavailable('There is no IndexedDB here');
    let db: Db | undefined;
    let isGone = false;
    const opening = openDB<Schema>(PREFIX + this.#name, SCHEMA_VERSION, {
      upgrade: (fresh, _old, _new, transaction) => {
        // The browser has cleared it. An empty one in its place would be taken for what was there.
        isGone = this.#hasConnected;
        if (isGone) {
          transaction.done.catch(() => {});
          transaction.abort();
        } else for (const store of STORES) fresh.createObjectStore(store);
      },
      // Another tab deletes or upgrades it: whoever keeps it open would block that for ever.
      blocking: (_version, wanted) => {
        db?.close();
        if (this.#closed) return;
        this.#end();
        // Without a version it is deleted. With one, what is stored stays, in stores of another kind.
        this.#onGone(wanted === null ? undefined : superseded(this.#name, wanted));
      },
      // The browser took the connection away (iOS does). The next call opens another.
      terminated: () => {
        if (db !== undefined && this.#db === db) this.#db = undefined;
      },
    });
    const remedy = 'Close the other tabs of this site.';
    try {
      db = await bounded(this.#name, this.#blockedMs, remedy, opening, (late) => late.close());
    } catch (error) {
      if (!isGone || this.#closed) throw error;
      this.#end();
      this.#onGone();
      throw closed();
    }
    if (this.#closed) {
      db.close();
      throw closed();
    }
    this.#db = db;
    this.#hasConnected = true;
    return db;
  }

  #watch(done: Promise<void>): void {
    const ended = done.catch(() => {}).then(() => void this.#running.delete(ended));
    this.#running.add(ended);
  }

  #end(): void {
    this.#closed = true;
    this.#presence.end();
    this.#db?.close();
    this.#db = undefined;
  }

  /**
   * Runs on the connection; once more on a new one where it has been lost. A commit may then find itself applied. `interrupted`: the error where it was
   * closed meanwhile.
   */
  async #try<T>(run: (db: Db) => Promise<T>, interrupted = closed): Promise<T> {
    for (let again = false; ; again = true) {
      if (this.#closed) throw closed();
      const db = this.#db ?? (await this.connect());
      try {
        return await run(db);
      } catch (cause) {
        if (this.#closed) throw interrupted();
        const isLost = this.#db !== db || LOST.includes((cause as Error)?.name);
        if (!isLost || again) throw failed(cause);
        db.close();
        if (this.#db === db) this.#db = undefined;
      }
    }
  }
}

async function apply(
  transaction: IDBPTransaction<Schema, StoreName[], 'readwrite'>,
  stores: StoreName[],
  { expect, requires = [], put = [], delete: deleted = [] }: Batch,
  strict: boolean,
): Promise<boolean> {
  const { done } = transaction;
  /** The first request that failed says why; the others only that the transaction was aborted. */
  let why: unknown;
  const listen = (request: Promise<unknown>): void => {
    request.catch((error) => {
      if ((error as Error)?.name !== 'AbortError') why ??= error;
    });
  };
  try {
    const head = stores.includes('head') ? await transaction.objectStore('head').get(0) : undefined;
    const counts = await Promise.all(requires.map((name) => transaction.objectStore('chunks').count(name)));
    const applies = (expect === undefined || sameBytes(expect, asBytes(head))) && counts.every((count) => count === 1);
    if (applies) {
      let copied = 0;
      for (const [store, key, value] of put) {
        const request = transaction.objectStore(store).put(alone(value), key as never);
        listen(request);
        copied += value.length;
        if (copied < TURN_BYTES) continue;
        copied = 0;
        await request;
      }
      for (const [store, key] of deleted) listen(transaction.objectStore(store).delete(key as never));
      if (strict && put.length === 0 && head !== undefined) listen(transaction.objectStore('head').put(head, 0));
    }
    transaction.commit();
    await done;
    return applies;
  } catch (error) {
    // What threw on its way in must not let the rest be committed.
    try {
      transaction.abort();
    } catch {
      // It has ended already.
    }
    await done.catch(() => {});
    throw why ?? transaction.error ?? error;
  }
}

/** A value as it is, or no bytes at all in place of one that is none: a tool may have put anything there. */
function asBytes(value: unknown): Uint8Array | undefined {
  return value === undefined || value instanceof Uint8Array ? value : new Uint8Array();
}

/** Waits for others to let go, but not for ever. */
async function bounded<T>(
  name: string,
  ms: number,
  remedy: string,
  running: Promise<T>,
  late: (value: T) => void,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refused = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      running.then(late, () => {});
      reject(
        new EdgeVecError('BLOCKED', `The database ${inspect(name)} is held by another tab that does not let go`, {
          expected: `it to be free within ${ms / 1000} s`,
          remedy,
        }),
      );
    }, ms);
  });
  try {
    return await Promise.race([running, refused]);
  } finally {
    clearTimeout(timer);
  }
}

/** What fails while a connection is made: the platform may throw at any of it. */
async function orUnavailable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof EdgeVecError) throw cause;
    const name = (cause as Error)?.name;
    if (name === 'QuotaExceededError') throw failed(cause);
    if (name === 'VersionError') {
      throw new EdgeVecError('UNSUPPORTED_FORMAT', 'The database is of a newer EdgeVec version', {
        remedy: 'Reload the page to get the version that wrote it.',
        cause,
      });
    }
    throw unavailable('IndexedDB cannot be used here', cause);
  }
}

function unavailable(problem: string, cause?: unknown): EdgeVecError {
  return new EdgeVecError('STORAGE_UNAVAILABLE', problem, {
    remedy:
      "Private windows and sandboxed frames may have none. To keep the database in memory there, pass whenUnavailable: 'memory'.",
    ...(cause === undefined ? {} : { got: String(cause), cause }),
  });
}

function failed(cause: unknown): EdgeVecError {
  if ((cause as Error)?.name === 'QuotaExceededError') {
    return quotaExceeded('indexeddb', { cause });
  }
  return new EdgeVecError('STORAGE_FAILED', 'The storage failed', { got: String(cause), cause });
}
