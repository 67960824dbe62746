// The database of a store, opened at the first call that needs the database.

import { EdgeVec, EdgeVecError, type OpenOptions } from '../../index.js';

/** The database of a store. */
export interface StoreDatabase<M extends object> {
  /** The database, or undefined if nobody has made the database yet. Makes no database. */
  existing(): Promise<EdgeVec<M> | undefined>;
  /** The database. A new database gets these dimensions. */
  ready(dimensions: number): Promise<EdgeVec<M>>;
  close(): Promise<void>;
}

/** A database of the application, which the application also closes. */
export function givenDatabase<M extends object>(db: EdgeVec<M>): StoreDatabase<M> {
  return { existing: async () => db, ready: async () => db, close: async () => {} };
}

/** A database that the store opens and closes. */
export class LazyDatabase<M extends object> implements StoreDatabase<M> {
  readonly #options: OpenOptions;
  /** The last attempt to open. Attempts come one after the other, so a single database is open. */
  #last: Promise<EdgeVec<M> | undefined> = Promise.resolve(undefined);
  #isClosed = false;

  constructor(options: OpenOptions) {
    this.#options = options;
  }

  existing(): Promise<EdgeVec<M> | undefined> {
    return this.#attempt(() => this.#openExisting());
  }

  async ready(dimensions: number): Promise<EdgeVec<M>> {
    const open = (): Promise<EdgeVec<M>> => EdgeVec.open<M>({ dimensions, ...this.#options });
    return (await this.#attempt(open)) as EdgeVec<M>;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const db = await this.#last.catch(() => undefined);
    await db?.close();
  }

  #attempt(open: () => Promise<EdgeVec<M> | undefined>): Promise<EdgeVec<M> | undefined> {
    if (this.#isClosed) return Promise.reject(closed());
    this.#last = this.#last.catch(() => undefined).then((db) => db ?? open());
    return this.#last;
  }

  async #openExisting(): Promise<EdgeVec<M> | undefined> {
    const { dimensions, ...options } = this.#options;
    const { name, whenUnavailable } = options;
    if (name === undefined) return undefined;
    try {
      // Without dimensions, `open` makes no new database.
      const db = await EdgeVec.open<M>({ ...options, name });
      if (dimensions === undefined || db.dimensions === dimensions) return db;
      await db.close();
      throw differing(name, db.dimensions, dimensions);
    } catch (error) {
      const code = error instanceof EdgeVecError ? error.code : undefined;
      if (code === 'NOT_FOUND') return undefined;
      // The first write opens a database in memory, which has no rows yet.
      if (code === 'STORAGE_UNAVAILABLE' && whenUnavailable === 'memory') return undefined;
      throw error;
    }
  }
}

function differing(name: string, stored: number, given: number): EdgeVecError {
  return new EdgeVecError('OPTIONS_DIFFER', `The database "${name}" was made with other options`, {
    expected: `dimensions ${stored}`,
    got: `dimensions ${given}`,
    remedy: 'Leave the dimensions out, take another name, or drop the database first.',
  });
}

function closed(): EdgeVecError {
  return new EdgeVecError('CLOSED', 'The store is closed', { remedy: 'Make a new store.' });
}
