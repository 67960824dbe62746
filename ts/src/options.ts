// Options are resolved once, here, at the public edge; inside, the resolved types are trusted.

import { harmless, ofCaller } from './caller.js';
import { EdgeVecError } from './errors.js';
import { show } from './show.js';
import { fixedDirectory } from './storage/site.js';
import type {
  DeleteOptions,
  Durability,
  EdgeVecEvent,
  Metric,
  Precision,
  ScanOptions,
  SearchOptions,
  WriteOptions,
} from './types.js';

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
export type New = { readonly dimensions: number } | { readonly name: string };

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
export interface StoredAt {
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

const OPEN = [
  'dimensions',
  'metric',
  'precision',
  'recall',
  'm',
  'efConstruction',
  'seed',
  'name',
  'durability',
  'directory',
  'whenUnavailable',
  'worker',
  'onEvent',
] as const;
/** Those that a stored database has been made with. */
const ENGINE = ['dimensions', 'metric', 'precision', 'm', 'efConstruction', 'seed'] as const;
const METRICS: readonly Metric[] = ['cosine', 'dot', 'euclidean'];
const PRECISIONS: readonly Precision[] = ['float32', 'int16', 'int8'];
const MAX_U32 = 0xffff_ffff;

/** Resolves the options of `open`; `extra` names the ones the caller has taken care of. */
export function resolveOpen(options: OpenOptions, extra: readonly string[] = [], imports = false): ResolvedOptions {
  checkKeys('open', options, [...OPEN, ...extra]);
  const { metric = 'cosine', precision = 'float32', worker = 'auto', onEvent = warn } = options;
  if (!METRICS.includes(metric)) throw invalid('metric', `'cosine', 'dot' or 'euclidean'`, metric);
  if (!PRECISIONS.includes(precision)) throw invalid('precision', `'float32', 'int16' or 'int8'`, precision);
  const kind = typeof worker;
  if (worker !== 'auto' && kind !== 'boolean' && kind !== 'string' && kind !== 'function' && !isUrl(worker)) {
    throw invalid('worker', `'auto', true, false, a URL or a function that starts a worker`, worker);
  }
  if (typeof onEvent !== 'function') throw invalid('onEvent', 'a function', onEvent);
  const m = integer('m', options.m ?? 16, 2, 64);
  const { name, directory, whenUnavailable = 'throw' } = options;
  if (whenUnavailable !== 'throw' && whenUnavailable !== 'memory')
    throw invalid('whenUnavailable', `'throw' or 'memory'`, whenUnavailable);
  if (name !== undefined) checkName(name);
  checkDirectory(directory);
  // Only now is the working directory what the caller sees.
  const fixed = fixedDirectory(directory);
  if (name === undefined) {
    for (const key of ['durability', 'whenUnavailable'] as const) {
      if (options[key] !== undefined)
        throw invalid(key, 'a name beside it: without one nothing is stored', options[key]);
    }
  }
  const given = ENGINE.filter((key) => options[key] !== undefined);
  // What is stored, or in the file, tells.
  const known = (name !== undefined || imports) && options.dimensions === undefined;
  return {
    given,
    directory: fixed,
    strict: isStrict(options.durability ?? 'relaxed'),
    stored: name === undefined ? undefined : { name, elseInMemory: whenUnavailable === 'memory' },
    engine: {
      dimensions: known ? 0 : checkDimensions(options.dimensions),
      metric,
      m,
      efConstruction: integer('efConstruction', options.efConstruction ?? 200, m, 4096),
      seed: integer('seed', options.seed ?? 0, 0, MAX_U32),
      precision,
    },
    recall: share('recall', options.recall ?? 0.95),
    worker,
    onEvent: harmless(onEvent),
  };
}

const SALVAGE = ['directory', 'recall', 'worker', 'onEvent'] as const;

/** Resolves the arguments of `salvage`; `extra` as in `resolveOpen`. */
export function resolveSalvage(name: string, options: SalvageOptions, extra: readonly string[] = []): ResolvedOptions {
  checkKeys('salvage', options, [...SALVAGE, ...ENGINE, ...extra]);
  return { ...resolveOpen(options, extra, true), salvages: checkName(name) };
}

/** `SearchOptions`, checked, with every default but `recall` filled in: that one is the database's. */
export interface ResolvedSearch {
  readonly k: number;
  readonly ef: number | undefined;
  readonly recall: number | undefined;
  readonly exact: boolean;
  readonly includeVectors: boolean;
}

/** Resolves the second argument of `search` and `searchMany`. */
export function resolveSearch(options: number | SearchOptions = {}): ResolvedSearch {
  if (typeof options !== 'object') return resolveSearch({ k: options });
  checkKeys('search', options, ['k', 'recall', 'ef', 'exact', 'includeVectors']);
  const { k = 10, recall, ef, exact = false, includeVectors = false } = options;
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new EdgeVecError('INVALID_K', 'k is not a number of hits', { expected: 'an integer from 1', got: show(k) });
  }
  if (ef !== undefined) integer('ef', ef, 1, MAX_U32);
  if (recall !== undefined) share('recall', recall);
  const asked = { k, ef, recall, exact: flag('exact', exact), includeVectors: flag('includeVectors', includeVectors) };
  if (recall !== undefined && (ef !== undefined || exact)) {
    const other = exact ? 'exact' : 'ef';
    throw new EdgeVecError('INVALID_OPTIONS', `search was given recall and ${other}, which contradict each other`, {
      expected: `recall or ${other}`,
      remedy: 'recall lets the database choose ef; exact compares with every row, which finds all.',
    });
  }
  return asked;
}

/** Resolves the options of `scan`. */
export function resolveScan(options: ScanOptions = {}): Required<ScanOptions> {
  checkKeys('scan', options, ['includeVectors', 'batchSize']);
  const { includeVectors = false, batchSize = 256 } = options;
  return {
    includeVectors: flag('includeVectors', includeVectors),
    batchSize: integer('batchSize', batchSize, 1, MAX_U32),
  };
}

/** Checks the options of a write. */
export function resolveWrite(method: string, options: WriteOptions = {}): WriteOptions {
  checkKeys(method, options, ['onProgress', 'signal', 'durability']);
  const { onProgress, signal, durability } = options;
  if (durability !== undefined) isStrict(durability);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw invalid('onProgress', 'a function', onProgress);
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw invalid('signal', 'an AbortSignal', signal);
  }
  // Read once: a getter of the caller's could say something else each time.
  return {
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
    ...(durability === undefined ? {} : { durability }),
  };
}

/** Options that the caller's getters may keep from being read. @throws what `resolve` throws; else `INVALID_OPTIONS` */
export function readable<T>(resolve: () => T): T {
  return ofCaller(resolve, 'INVALID_OPTIONS', 'The options cannot be read');
}

function checkKeys(method: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new EdgeVecError('INVALID_OPTIONS', `The options of ${method} are not an object`, {
      expected: `an object with ${known.join(', ')}`,
      got: show(options),
    });
  }
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    throw new EdgeVecError('INVALID_OPTIONS', `${method} was given options it does not know`, {
      expected: `only ${known.join(', ')}`,
      got: unknown.join(', '),
      remedy: 'Check the spelling.',
    });
  }
}

/** Where stored databases are. */
export type SiteOptions = Pick<OpenOptions, 'directory'>;

/** The directory, if one is given. */
export function resolveSite(method: string, options: SiteOptions = {}): string | undefined {
  checkKeys(method, options, ['directory']);
  return checkDirectory(options.directory);
}

/** @throws `INVALID_OPTIONS` */
export function checkName(name: unknown): string {
  // Halves of characters have no bytes: two such names would be one.
  if (typeof name === 'string' && name !== '' && !/\p{Surrogate}/u.test(name)) return name;
  throw invalid('name', 'a string of whole characters, at least one', name);
}

function checkDirectory(directory: unknown): string | undefined {
  if (directory === undefined || (typeof directory === 'string' && directory !== '')) return directory;
  throw invalid('directory', 'a path', directory);
}

/** Whether a deletion is to be strict; undefined: as the database's writes. */
export function resolveDelete(options: DeleteOptions = {}): boolean | undefined {
  checkKeys('delete', options, ['durability']);
  return options.durability && isStrict(options.durability);
}

/** @throws `INVALID_OPTIONS` */
export function isStrict(durability: Durability): boolean {
  if (durability === 'relaxed' || durability === 'strict') return durability === 'strict';
  throw invalid('durability', `'relaxed' or 'strict'`, durability);
}

function checkDimensions(dimensions: unknown): number {
  if (dimensions !== undefined) return integer('dimensions', dimensions, 1, 4096);
  throw new EdgeVecError('INVALID_OPTIONS', 'The database has neither dimensions nor a name', {
    expected: 'the dimensions of a new one, an integer from 1 to 4096, or the name of one that is stored',
  });
}

function integer(name: string, value: unknown, from: number, to: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
  throw invalid(name, `an integer from ${from} to ${to}`, value);
}

function share(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw invalid(name, 'a number above 0 and below 1', value);
}

function flag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(name, 'true or false', value);
}

function invalid(name: string, expected: string, value: unknown): EdgeVecError {
  return new EdgeVecError('INVALID_OPTIONS', `The option ${name} is invalid`, { expected, got: show(value) });
}

function isUrl(value: unknown): boolean {
  return typeof URL === 'function' && value instanceof URL;
}

function warn(event: EdgeVecEvent): void {
  if ('error' in event) console.warn(`edgevec: ${event.error.message}`);
}
