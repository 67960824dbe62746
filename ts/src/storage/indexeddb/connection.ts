// The connection to the stores of one database. If the browser takes the connection away, the next
// call connects again. If another tab deletes or upgrades the database, the connection ends.

import { closed, type EdgeVecError, superseded } from '../../base/errors.js';
import { Deadline } from '../../base/timeout.js';
import { blocked, bounded, failed, orUnavailable, unavailable } from './errors.js';
import { openStores, STORES, type Stores } from './idb.js';
import { hasIndexedDb } from './platform.js';

/** How long the browser may take to handle `close()`, in milliseconds. */
const CLOSED_MS = 500;
/**
 * Names of the errors of a lost connection. Safari throws the last. Other browsers throw the first
 * two if the call comes before the event `close`.
 */
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
   * @param isMade the database exists. If IndexedDB does not find the database, the database is
   * gone, and is not made again
   * @param blockedMs how long others may take to let go, in milliseconds
   * @param onEnd called when the connection ends, for any reason
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

  /** Calls at the same time share one attempt to connect. */
  connect(): Promise<Stores> {
    this.#connecting ??= orUnavailable(() => this.#connect()).finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  /**
   * Runs `run` on the connection. If the connection is lost, runs `run` once more on a new
   * connection: a commit may then have been applied already. `interrupted` makes the error for a
   * `close` during the call.
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

  /** Takes in the end of a transaction: closing waits for the end. */
  watch(done: Promise<void>): void {
    const ended = done.catch(() => {}).then(() => void this.#running.delete(ended));
    this.#running.add(ended);
  }

  async close(deadline: Deadline = new Deadline(2 * CLOSED_MS)): Promise<void> {
    this.#closed = true;
    // WebKit leaks a worker's connection if the worker ends before WebKit has handled `close()`.
    // WebKit handles `close()` after the last transaction. The list of databases is asked for after
    // `close()`: the answer shows that WebKit has handled `close()`.
    await deadline.within(Promise.all(this.#running), CLOSED_MS);
    this.#end();
    await deadline.within(hasIndexedDb() ? indexedDB.databases?.().catch(() => {}) : undefined);
  }

  async #connect(): Promise<Stores> {
    if (!hasIndexedDb()) throw unavailable('This platform has no IndexedDB');
    let db: Stores | undefined;
    let isGone = false;
    const opening = openStores(this.#name, {
      upgrade: (fresh, _old, _new, transaction) => {
        // The browser has cleared the database. A new, empty database would look like the stored
        // database.
        isGone = this.#hasConnected;
        if (isGone) {
          transaction.done.catch(() => {});
          transaction.abort();
        } else for (const store of STORES) fresh.createObjectStore(store);
      },
      // Another tab deletes or upgrades the database. An open connection here would block the other
      // tab for ever.
      blocking: (_version, wanted) => {
        db?.close();
        if (this.#closed) return;
        this.#end();
        // Without a version, the other tab deletes the database. With a version, the data stays, in
        // stores of a newer schema.
        this.#onGone(wanted === null ? undefined : superseded(this.#name, wanted));
      },
      // The browser took the connection away (iOS does). The next call makes a new connection.
      terminated: () => {
        if (db !== undefined && this.#db === db) this.#db = undefined;
      },
    });
    const refusal = (): EdgeVecError => blocked(this.#name, this.#blockedMs, 'Close the other tabs of this site.');
    try {
      db = await bounded(this.#blockedMs, opening, refusal, (late) => late.close());
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
