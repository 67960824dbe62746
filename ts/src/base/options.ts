// What the public calls take as options, and the same once they are checked (`api/options/`).

import type { Durability, EdgeVecEvent, Metric, Precision } from './types.js';

/** What `open` takes. A newcomer passes `dimensions` and nothing else. */
export interface OpenOptions {
  /**
   * Numbers in a vector: an integer from 1 to 4096. Every vector of this database has as many. May be left out, as all below may, for a database
   * that is stored already.
   */
  readonly dimensions?: number;
  /** How closeness is measured. Default `'cosine'`, which suits the text and image embeddings in common use. */
  readonly metric?: Metric;
  /**
   * Links of a row in the graph (twice as many on its base level): an integer from 2 to 64. Default 16. More costs memory
   * and build time and helps recall on hard data.
   */
  readonly m?: number;
  /** Breadth of the search for a new row's links: an integer from `m` to 4096. Default 200. Costs build time, helps recall. */
  readonly efConstruction?: number;
  /**
   * The share of the true nearest rows that searches find on average, where they do not say otherwise: a number above 0 and
   * below 1. Default 0.95. How wide a search must be for it is learnt from the rows themselves, as a part of writes.
   */
  readonly recall?: number;
  /**
   * What is kept of each vector. `'float32'` (default): all of it, and half a byte a number beside it that searches walk on;
   * distances are exact. `'int16'`: two bytes a number, off by at most 1/57,330 of the row's largest (less the rows' mean).
   * `'int8'`: one byte, off by at most 1/210. With these two, distances and vectors given back are as much off. Full rows are
   * kept while there are no more than 2,000.
   */
  readonly precision?: Precision;
  /**
   * What the shape of the graph is drawn from: an integer from 0 to 2^32 - 1. Default 0. The same seed and the same calls,
   * each awaited before the next, give the same graph, the same hits and an export of the same bytes everywhere, until deleted rows are compacted: that
   * happens between other work, so after many deletions the graph may differ from run to run. The hits are as good.
   */
  readonly seed?: number;
  /**
   * Where the engine runs. `'auto'` (default): in a worker in browsers, else in this thread. `true`: in a worker or
   * not at all. `false`: in this thread, in slices of at most 8 ms. A URL: a worker started from your copy of
   * `edgevec/worker`, for pages whose policy forbids blob workers. A function: a worker you start from that script, or have
   * started before; one worker for each database.
   *
   * A worker that is killed, for its memory or by `terminate()`, is noticed through Web Locks, and its calls reject with
   * `WORKER_DIED`. If there are no Web Locks (insecure contexts, some sandboxed frames), or if the site's data was cleared
   * while the page stayed open (Chromium), nothing tells of it, and calls to it stay pending.
   */
  readonly worker?: 'auto' | boolean | string | URL | (() => Worker);
  /**
   * Keeps the database on this device under this name: in IndexedDB, or in files where there is none (Node, Bun, Deno). What was stored
   * before is there again. Default: none, and the database ends with the page. In files, it may have 252 bytes of UTF-8, of which each but a-z, 0-9, _
   * and - takes three.
   */
  readonly name?: string;
  /**
   * When a write is acknowledged. `'relaxed'` (default): once it would survive the end of the page, of the browser and of the process. `'strict'`: once
   * it would survive a power failure too, as far as the device tells the truth; that takes longer. For one write: its own `durability`.
   */
  readonly durability?: Durability;
  /**
   * What to do where nothing can be stored (some private windows, sandboxed frames): `'throw'` (default) the error `STORAGE_UNAVAILABLE`, or
   * keep the database in `'memory'` and tell `onEvent` that it is `degraded`.
   */
  readonly whenUnavailable?: 'throw' | 'memory';
  /**
   * The folder for databases kept in files, and for the copies that `save(name)` makes, also of a
   * database without a name. Default `.edgevec` in the working directory. A relative path is
   * resolved once, when `open`, `load`, `import`, `list` or `drop` is called: `process.chdir()`
   * moves nothing that is open.
   */
  readonly directory?: string;
  /**
   * Told about what is no error of a call. Default: `console.warn`, for all but `changed`. What it throws, or what a promise
   * that it gives rejects with, goes to `reportError`, or to `console.error` where there is none, and never ends a call.
   */
  readonly onEvent?: (event: EdgeVecEvent) => void;
}

/** What `load` takes: what is stored tells the rest. */
export type LoadOptions = Pick<OpenOptions, 'recall' | 'durability' | 'directory' | 'worker' | 'onEvent'>;

/** What `import` takes: the file tells the rest. */
export type ImportOptions = OpenOptions;

/**
 * What `salvage` takes. The options that a database is made with are for one of which nothing is left that says
 * what it was made with; else they are passed over.
 */
export type SalvageOptions = Pick<OpenOptions, 'directory' | 'recall' | 'worker' | 'onEvent' | keyof EngineOptions>;

/** What `open` cannot do without: the dimensions, or the name of a database that has some. */
export type DimensionsOrName = { readonly dimensions: number } | { readonly name: string };

/** What the engine's constructor takes. */
export interface EngineOptions {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly m: number;
  readonly efConstruction: number;
  readonly seed: number;
  readonly precision: Precision;
}

/** Where a database is kept. */
interface StoredAt {
  readonly name: string;
  /** Go on in memory where nothing can be stored. */
  readonly elseInMemory: boolean;
}

/** What the database needs to know, in whichever host. It survives structured clone. */
export interface HostOptions {
  /** The name of a stored database that it is to be made out of, as far as that can be read. */
  readonly salvages?: string | undefined;
  /** It is to be made out of a file, which is fed to it while it opens. */
  readonly imports?: boolean;
  /** With every default filled in; the dimensions are 0 where they were left out. */
  readonly engine: EngineOptions;
  /** Which of them were given: what is stored must agree with these. */
  readonly given: readonly (keyof EngineOptions)[];
  readonly recall: number;
  readonly stored: StoredAt | undefined;
}

/** `OpenOptions`, checked, with every default filled in. */
export interface ResolvedOptions extends HostOptions {
  /** Of databases kept in files: an absolute path. */
  readonly directory: string | undefined;
  readonly strict: boolean;
  readonly worker: 'auto' | boolean | string | URL | (() => Worker);
  readonly onEvent: (event: EdgeVecEvent) => void;
}

/** `SearchOptions`, checked, with every default but `recall` filled in: that one is the database's. */
export interface ResolvedSearch {
  readonly k: number;
  readonly ef: number | undefined;
  readonly recall: number | undefined;
  readonly exact: boolean;
  readonly includeVectors: boolean;
}

/** Where stored databases are. */
export type SiteOptions = Pick<OpenOptions, 'directory'>;
