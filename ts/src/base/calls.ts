// The calls between the public class and the database, the same for both hosts. Everything here
// must survive structured clone, because calls to a worker are messages. Records travel as columns:
// columns clone faster than objects. Types only.

import type { Id } from './types.js';

/** How a write treats ids that are there, and ids that are not. */
export type WriteKind = 'insert' | 'upsert' | 'update';

/** Up to a few hundred records of a write. */
export interface Part {
  /** Which row of the transaction its first record is. */
  readonly start: number;
  /** `undefined`: to be chosen (only in inserts). */
  readonly ids: readonly (Id | undefined)[];
  /** Flat: `dimensions` numbers for each record that has a vector. Handed over, not shared. */
  readonly vectors: Float32Array;
  /** Which records have a vector, if not all (only in updates). */
  readonly withVector?: readonly number[];
  /** Left out if no record has any. Out of the log, it may be `Unread` (format/value/unread.ts). */
  readonly metadata?: readonly (object | undefined)[];
}

/**
 * One part of a transaction. The first opens it and the last commits it, so a small write is a
 * single call.
 */
export interface WriteRequest {
  /** The caller's number for the transaction. */
  readonly transaction: number;
  readonly kind: WriteKind;
  readonly first: boolean;
  readonly last: boolean;
  /** Of the last part: to survive a power failure before it is acknowledged. */
  readonly strict: boolean;
  /** Rows of the whole transaction, where that is known: of an array. */
  readonly rows?: number | undefined;
  readonly part: Part;
}

/** Records by column; a record that is not there is left out of all of them. */
export interface RecordsReply {
  readonly ids: readonly Id[];
  readonly metadata: readonly (object | undefined)[];
  /** Flat, and only if asked for. */
  readonly vectors?: Float32Array;
}

/** Hits by column, nearest first. */
export interface HitsReply extends RecordsReply {
  readonly distances: readonly number[];
}

export interface SearchRequest {
  /** Flat: `dimensions` numbers for each query. Handed over, not shared. */
  readonly queries: Float32Array;
  readonly k: number;
  readonly ef: number | undefined;
  /** Where there is no `ef`; the database's own where neither is given. */
  readonly recall: number | undefined;
  readonly exact: boolean;
  readonly vectors: boolean;
}

/** A piece of a file, or its end. */
export type ExportReply = { readonly done: false; readonly piece: Uint8Array } | { readonly done: true };

/** The engine's counts, in rows. */
export interface EngineStats {
  readonly rows: number;
  readonly hidden: number;
  readonly tombstones: number;
  readonly free: number;
  readonly unlinked: number;
  readonly levels: number;
  /** Rows there were when `ef` was last calibrated. */
  readonly calibratedRows: number;
  readonly memoryBytes: number;
  readonly rowBytes: number;
  readonly codeBytes: number;
  readonly graphBytes: number;
  /** Distance evaluations of searches, and of inserts and compactions. */
  readonly distances: number;
  readonly buildDistances: number;
}

/** Counts of the engine, and of what is kept for each row. */
export interface CollectionStats extends EngineStats {
  /** Bytes of memory that each store takes, about, by the store's name. */
  readonly stores: Readonly<Record<string, number>>;
}

/** What is stored of a database. */
export interface StoredStats {
  /** Undefined: nothing is. */
  readonly kind: 'indexeddb' | 'files' | 'memory' | undefined;
  readonly bytes: number;
  readonly readOnly: boolean;
  /** Bytes that are kept back. */
  readonly reserved: number;
  /** What is used on the device, and may be, in bytes; undefined if the platform does not tell. */
  readonly estimate: { readonly usage: number; readonly quota: number } | undefined;
}

/** Every method: its request and its reply. */
interface Methods {
  /**
   * Resolves once the part is linked; for the last part with the chosen ids, in order, once all
   * rows are visible.
   */
  write: { request: WriteRequest; reply: readonly number[] };
  /** Rolls a transaction back, unless it has committed. */
  abort: { request: { readonly transaction: number }; reply: undefined };
  get: { request: { readonly ids: readonly Id[]; readonly vectors: boolean }; reply: RecordsReply };
  delete: { request: { readonly ids: readonly Id[]; readonly strict: boolean }; reply: number };
  search: { request: SearchRequest; reply: readonly HitsReply[] };
  /** Every id, in order of insertion. */
  ids: { request: undefined; reply: readonly Id[] };
  count: { request: undefined; reply: number };
  compact: { request: undefined; reply: undefined };
  /** Resolves once everything acknowledged would survive a power failure. */
  flush: { request: undefined; reply: undefined };
  /** Copies the database for a file; what it is to be asked for by. */
  exportBegin: { request: undefined; reply: number };
  /** The next piece of the file. That the file is over is said, never left open. */
  exportNext: { request: number; reply: ExportReply };
  /** Forgets what has not been asked for. */
  exportEnd: { request: number; reply: undefined };
  /** Writes a checkpoint, or a copy under another name. */
  save: { request: { readonly name: string | undefined }; reply: undefined };
  stats: { request: undefined; reply: CollectionStats };
  stored: { request: undefined; reply: StoredStats };
}

export type Method = keyof Methods;
export type RequestOf<K extends Method> = Methods[K]['request'];
export type ReplyOf<K extends Method> = Methods[K]['reply'];

/** The methods as functions: what a database implements. */
export type Handlers = { readonly [K in Method]: (request: RequestOf<K>) => ReplyOf<K> | Promise<ReplyOf<K>> };
