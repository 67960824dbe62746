// The calls between the public class and the database, the same for both hosts. Every value must
// survive structured clone, because calls to a worker are messages. Records travel as columns:
// columns clone faster than objects. Types only.

import type { Clause, Path } from './clause.js';
import type { FacetCount } from './queries.js';
import type { FusedHit, Highlights, TextHit } from './searches.js';
import type { Id, Precision, RowChanges, SparseVector } from './types.js';

/**
 * How a write treats ids of the database, and other ids. `'replace'` writes rows of a source, and
 * removes the other rows of the source.
 */
export type WriteKind = 'insert' | 'upsert' | 'update' | 'replace';

/** Up to a few hundred records of a write. */
export interface Part {
  /** The row of the first record in the transaction, from 0. */
  readonly start: number;
  /** `undefined` lets the database choose the id (only in inserts and in `'replace'`). */
  readonly ids: readonly (Id | undefined)[];
  /** Flat: `dimensions` numbers for each record with a vector. Handed over, not shared. */
  readonly vectors: Float32Array;
  /** The records with a vector, by position, if some records have no vector (only in updates). */
  readonly withVector?: readonly number[];
  /**
   * Left out if no record has metadata. Metadata from the log may be `Unread`
   * (format/value/unread.ts).
   */
  readonly metadata?: readonly (object | undefined)[];
}

/**
 * A part of a transaction. The first part opens the transaction and the last part commits the
 * transaction, so a small write is a single call.
 */
export interface WriteRequest {
  /** The caller's number for the transaction. */
  readonly transaction: number;
  readonly kind: WriteKind;
  readonly first: boolean;
  readonly last: boolean;
  /** In the last part: the reply comes only after the write would survive a power failure. */
  readonly strict: boolean;
  /** Rows of the whole transaction, if known: an array has a length, and a stream has no length. */
  readonly rows?: number | undefined;
  readonly part: Part;
}

/** Records of a source, to be compared with the rows. */
export interface CompareRequest {
  /** The number of the transaction. The first comparison opens the transaction. */
  readonly transaction: number;
  readonly first: boolean;
  /** The rows of the source. */
  readonly source: Clause;
  /** `undefined` for a record without an id: a row with the same content has the record's id. */
  readonly ids: readonly (Id | undefined)[];
  readonly metadata: readonly object[];
  /** Whether each record comes with a vector. */
  readonly withVector: readonly boolean[];
  /** Flat: `dimensions` numbers for each record with a vector. Handed over, not shared. */
  readonly vectors: Float32Array;
  /** A field of the metadata that decides alone, for records that have the field. */
  readonly hashField: string;
}

/** A place in the log of a stored database. */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}

/** The reply of a call that changes rows. */
export interface Effect<T> {
  readonly result: T;
  /** Undefined if no row has changed. */
  readonly changed: RowChanges | undefined;
}

/** The result of a committed `'replace'`. */
export interface ReplaceReply {
  /** The new rows, with chosen ids. */
  readonly added: readonly Id[];
  /** The written rows that took the place of another row. */
  readonly changed: readonly Id[];
  readonly removed: readonly Id[];
}

/** Records by column. Every column leaves out a missing record. */
export interface RecordsReply {
  readonly ids: readonly Id[];
  readonly metadata: readonly (object | undefined)[];
  /** Flat, and only if the request asks for vectors. */
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
  /** How many of the nearest rows to leave out. */
  readonly offset?: number;
  /** Only rows that match. */
  readonly filter?: Clause | undefined;
  readonly ef: number | undefined;
  /** Used if `ef` is undefined. If both are undefined, the database's own recall counts. */
  readonly recall: number | undefined;
  readonly exact: boolean;
  readonly vectors: boolean;
}

/** The words to look for. */
export interface WordQuery {
  readonly text: string;
  readonly prefix: boolean;
  readonly fuzzy: boolean;
  readonly highlight: boolean;
}

/** A search by vectors, like a row, by words or by a sparse vector, or by several of these. */
export interface FindRequest extends Omit<SearchRequest, 'queries' | 'vectors'> {
  /** Flat, perhaps empty: `dimensions` numbers for each vector. Handed over, not shared. */
  readonly vectors: Float32Array;
  /** The id of a row. `vectors` is then empty. */
  readonly like: Id | undefined;
  readonly words: WordQuery | undefined;
  readonly sparse: SparseVector | undefined;
  readonly offset: number;
  readonly includeVectors: boolean;
  /** Used if there are several lists: of each vector, of the words, of the sparse vector. */
  readonly fusion: Fusion;
  /** How many rows of each list to choose from. */
  readonly candidates: number | undefined;
  readonly minScore: number | undefined;
  /** From 0 to 1. */
  readonly diversity: number;
  readonly groupBy: Path | undefined;
  readonly perGroup: number;
  /** Whether the reply has `ranks`. */
  readonly explain: boolean;
}

/** How to fuse lists. */
export interface Fusion {
  readonly method: 'rrf' | 'relative';
  readonly rrfK: number;
  /** The weight of each list. At least one is above 0. */
  readonly weights: readonly number[];
}

/** Hits by column, the best first. */
export interface FoundReply extends RecordsReply {
  readonly scores: readonly number[];
  /** Only of a search by a single vector. */
  readonly distances?: readonly number[];
  /** For each hit, if the request asks for highlights: by field, the ranges of words. */
  readonly highlights?: readonly Highlights[];
  readonly ranks?: readonly Ranks[];
}

/** The places of a hit in the lists that were fused. */
export type Ranks = Omit<FusedHit<object>, keyof TextHit<object>>;

export interface GetRequest {
  readonly ids: readonly Id[];
  readonly vectors: boolean;
  /** Leaves out rows that do not match. */
  readonly filter?: Clause | undefined;
}

export interface IdsRequest {
  /** Only rows that match. */
  readonly filter?: Clause | undefined;
  /** At most so many ids, after the first `offset` ids. Left out: all ids. */
  readonly limit?: number;
  readonly offset?: number;
}

/** A deletion by filter. */
export interface DeleteMatchingRequest {
  readonly filter: Clause;
  readonly strict: boolean;
}

/** A change of the metadata of all rows that match. */
export interface UpdateMatchingRequest {
  readonly filter: Clause;
  readonly metadata: object;
  readonly strict: boolean;
}

export interface FacetsRequest {
  readonly fields: readonly Path[];
  /** Only rows that match. */
  readonly filter?: Clause | undefined;
  /** At most so many values of a field. */
  readonly limit: number;
}

/** The values of a field, most frequent first. */
export type FacetReply = readonly FacetCount[];

/** A piece of a file, or the end of the file. */
export type ExportReply = { readonly done: false; readonly piece: Uint8Array } | { readonly done: true };

/** The engine's counts, in rows. */
export interface EngineStats {
  readonly rows: number;
  readonly hidden: number;
  readonly tombstones: number;
  readonly unlinked: number;
  readonly levels: number;
  /** How precisely rows are kept: as the options ask, or more precisely. */
  readonly precision: Precision;
  /** The number of rows at the last calibration of `ef`. */
  readonly calibratedRows: number;
  readonly memoryBytes: number;
  readonly rowBytes: number;
  readonly codeBytes: number;
  readonly graphBytes: number;
  /** Distance evaluations of searches, and of inserts and compactions. */
  readonly distances: number;
  readonly buildDistances: number;
  /** Whether a compaction would code all rows again. */
  readonly drifted: boolean;
}

/** Counts of the engine and of the slot stores. */
export interface CollectionStats extends EngineStats {
  /** About how many bytes of memory each slot store takes, by the name of the store. */
  readonly stores: Readonly<Record<string, number>>;
}

/** The storage of a database, in numbers. */
export interface StoredStats {
  /** Undefined if the database is only in memory. */
  readonly kind: 'indexeddb' | 'files' | 'memory' | undefined;
  readonly bytes: number;
  readonly readOnly: boolean;
  /** Bytes of the reserve. */
  readonly reserved: number;
  /** Used and allowed bytes of the site. Undefined if the platform does not tell. */
  readonly estimate: { readonly usage: number; readonly quota: number } | undefined;
}

/** The request and the reply of every method. */
interface Methods {
  /**
   * Resolves once the part is linked. The last part resolves with the chosen ids, in order, once
   * all rows are visible.
   */
  write: { request: WriteRequest; reply: Effect<readonly number[]> };
  /** For each record, the id of the row with the same content. That row stays as it is. */
  compare: { request: CompareRequest; reply: readonly (Id | undefined)[] };
  /** Commits a `'replace'` whose parts are all in. */
  replace: { request: { readonly transaction: number; readonly strict: boolean }; reply: Effect<ReplaceReply> };
  /** Rolls a transaction back, unless it has committed. */
  abort: { request: { readonly transaction: number }; reply: undefined };
  get: { request: GetRequest; reply: RecordsReply };
  /** For each id, whether the id has a row. */
  has: { request: { readonly ids: readonly Id[] }; reply: readonly boolean[] };
  /** The number of deleted rows. */
  delete: { request: { readonly ids: readonly Id[]; readonly strict: boolean }; reply: Effect<number> };
  deleteMatching: { request: DeleteMatchingRequest; reply: Effect<number> };
  /** The number of changed rows. */
  updateMatching: { request: UpdateMatchingRequest; reply: Effect<number> };
  search: { request: SearchRequest; reply: readonly HitsReply[] };
  find: { request: readonly FindRequest[]; reply: readonly FoundReply[] };
  /** Ids, in order of insertion. */
  ids: { request: IdsRequest | undefined; reply: readonly Id[] };
  /** The number of rows that match. */
  count: { request: { readonly filter?: Clause | undefined } | undefined; reply: number };
  /** For each field, its values in the rows that match. */
  facets: { request: FacetsRequest; reply: readonly FacetReply[] };
  compact: { request: undefined; reply: undefined };
  /** Resolves once every acknowledged write would survive a power failure. */
  flush: { request: undefined; reply: undefined };
  /** Resolves once all rows are here that other tabs had written before the call. */
  catchUp: { request: undefined; reply: undefined };
  /** Copies the database for a file. The reply is the number of the export. */
  exportBegin: { request: undefined; reply: number };
  /** The next piece of the file, or `done`. */
  exportNext: { request: number; reply: ExportReply };
  /** Drops all pieces that nobody has asked for. */
  exportEnd: { request: number; reply: undefined };
  /**
   * Writes a checkpoint, or a copy under another name. `replaces`: only in place of the database at
   * this position of its log. `model`: the model that the copy names. Default: the same model.
   */
  save: {
    request: {
      readonly name: string | undefined;
      readonly replaces?: Position | undefined;
      readonly model?: string | undefined;
    };
    reply: undefined;
  };
  /** The end of the log, once all rows before it are here. Undefined if nothing is stored. */
  position: { request: undefined; reply: Position | undefined };
  /**
   * Whether to stop following other tabs: a copy is about to take the place of the database, and
   * this database answers reads until the copy is open.
   */
  retire: { request: { readonly isRetired: boolean }; reply: undefined };
  stats: { request: undefined; reply: CollectionStats };
  stored: { request: undefined; reply: StoredStats };
}

export type Method = keyof Methods;
export type RequestOf<K extends Method> = Methods[K]['request'];
export type ReplyOf<K extends Method> = Methods[K]['reply'];

/** The methods as functions. A database implements all methods. */
export type Handlers = { readonly [K in Method]: (request: RequestOf<K>) => ReplyOf<K> | Promise<ReplyOf<K>> };
