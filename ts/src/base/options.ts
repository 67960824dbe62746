// The options of the public calls, and the same options after the check (`api/options/`).

import type { Clause, Path } from './clause.js';
import type { TextModel } from './embed.js';
import type { TextFieldName } from './filter-types.js';
import type { PlatformWorker } from './platform-types.js';
import type { CutSettings, Language, NamedTokenizer, Tokenizer } from './tokenize.js';
import type { Durability, EdgeVecEvent, Metric, Precision } from './types.js';

/** Options of `open`. Most applications pass `dimensions`, or a model as `embed`. */
export interface OpenOptions {
  /**
   * Numbers in a vector: an integer from 1 to 4096. Every vector of the database has the same
   * number. With `embed`, the default is the number of the model. For a database that is already
   * stored, you may leave out `dimensions` and all options below.
   */
  readonly dimensions?: number;
  /**
   * How closeness is measured. Default `'cosine'`, which suits common text and image embeddings.
   */
  readonly metric?: Metric;
  /**
   * Links of a row on each level of the graph, twice as many on the base level: an integer from 2
   * to 64. Default 16. A higher `m` costs memory and build time, and improves recall on hard data.
   */
  readonly m?: number;
  /**
   * Breadth of the search for a new row's links: an integer from `m` to 4096. Default 200. A higher
   * value costs build time and improves recall.
   */
  readonly efConstruction?: number;
  /**
   * The share of the true nearest rows that a search finds on average: a number above 0 and below
   * 1. Default 0.95. A search may pass its own `recall`. During writes, the database learns from
   * its own rows how wide a search must be for a given recall.
   */
  readonly recall?: number;
  /**
   * Fields of the metadata for filters, by name or by path: `['year', 'author.name']`. Default:
   * none. Every field can be in a filter. The first filter on a field makes a column of its values,
   * which reads the metadata of all rows once. If you name the field here, EdgeVec makes the column
   * in the background once the database is open, and always keeps the column.
   *
   * In a stored database, each checkpoint and each `save()` keeps the columns of the fields named
   * here, and of up to 32 further fields that filters have used. The first filter after the next
   * `open` then reads the kept column in place of all metadata. A column of long texts is not kept:
   * 8,192 rows may have a mebibyte of texts at most.
   */
  readonly indexed?: readonly string[];
  /**
   * How precisely the database keeps each vector. Default `'float32'`.
   *
   * - `'float32'`: the whole vector, and half a byte a number for the walk through the graph.
   *   Distances are exact.
   * - `'int16'`: two bytes a number. Each number is off by at most 1/57,330 of the row's largest
   *   number (less the rows' mean).
   * - `'int8'`: a byte a number. Each number is off by at most 1/210 of the row's largest number.
   *
   * Under `'int16'` and `'int8'`, distances and returned vectors have the same error. A database of
   * up to 2,000 rows keeps full rows, and so does a database of fewer than 48 dimensions.
   *
   * If a byte or two bytes a number cannot tell the first 2,001 rows apart, the database keeps the
   * next finer precision, and takes more memory. `stats().precision` tells what the database keeps.
   */
  readonly precision?: Precision;
  /**
   * The seed for the shape of the graph: an integer from 0 to 2^32 - 1. Default 0. If you await
   * each call before the next, the same seed and the same calls give the same graph and the same
   * hits everywhere, and an export of the same bytes.
   *
   * This holds until the database compacts deleted rows. Compaction happens between other work, so
   * after many deletions the graph may differ from run to run. The hits are as good.
   */
  readonly seed?: number;
  /**
   * Where the engine runs. Default `'auto'`.
   *
   * - `'auto'`: in a worker in browsers, else in this thread.
   * - `true`: in a worker. If no worker can start, `open` fails.
   * - `false`: in this thread, in slices of at most 8 ms.
   * - A URL: in a worker started from your copy of `edgevec/worker`, for pages whose policy forbids
   *   blob workers.
   * - A function: in the worker that your function returns, started from the same script.
   *   The worker may be running already. Each database needs a worker of its own.
   *
   * A worker may be killed for its memory or by `terminate()`. EdgeVec notices this through Web
   * Locks, and the worker's calls reject with `WORKER_DIED`. EdgeVec cannot notice this without Web
   * Locks (insecure contexts, some sandboxed frames), or after the site's data was cleared while
   * the page stayed open (Chromium). Calls to the dead worker then stay pending.
   */
  readonly worker?: 'auto' | boolean | string | URL | (() => PlatformWorker);
  /**
   * Keeps the database on this device under this name: in IndexedDB, or in files where there is no
   * IndexedDB (Node, Bun, Deno). `open` brings back everything stored under the name before.
   * Without a name, the database is in memory and ends with the page.
   *
   * In files, a name may take 252 bytes of UTF-8. Each byte except a-z, 0-9, _ and - counts as
   * three.
   */
  readonly name?: string;
  /**
   * When a write is acknowledged. Default `'relaxed'`. A single write may pass its own
   * `durability`.
   *
   * - `'relaxed'`: after the write would survive the end of the page, of the browser and of the
   *   process.
   * - `'strict'`: after the write would also survive a power failure, as far as the device tells
   *   the truth. `'strict'` takes longer.
   */
  readonly durability?: Durability;
  /**
   * What `open` does if nothing can be stored (some private windows, sandboxed frames). `'throw'`
   * (default): `open` fails with `STORAGE_UNAVAILABLE`. `'memory'`: the database is kept in memory,
   * and `onEvent` gets the event `degraded`.
   */
  readonly whenUnavailable?: 'throw' | 'memory';
  /**
   * The names of the metadata fields that EdgeVec itself fills. Default: `{ text: 'text', source:
   * 'source', hash: 'hash', sparse: 'sparse' }`.
   */
  readonly fields?: FieldNames;
  /**
   * A model that turns texts into vectors. Records may then have a `text` in place of a vector, and
   * a query may be a string: `insert({ text })`, `search('a question')`. EdgeVec keeps the text in
   * the metadata field `text`. You may leave out `dimensions`. EdgeVec calls the model in the
   * thread of the caller. The model itself may compute in a worker or on a server.
   *
   * EdgeVec keeps the name of the model with the database. If the vectors of a stored database were
   * made by another model, `open` fails with `MODEL_DIFFERS`.
   */
  readonly embed?: TextModel;
  /**
   * The folder for databases kept in files, and for the copies made by `save(name)`, also if the
   * database has no name. Default: `.edgevec` in the working directory. EdgeVec resolves a relative
   * path at the call of `open`, `load`, `import`, `list` or `drop`. A later `process.chdir()` moves
   * no open database.
   */
  readonly directory?: string;
  /**
   * Receives events that are not the error of a call. Default: `console.warn` for all events except
   * `changed`. If `onEvent` throws, or returns a promise that rejects, the error goes to
   * `reportError`, or to `console.error` if there is no `reportError`. Such an error never ends a
   * call.
   */
  readonly onEvent?: (event: EdgeVecEvent) => void;
}

/** The names of the metadata fields that EdgeVec itself fills. A name is a key of the metadata. */
export interface FieldNames {
  /** The text of a record, if `open` was given a model as `embed`. Default `'text'`. */
  readonly text?: string;
  /** The source of a row, for `replace`. Default `'source'`. */
  readonly source?: string;
  /** The hash that `replace` was given for a row. Default `'hash'`. */
  readonly hash?: string;
  /** The sparse vector of a record, if `open` was given `sparse: true`. Default `'sparse'`. */
  readonly sparse?: string;
}

/** All names of {@link FieldNames}. */
export type RecordFields = Required<FieldNames>;

/**
 * Options of `open`, `load` and `import` for text search and for sparse vectors. `M` is the type of
 * the metadata.
 */
export interface TextOptions<M extends object = Record<string, unknown>> {
  /**
   * Fields of the metadata for text search (`search({ text })`), by name or by path: `['title',
   * 'body']`. With weights, `{ title: 3, body: 1 }`: a word of the title then counts as three
   * words. A weight is an integer from 1 to 64. Default: none. Only strings have words.
   *
   * EdgeVec keeps the words in memory, and makes the words of the metadata after each write, in the
   * background. A checkpoint of a stored database keeps the words of most rows. The next `open`
   * with the same fields and weights reads these words in place of the metadata. A text search
   * waits until all rows have their words.
   */
  readonly text?: TextFields<M>;
  /**
   * Options of BM25, which ranks the hits of a text search. `k1` is how much a further occurrence
   * of a word counts: a number from 0 to 1,000, by default 1.2. `b` is how much the length of a row
   * counts: a number from 0 to 1, by default 0.75.
   */
  readonly bm25?: Bm25Options;
  /**
   * The language of the texts, by its code: `'en'`. A search then finds other forms of a word too:
   * `whale` finds `whales`. Default: none, so only equal words match. The code for the language is
   * loaded when the database is opened.
   */
  readonly language?: Language;
  /**
   * Cuts texts into words in place of EdgeVec's rules, for rows and for queries. A function, if the
   * database runs in this thread (Node, or `worker: false`). For a worker, the address of a module
   * whose default export is the function: `new URL('./tokens.js', import.meta.url)`.
   *
   * A tokenizer without a name makes the words of all rows again at each `open`. Give the tokenizer
   * a name to use the words that a checkpoint has stored: `{ name: 'parts-1', tokens }`. The name
   * must change if the tokenizer changes.
   */
  readonly tokenize?: Tokenizer | NamedTokenizer;
  /**
   * Whether records may have a sparse vector, as models such as SPLADE give: `insert({ vector,
   * sparse: { indices, values } })`. `search({ sparse })` then ranks by the dot product. Default
   * false.
   *
   * EdgeVec keeps a sparse vector in the metadata field `sparse`, and an index of all sparse
   * vectors in memory: made after `open` in the background, and then after each write. A search by
   * a sparse vector waits until all rows are in the index.
   */
  readonly sparse?: boolean;
}

/** Options of BM25. */
export interface Bm25Options {
  /** How much a further occurrence of a word counts: from 0 (not at all) to 1,000. Default: 1.2. */
  readonly k1?: number;
  /** How much the length of a text counts: from 0 (not at all) to 1. Default: 0.75. */
  readonly b?: number;
}

/** Fields for text search, with or without weights. */
export type TextFields<M extends object = Record<string, unknown>> =
  | readonly TextFieldName<M>[]
  | { readonly [F in TextFieldName<M>]?: number };

/** The fields with words, and the options of BM25. */
export interface TextSettings {
  readonly fields: readonly TextField[];
  readonly k1: number;
  readonly b: number;
  /** Undefined for EdgeVec's own words. */
  readonly cut?: CutSettings | undefined;
}

/** A field with words. */
export interface TextField {
  /** As the caller has written the field. */
  readonly name: string;
  readonly path: Path;
  /** An integer from 1 to 64. */
  readonly weight: number;
}

/** Options of `load`. The stored database has the other options. */
export type LoadOptions = Pick<
  OpenOptions,
  'recall' | 'durability' | 'fields' | 'embed' | 'directory' | 'worker' | 'onEvent'
>;

/** Options of `import`. The file has the engine's options, so you may leave out these options. */
export type ImportOptions = OpenOptions;

/**
 * Options of `salvage`. The engine's options (`dimensions`, `metric` and so on) are used only if
 * nothing left in storage tells the options of the damaged database. Otherwise, `salvage` ignores
 * the engine's options.
 */
export type SalvageOptions = Pick<OpenOptions, 'directory' | 'recall' | 'worker' | 'onEvent' | keyof EngineOptions>;

/** `open` needs the dimensions, a model, or the name of a stored database. */
export type DimensionsOrName =
  | { readonly dimensions: number }
  | { readonly name: string }
  | { readonly embed: TextModel };

/** Options of the engine's constructor. */
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
  /** Keep the database in memory if nothing can be stored. */
  readonly elseInMemory: boolean;
}

/** The options that the database needs, in either host. They survive structured clone. */
export interface HostOptions {
  /** The name of a stored database: salvage the new database from it, as far as it can be read. */
  readonly salvages?: string | undefined;
  /** Make the database from a file. The caller feeds the file to the database while it opens. */
  readonly imports?: boolean;
  /**
   * The engine's options with every default filled in. `dimensions` is 0 if the caller gave none.
   */
  readonly engine: EngineOptions;
  /**
   * The names of the options that the caller gave. A stored database must agree with these options.
   */
  readonly given: readonly (keyof EngineOptions)[];
  /** The name of the model for texts, if the caller has given a model. */
  readonly model?: string | undefined;
  readonly recall: number;
  /** Fields to make columns of. */
  readonly indexed?: readonly Path[] | undefined;
  /** The fields for text search. */
  readonly text?: TextSettings | undefined;
  /** The field of the metadata with the sparse vectors, if the database has sparse vectors. */
  readonly sparse?: string | undefined;
  readonly stored: StoredAt | undefined;
}

/** `OpenOptions`, checked, with every default filled in. */
export interface ResolvedOptions extends HostOptions {
  /** An absolute path, for databases kept in files. */
  readonly directory: string | undefined;
  readonly strict: boolean;
  readonly fields: RecordFields;
  readonly embed: TextModel | undefined;
  readonly worker: 'auto' | boolean | string | URL | (() => PlatformWorker);
  readonly onEvent: (event: EdgeVecEvent) => void;
}

/**
 * `NearestOptions`, checked, with every default filled in except `recall`. The default of `recall`
 * is the database's `recall`.
 */
export interface ResolvedSearch {
  readonly k: number;
  readonly offset: number;
  readonly filter: Clause | undefined;
  readonly ef: number | undefined;
  readonly recall: number | undefined;
  readonly exact: boolean;
  readonly includeVectors: boolean;
}

/** Where stored databases are. */
export type SiteOptions = Pick<OpenOptions, 'directory'>;

/** Options of `list`. */
export interface ListOptions extends SiteOptions {
  /** Tell what is stored under each name. Default false: only the names. */
  readonly details?: boolean;
}

/** A stored database, as `list({ details: true })` describes the database. */
export interface StoredDatabase {
  /** The name to open the database with. */
  readonly name: string;
  /** The number of rows. Absent if the database cannot be read: `error` tells why. */
  readonly rows?: number;
  /** Bytes stored of the database, approximately. */
  readonly bytes?: number;
  /**
   * The time of the last checkpoint. The database writes checkpoints by itself, and `save()` writes
   * a checkpoint now. Later writes are in the log, which has no times.
   */
  readonly savedAt?: Date;
  /** The error that opening the database would most likely give. */
  readonly error?: Error;
}
