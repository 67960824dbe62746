// The public class, but for the statics that open a database: these differ by how an entry gets the
// engine (edgevec-class.ts). Arguments are validated here, once; the database behind the host
// trusts them.

/// <reference lib="esnext.disposable" preserve="true" />

import type { ReplyOf } from '../base/calls.js';
import { chunk } from '../base/chunk.js';
import type { QuestionOptions, ReembedOptions, TextModel } from '../base/embed.js';
import { EdgeVecError } from '../base/errors.js';
import type { FieldName, Filter } from '../base/filter-types.js';
import type { Live, LiveOptions } from '../base/live.js';
import type { ListOptions, SiteOptions, StoredDatabase } from '../base/options.js';
import type {
  CountOptions,
  ExportJsonOptions,
  FacetCount,
  Facets,
  FacetsOptions,
  KeysOptions,
  Matching,
  MatchingChange,
  ScanOptions,
} from '../base/queries.js';
import type {
  NewRecord,
  NewRow,
  NewText,
  RecordChange,
  Replaced,
  SourceRecord,
  TextChange,
  UpsertRecord,
  UpsertText,
} from '../base/records.js';
import type {
  FusedHit,
  HybridSearch,
  Search,
  SearchOptions,
  SparseSearch,
  TextHit,
  TextSearch,
  VectorSearch,
} from '../base/searches.js';
import { STEP_ROWS } from '../base/time-slices.js';
import type {
  DeleteOptions,
  Hit,
  HitWithVector,
  HostKind,
  Id,
  Many,
  Metric,
  RowChanges,
  ScannedRecord,
  Stats,
  StoredRecord,
  VectorInput,
  WriteOptions,
} from '../base/types.js';
import { isPersisted, persist } from '../storage/persistence.js';
import { shadowOf, withoutShadows } from '../storage/shadow.js';
import { localSite } from '../storage/site.js';
import { answer, ofCaller } from './caller.js';
import { checkIds } from './check.js';
import { exportStream } from './export-stream.js';
import { finder } from './finder.js';
import { laterPiecesOf } from './import-on-demand.js';
import type { ImportSource } from './import-source.js';
import { ownMethods, showFacts, showInNode } from './instance.js';
import { jsonLines, recordsIn } from './json/on-demand.js';
import { lineStream } from './json/stream.js';
import { beginLive, beginLiveSearch } from './live.js';
import { memoryParts } from './memory-parts.js';
import { resolveExportJson } from './options/export-json.js';
import { resolveCount, resolveFacets, resolveFields } from './options/filter.js';
import { hasFilter, resolveChange, resolveDeletion } from './options/matching.js';
import { resolveKeys, resolveScan } from './options/scan.js';
import { resolveSearch } from './options/search.js';
import { checkName, resolveList, resolveSite } from './options/site.js';
import { readable } from './options/values.js';
import { resolveDelete } from './options/write.js';
import { copyQueries } from './queries.js';
import { questionsIn } from './questions.js';
import { beginSession, type Opened, sessionOf } from './session.js';
import { take, takeMany } from './taken.js';
import { copyVector } from './vector/copy.js';

type WithVectors = { readonly includeVectors: true };
type Default = Record<string, unknown>;
type Questions = readonly (VectorInput | string)[];
type Upserted<M extends object> = UpsertRecord<M> | UpsertText<M>;
type Updated<M extends object> = RecordChange<M> | TextChange<M>;

/**
 * A vector database on this device. `M` is the type of the metadata stored with each row.
 *
 * Every method rejects with an {@link EdgeVecError}. The errors of a method are in the comment of
 * the method. Each method may also reject with these errors:
 *
 * - `CLOSED` after `close()`, or if another tab has dropped the database
 * - `WORKER_DIED` or `ENGINE_CRASHED` if the worker or the engine with the rows is gone
 * - `MESSAGE_UNREADABLE` or `OUT_OF_MEMORY` if memory is short
 * - `DAMAGED`, `STORAGE_FAILED` or `UNSUPPORTED_FORMAT` if the call needs a row of a stored
 *   database, and the row cannot be read
 * - `ENGINE_LOAD_FAILED` if the first such call loads a further file of the package, and cannot
 * - `INTERNAL` for a fault of EdgeVec itself
 *
 * Only an error thrown by `onProgress` reaches the caller unchanged.
 */
export class EdgeVec<M extends object = Default> {
  /**
   * Not for callers: `await EdgeVec.open(...)` makes a database. `object`, so that the declarations
   * tell no more.
   */
  protected constructor(opened: object) {
    const { host, options } = Object(opened) as Opened;
    if (host === undefined) {
      throw new EdgeVecError('INVALID_OPTIONS', 'A database is not made with new', {
        remedy: 'Use await EdgeVec.open({ dimensions }).',
      });
    }
    const session = beginSession(this, opened as Opened);
    const { dimensions, metric, model } = host.engine;
    showFacts(this, { name: options.stored?.name, dimensions, metric, model, host: host.kind });
    ownMethods(this, EdgeVec.prototype);
    showInNode(this, () => (session.isClosed ? { closed: true } : { count: host.count?.() }));
    // Set here and not as a method: where the symbol is missing, a method would be named
    // "undefined".
    if (Symbol.asyncDispose !== undefined) {
      Object.defineProperty(this, Symbol.asyncDispose, { value: () => this.close() });
    }
  }

  /**
   * The names of the databases stored on this device, ascending. With `details: true`, also the
   * number of rows of each database, the bytes, and the time of the last checkpoint. The details
   * take longer, since EdgeVec reads the ids and the log of each database, and nothing else.
   * Databases may be open meanwhile, also in other tabs.
   *
   * @throws `STORAGE_UNAVAILABLE`, `INVALID_OPTIONS`.
   *
   * @example
   * for (const { name, rows, bytes, savedAt } of await EdgeVec.list({ details: true })) {
   *   console.log(name, rows, bytes, savedAt);
   * }
   */
  static list(options: ListOptions & { readonly details: true }): Promise<StoredDatabase[]>;
  static list(options?: SiteOptions): Promise<string[]>;
  static list(options?: ListOptions): Promise<string[] | StoredDatabase[]>;
  static list(options?: ListOptions): Promise<string[] | StoredDatabase[]> {
    return answer(async () => {
      const { directory, details } = readable(() => resolveList(options));
      const site = await localSite(directory);
      if (!details) return withoutShadows(await site.list());
      const { describeStored } = await chunk('the list of databases', () => import('./list.js'));
      return describeStored(site);
    });
  }

  /**
   * Deletes a stored database, if there is a database of this name. If another tab has the database
   * open, `drop` closes the database there.
   *
   * @throws `INVALID_OPTIONS`, `STORAGE_UNAVAILABLE`, `STORAGE_FAILED`, `BLOCKED` if another tab or
   * process does not close the database.
   * In IndexedDB, the database is then deleted as soon as the other tab closes it. Until then, the
   * database cannot be opened. If no tab has the database open, and only the browser keeps a
   * connection, the data is gone by then.
   */
  static drop(name: string, options?: SiteOptions): Promise<void> {
    return answer(async () => {
      const site = await localSite(readable(() => resolveSite('drop', options)));
      await site.drop(checkName(name));
      await site.drop(shadowOf(name));
    });
  }

  /**
   * Asks the browser to keep everything this site has stored, even if the device runs out of space.
   * Some browsers ask the user, others decide by themselves. Call `persist` on the page, not in a
   * worker, and best right after the user has done something worth keeping. The answer holds for
   * all databases of the site.
   *
   * @returns true if the browser grants this or granted it before, and also for files, since nobody
   * clears files. False if the browser refuses or cannot be asked. `stats().storage.persistence`
   * tells the same.
   *
   * @example
   * if (!(await EdgeVec.persist())) console.warn('The browser may clear the library.');
   */
  static persist(): Promise<boolean> {
    return answer(persist);
  }

  /** `await using db = await EdgeVec.open(...)` closes the database at the end of the block. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  /** The name that the database is stored under, or undefined if the database has no name. */
  declare readonly name: string | undefined;

  /** Numbers in each vector. */
  declare readonly dimensions: number;

  /** How closeness is measured. */
  declare readonly metric: Metric;

  /** The name of the model that made the vectors, or undefined if the model is not known. */
  declare readonly model: string | undefined;

  /** Where the engine runs. */
  declare readonly host: HostKind;

  /** Tells frameworks with reactive objects that a database is no plain object. */
  get [Symbol.toStringTag](): string {
    return 'EdgeVec';
  }

  /**
   * Adds new records, or vectors alone. A record without an id gets an integer above every number
   * up to 2^52 that the database has seen as an id.
   *
   * An array is a single transaction: all of its records are written, or none. Any other iterable
   * is a stream, written in batches of up to 1024 rows. If a stream fails, the error's `written`
   * tells how many of its rows are in the database. Do not change an array before the promise
   * settles. An iterable may use the same object again for each record: EdgeVec copies vector and
   * metadata before it asks for the next record.
   *
   * In a database with a model (`embed` of `open`), a record may have a `text` in place of a
   * vector.
   *
   * @returns the id, or an array of all ids in order.
   * @throws `ID_EXISTS`, `DUPLICATE_ID`, `INVALID_ID`, `INVALID_RECORD`, `INVALID_VECTOR`,
   * `DIMENSION_MISMATCH`, `NOT_FINITE`, `ZERO_VECTOR`, `VECTOR_TOO_LARGE`, `METADATA_NOT_STORABLE`,
   * `SOURCE_FAILED`, `ABORTED`, `OUT_OF_MEMORY`, `INVALID_OPTIONS`. If the database is stored, also
   * `QUOTA` and `READ_ONLY` (nothing is then written), and `STORAGE_FAILED`. With texts, also
   * `MODEL_FAILED` and the errors of the model. `MODEL_DIFFERS` if {@link reembed} has changed the
   * model during the call, and a record has a vector.
   *
   * @example
   * const id = await db.insert({ vector, metadata: { title: 'A' } });
   */
  insert(record: NewRecord<M> | NewText<M>, options?: WriteOptions): Promise<Id>;
  // The list comes before the bare vector: an empty array, and an array of `any`, is a list.
  insert(records: Many<NewRow<M>>, options?: WriteOptions): Promise<Id[]>;
  insert(vector: NewRow<M>, options?: WriteOptions): Promise<Id>;
  insert(input: NewRow<M> | Many<NewRow<M>>, options?: WriteOptions): Promise<Id | Id[]>;
  insert(input: NewRow<M> | Many<NewRow<M>>, options?: WriteOptions): Promise<Id | Id[]> {
    return sessionOf(this).write('insert', input, options);
  }

  /**
   * Writes records. A record with a new id is added. A record with an existing id replaces the old
   * row, metadata and all. The old row stays searchable until the new row is searchable. Takes a
   * record, an array or a stream, like {@link insert}.
   *
   * @returns the id, or an array of all ids in order.
   * @throws the errors of {@link insert}, without `ID_EXISTS`.
   *
   * @example
   * await db.upsert(records, {
   *   onProgress: ({ done, total }) => console.log(done, total),
   *   signal,
   * });
   */
  upsert(record: Upserted<M>, options?: WriteOptions): Promise<Id>;
  upsert(records: Many<Upserted<M>>, options?: WriteOptions): Promise<Id[]>;
  upsert(input: Upserted<M> | Many<Upserted<M>>, options?: WriteOptions): Promise<Id | Id[]>;
  upsert(input: Upserted<M> | Many<Upserted<M>>, options?: WriteOptions): Promise<Id | Id[]> {
    return sessionOf(this).write('upsert', input, options);
  }

  /**
   * Changes existing records. A field left out of the change stays as it is. `metadata` is merged
   * key by key, one level deep. Takes a change, an array or a stream, like {@link insert}.
   *
   * With a filter in place of an id, `update` changes the metadata of all rows that match, in a
   * single step. Such an update sees every write and deletion that was called before. Await a long
   * write first, as for {@link delete}.
   *
   * @returns the id, or an array of all ids in order. With a filter, the number of changed rows.
   * @throws the errors of {@link insert}, with `NOT_FOUND` in place of `ID_EXISTS`.
   * `INVALID_FILTER`.
   *
   * @example
   * await db.update({ id: 'a', metadata: { read: true } });
   * await db.update({ filter: { source: 'mail' }, metadata: { read: true } });
   */
  update(change: MatchingChange<M>, options?: DeleteOptions): Promise<number>;
  update(change: Updated<M>, options?: WriteOptions): Promise<Id>;
  update(changes: Many<Updated<M>>, options?: WriteOptions): Promise<Id[]>;
  update(input: Updated<M> | Many<Updated<M>>, options?: WriteOptions): Promise<Id | Id[]>;
  update(
    input: MatchingChange<M> | Updated<M> | Many<Updated<M>>,
    options?: WriteOptions,
  ): Promise<number | Id | Id[]> {
    return answer(async () => {
      const session = sessionOf(this);
      if (!hasFilter(input)) return session.write('update', input, options);
      const strict = readable(() => resolveDelete(options, 'update')) ?? session.strict;
      const { embed, fields } = session.options;
      const change = resolveChange(input, session.takeSparse, embed && fields.text);
      return session.change('updateMatching', { ...change, strict });
    });
  }

  /**
   * Makes the rows of a source exactly these records, in a single transaction: new and changed
   * records are written, rows that no record has are deleted, and all other rows stay untouched.
   * The rows of a source are the rows whose metadata field `source` equals the first argument.
   * EdgeVec fills the field. The option `fields` of `open` gives the field another name.
   *
   * A record equals a row if the ids, the metadata and the vectors are equal. Of records without an
   * id, metadata and vector decide. A record with a `hash` equals the row with the same id and
   * hash.
   *
   * The records may be an array or any other iterable. New and changed rows wait in memory and in
   * storage until the last record has come. If the call fails, or the page ends meanwhile, the
   * source stays as it was.
   *
   * @returns the ids of the rows, in four lists.
   * @throws the errors of {@link insert}. `ID_EXISTS` if an id is the id of a row outside of the
   * source, `DUPLICATE_ID` if two records are the same row, `CONFLICT` if somebody has changed a
   * kept row meanwhile. `INVALID_OPTIONS` if the source is neither a string nor a number.
   *
   * @example
   * const passages = [{ vector, metadata: { title: 'How to brew tea' } }];
   * const { added, removed } = await db.replace('guide.pdf', passages);
   */
  replace(source: string | number, records: Many<SourceRecord<M>>, options?: WriteOptions): Promise<Replaced> {
    return sessionOf(this).replace(source, records, options);
  }

  /**
   * Reads a record by id, or many records by an array of ids. The result is `undefined` for each id
   * that does not exist.
   *
   * @throws `INVALID_ID`.
   */
  get(id: Id): Promise<StoredRecord<M> | undefined>;
  get(ids: readonly Id[]): Promise<(StoredRecord<M> | undefined)[]>;
  get(ids: Id | readonly Id[]): Promise<StoredRecord<M> | undefined | (StoredRecord<M> | undefined)[]>;
  get(input: Id | readonly Id[]): Promise<StoredRecord<M> | undefined | (StoredRecord<M> | undefined)[]> {
    return answer(async () => {
      const { ids, isList } = checkIds('get', input);
      const reply = await sessionOf(this).call('get', { ids, vectors: true });
      const decoder = sessionOf(this).decoder<M>(true);
      const found: (StoredRecord<M> | undefined)[] = [];
      let next = 0;
      for (const [i, id] of ids.entries()) {
        if (i % STEP_ROWS === STEP_ROWS - 1) await sessionOf(this).host.slices.breathe();
        // The reply has the records in the order of their ids, and leaves out those that are not
        // there.
        found.push(reply.ids[next] === id ? (decoder.record(reply, next++) as StoredRecord<M>) : undefined);
      }
      return isList ? found : found[0];
    });
  }

  /**
   * Tells whether a row with the id exists.
   *
   * @returns true or false. For an array of ids, an array of answers in the same order.
   * @throws `INVALID_ID`.
   */
  has(id: Id): Promise<boolean>;
  has(ids: readonly Id[]): Promise<boolean[]>;
  has(ids: Id | readonly Id[]): Promise<boolean | boolean[]>;
  has(input: Id | readonly Id[]): Promise<boolean | boolean[]> {
    return answer(async () => {
      const { ids, isList } = checkIds('has', input);
      const found = await sessionOf(this).call('has', { ids });
      return isList ? [...found] : (found[0] as boolean);
    });
  }

  /**
   * The ids of all rows, or of the rows that match a filter, in order of insertion.
   *
   * @throws `INVALID_OPTIONS`, `INVALID_FILTER`.
   *
   * @example
   * const unread = await db.keys({ filter: { read: false }, limit: 20 });
   */
  keys(options?: KeysOptions<M>): Promise<Id[]> {
    return answer(async () => {
      const which = readable(() => resolveKeys(options));
      return [...(await sessionOf(this).call('ids', which))];
    });
  }

  /**
   * Deletes a row by id, many rows by an array of ids, or all rows that match a filter, in a single
   * step. Ids that do not exist are ignored. A deletion by filter sees every write and deletion
   * that was called before.
   *
   * Await a long write first, if the deletion is to see the write: an array of more than 64 records
   * or 256 KiB, a stream, or a write with `onProgress`. The last records of a long write come
   * later, and the write takes effect as a whole after the last record.
   *
   * @returns the number of deleted rows.
   * @throws `INVALID_ID`, `INVALID_FILTER`, `INVALID_OPTIONS`. In a stored database also `QUOTA`,
   * `READ_ONLY`, `STORAGE_FAILED`.
   *
   * @example
   * await db.delete({ filter: { source: 'old.pdf' } });
   */
  delete(input: Id | readonly Id[] | Matching<M>, options?: DeleteOptions): Promise<number> {
    return answer(async () => {
      const strict = readable(() => resolveDelete(options)) ?? sessionOf(this).strict;
      if (hasFilter(input)) return sessionOf(this).change('deleteMatching', { filter: resolveDeletion(input), strict });
      return sessionOf(this).change('delete', { ids: checkIds('delete', input).ids, strict });
    });
  }

  /**
   * Deletes every row, in a single step. `clear` does the same as {@link delete} with the filter
   * `{}`. Ids that EdgeVec chooses later are still above the ids of the deleted rows.
   *
   * @returns the number of deleted rows.
   * @throws `INVALID_OPTIONS`. In a stored database also `QUOTA`, `READ_ONLY`, `STORAGE_FAILED`.
   */
  clear(options?: DeleteOptions): Promise<number> {
    return answer(async () => {
      const strict = readable(() => resolveDelete(options, 'clear')) ?? sessionOf(this).strict;
      return sessionOf(this).change('deleteMatching', { filter: resolveDeletion({ filter: {} }), strict });
    });
  }

  /**
   * Resolves when every write acknowledged before would survive a power failure. `flush` does
   * nothing if the database is not stored.
   *
   * @throws `QUOTA`, `STORAGE_FAILED`.
   */
  async flush(): Promise<void> {
    await answer(() => sessionOf(this).call('flush', undefined));
  }

  /**
   * The number of rows that a search can return. With a filter, the number of rows that match.
   *
   * @throws `INVALID_OPTIONS`, `INVALID_FILTER`.
   *
   * @example
   * await db.count({ filter: { tags: { $contains: 'poetry' } } });
   */
  count(options?: CountOptions<M>): Promise<number> {
    return answer(async () =>
      sessionOf(this).call(
        'count',
        readable(() => resolveCount(options)),
      ),
    );
  }

  /**
   * The values of fields with the number of rows that have each value, most frequent first. Use
   * `facets` for lists of check boxes. A field in a nested object has a path, such as
   * `'author.name'`. Of an array, each element is a value. Values that a filter cannot compare
   * with, such as objects, are left out.
   *
   * @throws `INVALID_OPTIONS`, `INVALID_FILTER`.
   *
   * @example
   * const { tags } = await db.facets(['tags'], { filter: { year: { $gte: 1990 } } });
   * for (const { value, count } of tags) console.log(value, count);
   */
  facets<F extends FieldName<M>>(fields: readonly F[], options?: FacetsOptions<M>): Promise<Facets<F>> {
    return answer(async () => {
      const paths = ofCaller(() => resolveFields('fields', fields), 'INVALID_OPTIONS', 'The fields cannot be read');
      const how = readable(() => resolveFacets(options));
      const replies = await sessionOf(this).call('facets', { fields: [...paths.values()], ...how });
      const counts = [...paths.keys()].map((field, i): [string, readonly FacetCount[]] => [field, replies[i] ?? []]);
      return Object.fromEntries(counts) as Facets<F>;
    });
  }

  /**
   * Finds the `k` rows nearest to `query`, nearest first, or all rows if the database has fewer.
   * You may pass the number `k` in place of the options. The default of `k` is 10.
   *
   * The query may also be an object with all options ({@link VectorSearch}, {@link TextSearch},
   * {@link SparseSearch}, {@link HybridSearch}):
   *
   * - `vector`: the rows nearest to the vector.
   * - `like`, the id of a row: the rows most like the row, without the row itself.
   * - `text`: the rows with these words in the fields that `open` was given as `text`, by BM25.
   * - `sparse`: the rows with the highest dot product with a sparse vector, in a database that was
   *   opened with `sparse: true`.
   * - Several of these (but one of `vector`, `like` and `vectors`), or `vectors` alone: the hits of
   *   all searches, fused into a single list.
   *
   * In a database with a model (`embed` of `open`), the query may be a string: a question. The
   * model embeds the question. `signal` of the options aborts the embedding.
   *
   * @throws `INVALID_K`, `INVALID_OPTIONS`, `INVALID_FILTER`, `INVALID_VECTOR`,
   * `DIMENSION_MISMATCH`, `NOT_FINITE`, `ZERO_VECTOR`, `VECTOR_TOO_LARGE`. With `like` also
   * `INVALID_ID`, and `NOT_FOUND` if no row has the id. With `rerank` also `RERANK_FAILED` and
   * `RERANK_TIMEOUT`. With a string also `MODEL_FAILED` and `ABORTED`. `MODEL_DIFFERS` if
   * {@link reembed} has changed the model during the call, and the query is an object with a
   * vector.
   *
   * @example
   * const hits = await db.search(query, 5);
   * for (const { id, score, metadata } of hits) console.log(id, score, metadata);
   * const similar = await db.search({ like: 'a', k: 3, filter: { read: false } });
   * const found = await db.search({ text: 'whale ship', vector: query, k: 3 });
   */
  search(query: TextSearch<M> | SparseSearch<M>): Promise<TextHit<M>[]>;
  search(query: HybridSearch<M>): Promise<FusedHit<M>[]>;
  search(query: VectorSearch<M> & WithVectors): Promise<HitWithVector<M>[]>;
  search(query: VectorSearch<M>): Promise<Hit<M>[]>;
  search(query: VectorInput, options: SearchOptions<M> & WithVectors): Promise<HitWithVector<M>[]>;
  search(query: VectorInput, options?: number | SearchOptions<M>): Promise<Hit<M>[]>;
  search(question: string, options: QuestionOptions<M> & WithVectors): Promise<HitWithVector<M>[]>;
  search(question: string, options?: number | QuestionOptions<M>): Promise<Hit<M>[]>;
  search(query: VectorInput | string | Search<M>, options?: number | SearchOptions<M>): Promise<TextHit<M>[]> {
    return answer(async () => {
      const session = sessionOf(this);
      const questions = questionsIn(session, [query], options);
      const [vector, given] = questions === undefined ? [query, options] : [questions.queries[0], questions.options];
      const taken = take(vector, given, session.host.engine);
      if (taken !== undefined) {
        const { find } = await finder();
        const searches = questions === undefined ? [taken] : await questions.fillTaken([taken]);
        return (await find<M>(session, searches, false))[0] as TextHit<M>[];
      }
      const { includeVectors: vectors, ...how } = readable(() => resolveSearch(given as number | SearchOptions));
      const copied = new Float32Array(this.dimensions);
      copyVector(vector, this.dimensions, copied, 0);
      const queries = questions === undefined ? copied : await questions.fill(copied);
      const [reply] = await session.call('search', { queries, vectors, ...how });
      return session.decoder<M>(false).hits(reply as ReplyOf<'search'>[number]);
    });
  }

  /**
   * {@link search} for many queries in a single call. The queries are vectors or questions with the
   * same options for all, or objects with the options of each.
   *
   * @returns the hits of each query, in the order of the queries.
   * @throws the errors of {@link search}, with the position of the query in `row`. `INVALID_VECTOR`
   * also if the queries take more than 1 GiB together, `MODEL_DIFFERS` also for a vector beside a
   * question.
   */
  searchMany(queries: readonly (TextSearch<M> | SparseSearch<M>)[]): Promise<TextHit<M>[][]>;
  searchMany(queries: readonly HybridSearch<M>[]): Promise<FusedHit<M>[][]>;
  searchMany(queries: readonly (VectorSearch<M> & WithVectors)[]): Promise<HitWithVector<M>[][]>;
  searchMany(queries: readonly VectorSearch<M>[]): Promise<Hit<M>[][]>;
  searchMany(queries: readonly VectorInput[], options: SearchOptions<M> & WithVectors): Promise<HitWithVector<M>[][]>;
  searchMany(queries: readonly VectorInput[], options?: number | SearchOptions<M>): Promise<Hit<M>[][]>;
  searchMany(queries: Questions, options: QuestionOptions<M> & WithVectors): Promise<HitWithVector<M>[][]>;
  searchMany(queries: Questions, options?: number | QuestionOptions<M>): Promise<Hit<M>[][]>;
  searchMany(queries: Questions | readonly Search<M>[], options?: number | SearchOptions<M>): Promise<TextHit<M>[][]> {
    return answer(async () => {
      const session = sessionOf(this);
      const questions = questionsIn(session, queries, options);
      const [list, given] = questions === undefined ? [queries, options] : [questions.queries, questions.options];
      const taken = takeMany(list, given, session.host.engine);
      if (taken !== undefined) {
        const { find } = await finder();
        return find<M>(session, questions === undefined ? taken : await questions.fillTaken(taken), true);
      }
      const { includeVectors: vectors, ...how } = readable(() => resolveSearch(given as number | SearchOptions));
      const copied = copyQueries(list, this.dimensions);
      const flat = questions === undefined ? copied : await questions.fill(copied);
      const replies = await session.call('search', { queries: flat, vectors, ...how });
      const decoder = session.decoder<M>(true);
      const hits: Hit<M>[][] = [];
      for (const reply of replies) {
        hits.push(decoder.hits(reply));
        await session.host.slices.breathe();
      }
      return hits;
    });
  }

  /**
   * Makes the vectors of all rows again by another model, from the texts that the rows keep in the
   * metadata field `text`. Meanwhile, searches and writes go on with the old vectors. In the end,
   * the new index takes the place of the old index in a single step. From then on, `search('…')`
   * and `{ text }` use the new model.
   *
   * The finished rows of a stored database are kept: if the call fails or is aborted, or if the
   * page ends, the next `reembed` with the same model goes on from there. Rows that have changed
   * meanwhile are embedded again. Other tabs find their database closed after the last step, with
   * the event `storage-gone`, since their model is the old model.
   *
   * @returns the number of rows.
   * @throws `INVALID_RECORD` if a row has no text, `MODEL_FAILED`, `ABORTED`, `CONFLICT` if other
   * tabs write without a pause, `BLOCKED` if a call is under way already, also in another tab,
   * `INVALID_OPTIONS`. In a stored database also `QUOTA`, `STORAGE_FAILED`.
   *
   * @example
   * const embed = (texts: readonly string[]) => texts.map((text) => [text.length, 1]);
   * const db = await EdgeVec.open({ embed: { model: 'one', dimensions: 2, embed } });
   * await db.insert({ text: 'tea' });
   * await db.reembed({ model: 'two', dimensions: 2, embed });
   */
  reembed(embed: TextModel, options?: ReembedOptions): Promise<number> {
    return sessionOf(this).reembed(embed, options);
  }

  /**
   * Yields every record, or every record that matches a filter, in order of insertion. `scan` does
   * not see rows that are added or begin to match after its start. `scan` skips rows that are
   * deleted or stop to match meanwhile.
   *
   * @throws `INVALID_OPTIONS`, `INVALID_FILTER`.
   *
   * @example
   * for await (const { id, metadata } of db.scan({ filter: { read: false }, limit: 20 })) {
   *   console.log(id, metadata);
   * }
   */
  scan(options: ScanOptions<M> & WithVectors): AsyncGenerator<StoredRecord<M>, void, undefined>;
  scan(options?: ScanOptions<M>): AsyncGenerator<ScannedRecord<M>, void, undefined>;
  async *scan(options?: ScanOptions<M>): AsyncGenerator<ScannedRecord<M>, void, undefined> {
    const { vectors, batchSize, filter, ids } = await answer(async () => {
      const { includeVectors, batchSize, ...which } = readable(() => resolveScan(options));
      return {
        vectors: includeVectors,
        batchSize,
        filter: which.filter,
        ids: await sessionOf(this).call('ids', which),
      };
    });
    for (let start = 0; start < ids.length; start += batchSize) {
      const batch = ids.slice(start, start + batchSize);
      const reply = await answer(() => sessionOf(this).call('get', { ids: batch, vectors, filter }));
      const decoder = sessionOf(this).decoder<M>(true);
      for (const i of reply.ids.keys()) {
        if (i % STEP_ROWS === STEP_ROWS - 1) await sessionOf(this).host.slices.breathe();
        yield decoder.record(reply, i);
      }
    }
  }

  /**
   * Reclaims the space of deleted and replaced rows for new rows, in slices. Searches and writes go
   * on meanwhile. The database compacts by itself when a quarter of its rows are deleted or
   * replaced. Call `compact` to do this now. If many rows have changed, `compact` also learns again
   * how wide a search must be for a given recall.
   */
  async compact(): Promise<void> {
    await answer(() => sessionOf(this).call('compact', undefined));
  }

  /**
   * Counts of rows, bytes of memory and of storage, and the work since the database was opened.
   * {@link Stats} explains each number.
   */
  async stats(): Promise<Stats> {
    const [stats, stored] = await answer(() =>
      Promise.all([sessionOf(this).call('stats', undefined), sessionOf(this).call('stored', undefined)]),
    );
    const { rows, hidden, tombstones, unlinked, levels, precision, memoryBytes, calibratedRows } = stats;
    return {
      count: rows,
      hidden,
      tombstones,
      unlinked,
      levels,
      precision,
      memoryBytes,
      memory: memoryParts(stats),
      calibratedRows,
      distances: stats.distances,
      buildDistances: stats.buildDistances,
      storage: {
        persistence: await persistenceOf(stored.kind),
        bytes: stored.bytes,
        readOnly: stored.readOnly,
        reserved: stored.reserved,
        ...(stored.estimate && { used: stored.estimate.usage, quota: stored.estimate.quota }),
      },
      variant: sessionOf(this).variant,
      host: this.host,
    };
  }

  /**
   * With a name: stores a copy of the present rows, and replaces a database of the same name.
   * `EdgeVec.load(name)` opens the copy. Without a name: writes a checkpoint of the stored
   * database, so that the next `open` is faster. A stored database also writes checkpoints by
   * itself.
   *
   * @throws `INVALID_OPTIONS` if neither the call nor the database has a name.
   * `STORAGE_UNAVAILABLE`, `BLOCKED`, `QUOTA`, `READ_ONLY`, `STORAGE_FAILED`.
   */
  async save(name?: string): Promise<void> {
    await answer(async () => {
      const { stored } = sessionOf(this).options;
      if (name === undefined && stored === undefined) {
        throw new EdgeVecError('INVALID_OPTIONS', 'The database has no name, and none is given to save it under', {
          remedy: 'Pass one: save(name). Or open the database with a name, and every write is stored.',
        });
      }
      await sessionOf(this).call('save', { name: name === undefined ? undefined : checkName(name) });
    });
  }

  /**
   * Exports the whole database as a single file, for `EdgeVec.import` on any platform. The file
   * holds every write acknowledged before you read the first piece, and no write made after this
   * piece has come. A stored database is read from storage, a piece at a time. A database in memory
   * is copied first, and writes wait for the copy.
   *
   * An imported database exports the same bytes again. If you await each call before the next, the
   * same calls export the same bytes on every platform, until deleted rows are compacted in the
   * background.
   *
   * Read the stream to its end, or cancel the stream. A stream that you begin and leave alone keeps
   * its copy in memory, or the old chunks in storage, until the stream is garbage-collected or the
   * database is closed.
   *
   * @throws the stream fails with `OUT_OF_MEMORY` if there is no memory for the copy,
   * `STORAGE_FAILED` or `DAMAGED`.
   *
   * @example
   * const blob = await new Response(db.export()).blob();
   */
  export(): ReadableStream<Uint8Array> {
    return exportStream((method, request) => answer(() => sessionOf(this).call(method, request)), sessionOf(this).host);
  }

  /**
   * Writes records as JSON Lines, for other tools and for {@link importJson}: on each line an
   * object with `id`, `vector` and `metadata`, in UTF-8. Kinds of metadata that JSON does not have
   * become objects with a key such as `$date`. docs/inputs.md lists these keys. The stream reads
   * rows as {@link scan} does: rows that are added after the start are left out.
   *
   * `export` keeps more: the graph, the options, and every kind of metadata.
   *
   * @throws the stream fails with `INVALID_OPTIONS`, `INVALID_FILTER`, or `METADATA_NOT_STORABLE`
   * if metadata refers to an enclosing object, has an array with holes, or a boxed value.
   *
   * @example
   * const blob = await new Response(db.exportJson({ filter: { read: true } })).blob();
   */
  exportJson(options?: ExportJsonOptions<M>): ReadableStream<Uint8Array> {
    return lineStream(linesOf(this, options));
  }

  /**
   * Writes the records of a file of JSON Lines into the database, as {@link upsert} does: on each
   * line an object with `id`, `vector` and `metadata`. A vector is an array of numbers, or the
   * base64 of little-endian 32-bit floats. The file is read and written in batches. If a batch
   * fails, the error's `written` tells how many rows are in the database.
   *
   * @returns the number of records.
   * @throws the errors of {@link upsert}, and `INVALID_OPTIONS` if the source cannot be read.
   *
   * @example
   * const rows = await db.importJson(await new Response(db.exportJson()).blob());
   */
  importJson(source: ImportSource, options?: WriteOptions): Promise<number> {
    return answer(async () => {
      const ids = await sessionOf(this).write('upsert', recordsIn(laterPiecesOf(source)), options);
      return (ids as Id[]).length;
    });
  }

  /**
   * Calls `listener` each time rows have changed, with the ids of the rows. Use {@link live} for
   * results that follow the rows. The calls come:
   *
   * - after a transaction or deletion of this object has changed rows, before the promise of the
   *   call resolves. A stream calls `listener` after each of its batches.
   * - after another tab, or another object of this page, has written, and its rows are here, as the
   *   event `changed` says.
   * - once no call can succeed any more, because another tab has dropped the database or the worker
   *   is gone, with `all: true`. The next call tells the error.
   *
   * `close()` ends all subscriptions. If `listener` throws or rejects, the error goes to
   * `reportError`, or to `console.error` if there is no `reportError`.
   *
   * @returns a function that ends the subscription.
   * @throws `INVALID_OPTIONS` if `listener` is no function.
   *
   * @example
   * const end = db.subscribe(({ all, inserted, updated, deleted }) => {
   *   console.log(all ? 'any row' : [inserted, updated, deleted]);
   * });
   * await db.delete(ids);
   * end();
   */
  subscribe(listener: (rows: RowChanges) => unknown): () => void {
    return sessionOf(this).changes.add(listener);
  }

  /**
   * Runs a query now, and again each time rows have changed, in this tab or in another tab. Calls
   * `onResult` with the first result, and with each later result that differs from the result
   * before. The query is a search, or a function that reads from the database.
   *
   * - A run ends before the next run begins. Any number of changes during a run lead to a single
   *   further run. The last result that `onResult` gets is the result of a run that began after the
   *   last change.
   * - Results are compared by value: ids, distances, scores, metadata and vectors. Do not change a
   *   result: EdgeVec compares the next result with the changed result.
   * - `onResult` is never called before `live` returns.
   *
   * The live query ends with `close()` of the returned object, with `signal`, and with `close()` of
   * the database. Once no call can succeed any more, because another tab has dropped the database
   * or the worker is gone, `onError` receives the error, and the live query ends. A search by a
   * vector also ends once {@link reembed} has changed the model, with the error `MODEL_DIFFERS`.
   * Until the live query ends, the garbage collector does not close the database.
   *
   * If `onResult` or `onError` throws or rejects, the error goes to `reportError`, or to
   * `console.error` if there is no `reportError`.
   *
   * @param query a search as an object, as {@link search} takes the object, or a function
   * @throws `INVALID_OPTIONS`, `INVALID_FILTER`, `INVALID_VECTOR`, `DIMENSION_MISMATCH`. All other
   * errors reach `onError`.
   *
   * @example
   * const live = db.live({ vector, k: 5 }, (hits) => console.log(hits));
   * const filter = { read: false };
   * const unread = db.live(() => db.count({ filter }), (count) => console.log(count));
   * for (const { close } of [live, unread]) close();
   */
  live(query: TextSearch<M> | SparseSearch<M>, onResult: (hits: TextHit<M>[]) => unknown, options?: LiveOptions): Live;
  live(query: HybridSearch<M>, onResult: (hits: FusedHit<M>[]) => unknown, options?: LiveOptions): Live;
  live(
    query: VectorSearch<M> & WithVectors,
    onResult: (hits: HitWithVector<M>[]) => unknown,
    options?: LiveOptions,
  ): Live;
  live(query: VectorSearch<M>, onResult: (hits: Hit<M>[]) => unknown, options?: LiveOptions): Live;
  live<T>(query: () => PromiseLike<T>, onResult: (result: T) => unknown, options?: LiveOptions): Live;
  live(query: unknown, onResult: (result: never) => unknown, options?: LiveOptions): Live {
    const session = sessionOf(this);
    if (typeof query !== 'function') return beginLiveSearch<M>(this, session, query, onResult as never, options);
    return beginLive(this, session, query as () => PromiseLike<never>, onResult, options);
  }

  /**
   * Closes the database and frees its memory. If the page has opened the stored database more than
   * once, the memory is free after the last `close`. Everything stored stays and can be opened
   * again. A write or deletion that is being logged is finished first. All other pending calls
   * reject with `CLOSED`, and have changed nothing. A second `close` waits for the first.
   */
  close(): Promise<void> {
    return sessionOf(this).close();
  }
}

async function* linesOf<M extends object>(db: EdgeVec<M>, options?: ExportJsonOptions<M>): AsyncGenerator<string> {
  const { filter, vectors } = await answer(async () => readable(() => resolveExportJson(options)));
  const which = { includeVectors: true, ...(filter === undefined ? {} : { filter: filter as Filter<M> }) } as const;
  const { lineOf } = await jsonLines();
  for await (const record of db.scan(which)) yield lineOf(record, vectors);
}

async function persistenceOf(kind: ReplyOf<'stored'>['kind']): Promise<Stats['storage']['persistence']> {
  if (kind === undefined || kind === 'memory') return 'ephemeral';
  if (kind === 'files') return 'durable';
  return (await isPersisted()) ? 'durable' : 'best-effort';
}
