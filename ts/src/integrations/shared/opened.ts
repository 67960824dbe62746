// The open databases of a page, shared by all components that ask for the same options. A database
// opens for its first holder, and closes after its last holder.

import { same } from '../../base/same.js';
import {
  type DimensionsOrName,
  EdgeVec,
  EdgeVecError,
  type EdgeVecEvent,
  type OpenOptions,
  type TextOptions,
} from '../../index.js';
import { report } from './report.js';

type Default = Record<string, unknown>;

/** The options of `EdgeVec.open`. */
export type DatabaseOptions = OpenOptions & TextOptions & DimensionsOrName;

interface Retry {
  /** Opens the database again after an error. Does nothing in any other state. */
  readonly retry: () => void;
}

/** No database was asked for. */
export interface NoDatabase extends Retry {
  /** The kind of the state. */
  readonly status: 'idle';
  /** Whether the database is being opened. */
  readonly isLoading: false;
  /** No database is open in this state. */
  readonly db: undefined;
  /** There is no error in this state. */
  readonly error: undefined;
}

/** The database is being opened. */
export interface LoadingDatabase extends Retry {
  /** The kind of the state. */
  readonly status: 'loading';
  /** Whether the database is being opened. */
  readonly isLoading: true;
  /** No database is open in this state. */
  readonly db: undefined;
  /** There is no error in this state. */
  readonly error: undefined;
}

/** The database is open. */
export interface ReadyDatabase<M extends object = Default> extends Retry {
  /** The kind of the state. */
  readonly status: 'ready';
  /** Whether the database is being opened. */
  readonly isLoading: false;
  /** The open database, shared by all components with equal options. */
  readonly db: EdgeVec<M>;
  /** There is no error in this state. */
  readonly error: undefined;
}

/** The database could not be opened, or another tab has dropped it, or its worker is gone. */
export interface FailedDatabase extends Retry {
  /** The kind of the state. */
  readonly status: 'error';
  /** Whether the database is being opened. */
  readonly isLoading: false;
  /** No database is open in this state. */
  readonly db: undefined;
  /** Why the database is not open. */
  readonly error: EdgeVecError;
}

/** The state of a shared database. A new object for each new state. */
export type DatabaseState<M extends object = Default> =
  | NoDatabase
  | LoadingDatabase
  | ReadyDatabase<M>
  | FailedDatabase;

const nothing = (): void => {};

export const IDLE: NoDatabase = { status: 'idle', isLoading: false, db: undefined, error: undefined, retry: nothing };
export const LOADING: LoadingDatabase = { ...IDLE, status: 'loading', isLoading: true };

/**
 * How long a database stays open for a component that waits to be put on the page, in milliseconds.
 */
const UNHELD_MS = 5_000;

/** A component that holds a database open. */
export interface Holder {
  /** The database is in a new state. */
  changed(): void;
  /** Receives the events of the database. May change at any time. */
  readonly onEvent?: ((event: EdgeVecEvent) => void) | undefined;
}

/** A database that is open, or about to be, for at least one holder. */
class Shared {
  readonly options: DatabaseOptions;
  /** Of a database without a name: the component that has the database for itself. */
  readonly scope: object | undefined;
  readonly #holders = new Set<Holder>();
  #state: DatabaseState = LOADING;
  #db: EdgeVec | undefined;
  #isOver = false;
  /** Resolves once the database is open, or has failed to open. */
  #opening!: Promise<void>;
  /** The opening that a component has waited for. */
  #awaited: Promise<void> | undefined;

  constructor(options: DatabaseOptions, scope: object | undefined) {
    this.options = options;
    this.scope = scope;
    this.#open();
  }

  get state(): DatabaseState {
    return this.#state;
  }

  hold(holder: Holder): () => void {
    this.#holders.add(holder);
    return () => {
      this.#holders.delete(holder);
      // In a later task: React's StrictMode and hot reload take a component off the page and put
      // the component back within a task.
      if (this.#holders.size === 0) setTimeout(this.#closeIfFree);
    };
  }

  /**
   * For a component that is not on the page yet, and so cannot hold the database. If no component
   * holds the database soon after the opening, the database closes.
   */
  opened(): Promise<void> {
    if (this.#awaited !== this.#opening) {
      this.#awaited = this.#opening;
      this.#opening.then(() => setTimeout(this.#closeIfFree, UNHELD_MS));
    }
    return this.#opening;
  }

  /** Forgets an error that a component has thrown. The next opening tries again. */
  forget(): void {
    setTimeout(this.#closeIfFree);
  }

  readonly #closeIfFree = (): void => {
    if (this.#holders.size > 0 || this.#isOver) return;
    this.#isOver = true;
    databases.delete(this);
    this.#close();
  };

  #close(): void {
    this.#db?.close().catch(report);
    this.#db = undefined;
  }

  readonly #retry = (): void => {
    if (this.#state.status === 'error' && !this.#isOver) this.#open();
  };

  #open(): void {
    let ended: Error | undefined;
    this.#set({ ...LOADING, retry: this.#retry });
    const onEvent = (event: EdgeVecEvent): void => {
      if (event.type === 'storage-gone' || event.type === 'worker-died') {
        ended = event.error;
        if (this.#db !== undefined) this.#fail(ended);
      }
      this.#hear(event);
    };
    this.#opening = EdgeVec.open({ ...this.options, onEvent }).then(
      (db) => {
        this.#db = db;
        if (this.#isOver) this.#close();
        else if (ended !== undefined) this.#fail(ended);
        else this.#set({ status: 'ready', isLoading: false, db, error: undefined, retry: this.#retry });
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(cause: unknown): void {
    // What is left of a dead database is freed.
    this.#close();
    const error =
      cause instanceof EdgeVecError ? cause : new EdgeVecError('INTERNAL', 'The database was not opened', { cause });
    this.#set({ status: 'error', isLoading: false, db: undefined, error, retry: this.#retry });
  }

  #set(state: DatabaseState): void {
    this.#state = state;
    for (const holder of [...this.#holders]) holder.changed();
  }

  /** As without an `onEvent`, if no holder has one. */
  #hear(event: EdgeVecEvent): void {
    const listeners = new Set([...this.#holders].map(({ onEvent }) => onEvent).filter((own) => own !== undefined));
    if (listeners.size === 0 && 'error' in event) console.warn(`edgevec: ${event.error.message}`);
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        report(error);
      }
    }
  }
}

const databases = /* @__PURE__ */ new Set<Shared>();

/** Stands for any function: a component makes a new function each time the component renders. */
const FUNCTION = /* @__PURE__ */ Symbol('function');

/** The options that tell two databases apart. */
function valuesOf(options: DatabaseOptions): Record<string, unknown> {
  const values = Object.entries(options).filter(([key, value]) => key !== 'onEvent' && value !== undefined);
  return Object.fromEntries(values.map(([key, value]) => [key, typeof value === 'function' ? FUNCTION : value]));
}

/** Whether the same database may serve both. */
export function sameDatabase(a: DatabaseOptions, b: DatabaseOptions): boolean {
  return same(valuesOf(a), valuesOf(b));
}

/**
 * A component's view of the database with these options. Nothing opens before {@link hold}, so a
 * component may make a view while it renders, on a server too.
 *
 * Components with equal options share a database. A database without a name belongs to its scope.
 * Options are equal by value. Functions are not compared: the functions of the first holder count,
 * except `onEvent`, and each holder has an `onEvent` of its own.
 */
export class DatabaseView<M extends object = Default> {
  readonly #options: DatabaseOptions;
  readonly #scope: object | undefined;

  constructor(options: DatabaseOptions, scope: object) {
    this.#options = options;
    this.#scope = options.name === undefined ? scope : undefined;
  }

  get state(): DatabaseState<M> {
    // The caller says the type of the metadata, as for `EdgeVec.open`.
    return (this.#find()?.state ?? LOADING) as DatabaseState<M>;
  }

  /** Holds the database open until the returned function is called. */
  readonly hold = (holder: Holder): (() => void) => this.#shared().hold(holder);

  /**
   * Opens the database for a component that waits to be put on the page. Each call before the end
   * of an opening gives the same promise, if the database has a name. The promise never rejects.
   */
  opened(): Promise<void> {
    return this.#shared().opened();
  }

  /** Forgets an error that the component throws, so that the next opening tries again. */
  forget(): void {
    this.#find()?.forget();
  }

  #shared(): Shared {
    let shared = this.#find();
    if (shared === undefined) {
      shared = new Shared(this.#options, this.#scope);
      databases.add(shared);
    }
    return shared;
  }

  #find(): Shared | undefined {
    for (const shared of databases) {
      if (shared.scope === this.#scope && sameDatabase(shared.options, this.#options)) return shared;
    }
    return undefined;
  }
}
