// Options are resolved once, here, at the public edge; inside, the resolved types are trusted.

import { EdgeVecError } from '../base/errors.js';
import { show } from '../base/inspect.js';
import type { OpenOptions, ResolvedOptions, ResolvedSearch, SalvageOptions, SiteOptions } from '../base/options.js';
import type {
  DeleteOptions,
  Durability,
  EdgeVecEvent,
  Metric,
  Precision,
  ScanOptions,
  SearchOptions,
  WriteOptions,
} from '../base/types.js';
import { fixedDirectory } from '../storage/site.js';
import { harmless, ofCaller } from './caller.js';

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
