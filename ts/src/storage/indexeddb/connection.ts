// The connection to the stores of one database: made again if the browser takes it away, and let go if
// another tab wants the database gone.

import { closed, type EdgeVecError, superseded } from '../../base/errors.js';
import { Deadline } from '../../base/timeout.js';
import { bounded, failed, orUnavailable, unavailable } from './errors.js';
import { openStores, STORES, type Stores } from './idb.js';
import { hasIndexedDb } from './platform.js';

/** How long the browser may take to hear that a connection is closed, in milliseconds. */
const CLOSED_MS = 500;
/** How a lost connection shows, besides its event: Safari says the last, and the others where the event comes late. */
const LOST = ['InvalidStateError', 'AbortError', 'UnknownError'];

export class Connection {
  readonly #name: string;
  readonly #blockedMs: number;
  readonly #onEnd: () => void;
  readonly #onGone: (why?: EdgeVecError) => void;
  #db: Stores | undefined;
  #connecting: Promise<Stores> | undefined;
  #hasConnected: boolean;
  /** Transactions that have not ended. */
  readonly #running = new Set<Promise<void>>();
  #closed = false;

  /**
   * @param isMade the database is taken for gone if it is not there, and never made
   * @param blockedMs how long others may take to let go, in milliseconds
   * @param onEnd called when no more is asked of the connection, for whatever reason
   * @param onGone called if another tab or the browser takes the database away
   */
  constructor(
    name: string,
    isMade: boolean,
    blockedMs: number,
    onEnd: () => void,
    onGone: (why?: EdgeVecError) => void,
  ) {
    this.#name = name;
    this.#hasConnected = isMade;
    this.#blockedMs = blockedMs;
    this.#onEnd = onEnd;
    this.#onGone = onGone;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** One connection, whoever asks. */
  connect(): Promise<Stores> {
    this.#connecting ??= orUnavailable(() => this.#connect()).finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  /**
   * Runs on the connection; once more on a new one where it has been lost. A commit may then find itself applied. `interrupted`: the error where it was
   * closed meanwhile.
   */
  async run<T>(run: (db: Stores) => Promise<T>, interrupted = closed): Promise<T> {
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

  /** A transaction that has begun: closing waits for its end. */
  watch(done: Promise<void>): void {
    const ended = done.catch(() => {}).then(() => void this.#running.delete(ended));
    this.#running.add(ended);
  }

  async close(deadline: Deadline = new Deadline(2 * CLOSED_MS)): Promise<void> {
    this.#closed = true;
    // WebKit keeps the connection of a worker that ends before it has been told, and it is told once no transaction runs any more: an answer to what is asked
    // after that says that it has.
    await deadline.within(Promise.all(this.#running), CLOSED_MS);
    this.#end();
    await deadline.within(hasIndexedDb() ? indexedDB.databases?.().catch(() => {}) : undefined);
  }

  async #connect(): Promise<Stores> {
    if (!hasIndexedDb()) throw unavailable('There is no IndexedDB here');
    let db: Stores | undefined;
    let isGone = false;
    const opening = openStores(this.#name, {
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

  #end(): void {
    this.#closed = true;
    this.#onEnd();
    this.#db?.close();
    this.#db = undefined;
  }
}
