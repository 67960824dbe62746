// Checks of the arguments of a synchronous index.

import { isThenable, ofCaller } from '../api/caller.js';
import { resolveSearch } from '../api/options/search.js';
import { checkDirectory } from '../api/options/site.js';
import { checkKeys, flag, invalid, share } from '../api/options/values.js';
import { checkLength, copyVector } from '../api/vector/copy.js';
import { isNumberArray } from '../api/vector/lists.js';
import { tensorOf } from '../api/vector/tensor.js';
import { vectorsOf } from '../api/vector/vectors-of.js';
import { amend, EdgeVecError, hasCode } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import type { ResolvedSearch } from '../base/options.js';
import type { EdgeVecEvent, TensorInput } from '../base/types.js';
import { copyMetadata } from '../collection/metadata/copy.js';
import type { BatchOptions, SyncLoadOptions, SyncSaveOptions } from './types.js';

/** An id of a row that may be there. @throws `INVALID_ID` */
export function checkIndexId(id: unknown): number {
  if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) return id === 0 ? 0 : id;
  throw new EdgeVecError('INVALID_ID', 'The id is invalid', {
    expected: 'an integer from 0',
    got: inspect(id),
    remedy: Array.isArray(id)
      ? 'Pass one id at a time.'
      : "insert returns the id of a row. Ids of your own are in the entry 'edgevec'.",
  });
}

/** A copy of a vector. @throws `INVALID_VECTOR`, `DIMENSION_MISMATCH` */
export function copyOne(vector: unknown, dimensions: number): Float32Array {
  const copy = new Float32Array(dimensions);
  try {
    copyVector(vector, dimensions, copy, 0);
  } catch (error) {
    const isBatch = Array.isArray(vector) && vector.length > 1 && typeof vector[0] === 'object';
    throw isBatch && hasCode(error, 'INVALID_VECTOR')
      ? amend(error, { remedy: 'Pass one vector at a time. insertBatch takes many vectors.' })
      : error;
  }
  return copy;
}

/** The rows of a batch: flat vectors, and the metadata of each. */
export interface Batch {
  readonly vectors: Float32Array;
  readonly metadata: (object | undefined)[];
}

/**
 * Copies of the vectors and metadata of a batch.
 *
 * @throws `INVALID_VECTOR`, `DIMENSION_MISMATCH`, `INVALID_RECORD`, `METADATA_NOT_STORABLE`,
 * `INVALID_OPTIONS`
 */
export function copyBatch(input: unknown, options: BatchOptions<object>, dimensions: number): Batch {
  checkKeys('insertBatch', options, { metadata: true });
  const list = listOf(input);
  for (const [row, vector] of list.entries()) checkLength(vector, dimensions, { row });
  const vectors = new Float32Array(list.length * dimensions);
  for (const [row, vector] of list.entries()) copyVector(vector, dimensions, vectors, row * dimensions, { row });
  return { vectors, metadata: metadataOf(options.metadata, list.length) };
}

function listOf(input: unknown): readonly unknown[] {
  if (Array.isArray(input) && typeof input[0] !== 'number') return Array.from(input);
  if (tensorOf(input) !== undefined) return vectorsOf(input as TensorInput);
  const isIterable = typeof input === 'object' && input !== null && Symbol.iterator in input;
  if (isIterable && !Array.isArray(input) && !isNumberArray(input)) return Array.from(input as Iterable<unknown>);
  const isFlat = Array.isArray(input) || isNumberArray(input);
  throw new EdgeVecError('INVALID_VECTOR', 'The batch is not a list of vectors', {
    expected: 'an array of vectors, or a tensor of [n, d]',
    got: inspect(input),
    ...(isFlat && { remedy: 'insert takes a single vector. Cut a flat list: list.subarray(start, end) for each row.' }),
    ...(isThenable(input) && { remedy: 'Await it first.' }),
  });
}

function metadataOf(list: unknown, rows: number): (object | undefined)[] {
  if (list === undefined) return Array.from({ length: rows }, () => undefined);
  if (!Array.isArray(list)) throw invalid('metadata', 'an array with the metadata of each vector', list);
  if (list.length !== rows) throw invalid('metadata', `an array of ${rows}, one for each vector`, list);
  return Array.from(list, (metadata, row) => copyMetadata(metadata, { row }).metadata);
}

/** The options of a search. @throws `INVALID_OPTIONS`, `INVALID_K`, `INVALID_FILTER` */
export function searchOptions(k: unknown, options: object | undefined, ef: number | undefined): ResolvedSearch {
  const asked = resolveSearch(searchInput(k, options));
  const isOpen = asked.ef === undefined && asked.recall === undefined;
  return isOpen ? { ...asked, ef: asked.exact ? undefined : ef } : asked;
}

/** `k` and options, or, as in the entry `edgevec`, options with `k`. */
function searchInput(k: unknown, options: object | undefined): object {
  if (typeof k === 'object' && k !== null) {
    if (options === undefined) return k;
    throw new EdgeVecError('INVALID_OPTIONS', 'search was given options twice', {
      expected: 'search(query, k, options)',
    });
  }
  if (options === undefined) return k === undefined ? {} : { k };
  if (typeof options === 'object' && options !== null && 'k' in options) {
    throw new EdgeVecError('INVALID_OPTIONS', 'search was given k twice', {
      expected: 'search(query, k, options), with k outside of the options',
    });
  }
  checkKeys('search', options, SEARCH_KEYS);
  return k === undefined ? { ...options } : { ...options, k };
}

const SEARCH_KEYS = { offset: true, filter: true, recall: true, ef: true, exact: true, includeVectors: true } as const;

const SAVE_KEYS = { directory: true, overwrite: true } satisfies Record<keyof SyncSaveOptions, true>;

/** @throws `INVALID_OPTIONS` */
export function saveOptions(options: SyncSaveOptions): {
  readonly directory: string | undefined;
  readonly overwrite: boolean;
} {
  checkKeys('save', options, SAVE_KEYS);
  const { directory, overwrite = false } = options;
  return { directory: checkDirectory(directory), overwrite: flag('overwrite', overwrite) };
}

const LOAD_KEYS = { directory: true, recall: true, onEvent: true } satisfies Record<keyof SyncLoadOptions, true>;

/** @throws `INVALID_OPTIONS` */
export function loadOptions(options: SyncLoadOptions): {
  readonly directory: string | undefined;
  readonly recall: number;
  readonly onEvent: (event: EdgeVecEvent) => void;
} {
  checkKeys('load', options, LOAD_KEYS);
  const { directory, recall = 0.95, onEvent = warn } = options;
  if (typeof onEvent !== 'function') throw invalid('onEvent', 'a function', onEvent);
  return { directory: checkDirectory(directory), recall: share('recall', recall), onEvent };
}

function warn(event: EdgeVecEvent): void {
  if ('error' in event) console.warn(`edgevec: ${event.error.message}`);
}

/** The metadata with a field set. @throws `INVALID_OPTIONS`, `METADATA_NOT_STORABLE` */
export function withField(before: object | undefined, field: unknown, value: unknown, id: number): object {
  if (typeof field !== 'string') throw invalid('key', 'the name of a field', field);
  return copyMetadata({ ...before, [field]: value }, { id }).metadata as object;
}

/** A copy of the metadata of a call. */
export function copyOf(metadata: unknown, id?: number): object | undefined {
  return copyMetadata(metadata, id === undefined ? {} : { id }).metadata;
}

/** Reads the vectors and the metadata of a batch. The caller's iterable may throw. */
export function readBatch<T>(copy: () => T): T {
  return ofCaller(copy, 'INVALID_VECTOR', 'The batch cannot be read');
}

/** Runs a check that reads objects of the caller. */
export function read<T>(check: () => T): T {
  return ofCaller(check, 'INVALID_OPTIONS', 'The arguments cannot be read');
}
