// The calls of a database. A database runs inside either host. The public class has validated the
// requests, so the database makes only checks that need rows.
//
// A durable database is never ahead of the log: callers see only changes that are in the log.

import type {
  Effect,
  ExportReply,
  FacetReply,
  Handlers,
  HitsReply,
  RecordsReply,
  ReplyOf,
  RequestOf,
  SearchRequest,
  WriteRequest,
} from '../base/calls.js';
import type { Path } from '../base/clause.js';
import { aborted, type EdgeVecError } from '../base/errors.js';
import { CLOSING_MS, Deadline } from '../base/timeout.js';
import type { Id, Precision } from '../base/types.js';
import type { Collection } from '../collection/collection.js';
import type { TextMeans } from '../collection/words/words.js';
import type { StoredOptions } from '../format/manifest.js';
import type { PersistentStore } from '../persistence/store.js';
import type { StorageSite } from '../storage/storage.js';
import { Exports } from './exports.js';
import type { LiveState } from './live-state.js';
import { readFacets } from './query/facets.js';
import { Find } from './query/find.js';
import { Search } from './query/search.js';
import { listIds, readStored, selectable } from './query/selection.js';
import { haveRows, readRecords } from './read.js';
import type { InMemoryReplica } from './replica.js';
import { Snapshots } from './snapshots.js';
import { type Change, Committer } from './write/committer.js';
import { deletion } from './write/deletion.js';
import { deletionOf, updateOf } from './write/matching.js';
import type { Replacement } from './write/replacement.js';

/** How many milliseconds of the time for closing the writes being logged leave to later steps. */
const KEPT_MS = 2_000;

export interface DatabaseOptions {
  /** The options of the stored database. */
  readonly engine: StoredOptions;
  readonly recall: number;
  /** Where databases are stored. */
  readonly site: () => Promise<StorageSite>;
  /** The persistence of this database, if it is stored. */
  readonly store?: PersistentStore;
}

export class Database implements Handlers {
  readonly #replica: InMemoryReplica;
  readonly #store: PersistentStore | undefined;
  readonly #committer: Committer;
  readonly #search: Search;
  readonly #find: Find;
  readonly #snapshots: Snapshots;
  readonly #exports = new Exports();
  readonly #site: () => Promise<StorageSite>;
  readonly #precision: Precision;
  #closing: Promise<void> | undefined;

  constructor(replica: InMemoryReplica, { engine, recall, site, store }: DatabaseOptions) {
    const { live, isolation, slices, maintenance } = replica;
    if (store !== undefined) maintenance.store(store.storing);
    this.#replica = replica;
    this.#store = store;
    this.#committer = new Committer(live, isolation, store);
    this.#search = new Search(live, isolation, slices, recall);
    this.#find = new Find({ live, isolation, slices, metric: engine.metric, recall });
    this.#snapshots = new Snapshots(replica, this.#committer, store, engine);
    this.#site = site;
    this.#precision = engine.precision;
  }

  /**
   * Resolves once the database holds all entries of the log, and begins to link waiting rows. Call
   * this once, after construction. If the log has no entry after the checkpoint, some rows may
   * still be missing.
   */
  async start(): Promise<void> {
    const { live, maintenance } = this.#replica;
    if (this.#store !== undefined) await this.#committer.catchUp();
    live.assertOpen();
    this.#replica.start();
    // If the linking fails, the next call tells the caller.
    this.#linkOpened().catch(() => {});
    maintenance.tidy();
  }

  /** Makes columns of these fields in the background, and keeps the columns. */
  index(fields: readonly Path[]): void {
    if (fields.length === 0) return;
    const { live, isolation } = this.#replica;
    const { columns } = live.collection;
    columns.declare(fields);
    // If this fails, the filter that needs the column tells.
    selectable(live, isolation, undefined, fields).catch(() => {});
  }

  /**
   * Keeps the words of text fields, or the sparse vectors, from now on, and reads them in the
   * background.
   */
  indexTexts(kind: 'words' | 'sparse', means: TextMeans): void {
    const { live, maintenance } = this.#replica;
    live.collection[kind].declare(means);
    maintenance.tidy();
  }

  /** A transaction takes its place among writes and deletions when its last part comes. */
  async write(request: WriteRequest): Promise<ReplyOf<'write'>> {
    const { live, isolation, maintenance, slices, transactions } = this.#replica;
    live.assertOpen();
    slices.begin();
    const number = request.transaction;
    const transaction = transactions.of(request, (rows) => this.#store?.buffer(rows));
    try {
      while (isolation.rest !== undefined) await isolation.rest;
      live.assertOpen();
      transactions.assertOpen(number, transaction);
      // An earlier part was lost on the way, and the call of the earlier part fails.
      if (request.part.start !== transaction.rows) throw aborted('write');
      const kept = transaction.append(request.part, this.#committer.idle);
      const linking = maintenance.linked();
      const waits = linking !== undefined || kept !== undefined;
      const ready = waits ? Promise.race([Promise.all([linking, kept]), transaction.failed]) : undefined;
      if (request.last) {
        const change = transactions.change(number, transaction, ready);
        const effect = await this.#committer.enqueue(change, request.strict);
        maintenance.tidy();
        return effect;
      }
      await ready;
      // Without a pause, a long write that never waits would never end its turn of the event loop.
      await slices.breathe();
      return { result: [], changed: undefined };
    } catch (error) {
      await transactions.fail(number, transaction, error as EdgeVecError);
      throw error;
    }
  }

  async compare(request: RequestOf<'compare'>): Promise<ReplyOf<'compare'>> {
    const { live, isolation, slices, transactions } = this.#replica;
    live.assertOpen();
    slices.begin();
    const number = request.transaction;
    const transaction = transactions.replacing(request, () => this.#store?.buffer(undefined));
    try {
      while (isolation.rest !== undefined) await isolation.rest;
      const kept = await transaction.replacement?.compare(live, isolation, this.#precision, request);
      transactions.assertOpen(number, transaction);
      return kept ?? [];
    } catch (error) {
      await transactions.fail(number, transaction, error as EdgeVecError);
      throw error;
    }
  }

  async replace({ transaction: number, strict }: RequestOf<'replace'>): Promise<ReplyOf<'replace'>> {
    const { live, isolation, maintenance, transactions } = this.#replica;
    live.assertOpen();
    const transaction = transactions.known(number);
    try {
      while (isolation.rest !== undefined) await isolation.rest;
      const replacement = transaction.replacement as Replacement;
      const waits = Promise.all([maintenance.linked(), readStored(live.collection, replacement.source)]);
      const ready = Promise.race([waits, transaction.failed]);
      const effect = await this.#committer.enqueue(transactions.change(number, transaction, ready), strict);
      maintenance.tidy();
      const { added, changed, removed } = replacement;
      let next = 0;
      const all = added.map((id) => id ?? (effect.result[next++] as number));
      return { ...effect, result: { added: all, changed, removed } };
    } catch (error) {
      await transactions.fail(number, transaction, error as EdgeVecError);
      throw error;
    }
  }

  async abort({ transaction }: RequestOf<'abort'>): Promise<undefined> {
    await this.#replica.transactions.abort(transaction);
  }

  get(request: RequestOf<'get'>): Promise<RecordsReply> {
    return readRecords(this.#replica.live, this.#replica.isolation, request);
  }

  has({ ids }: RequestOf<'has'>): Promise<boolean[]> {
    return haveRows(this.#replica.live, this.#replica.isolation, ids);
  }

  delete({ ids, strict }: RequestOf<'delete'>): Promise<Effect<number>> {
    return this.#change((live) => deletion(live, ids), strict);
  }

  deleteMatching({ filter, strict }: RequestOf<'deleteMatching'>): Promise<Effect<number>> {
    return this.#change((live) => deletionOf(live, filter), strict);
  }

  updateMatching({ filter, metadata, strict }: RequestOf<'updateMatching'>): Promise<Effect<number>> {
    return this.#change((live) => updateOf(live, filter, metadata), strict);
  }

  search(request: SearchRequest): Promise<readonly HitsReply[]> {
    return this.#search.answer(request);
  }

  find(requests: RequestOf<'find'>): Promise<ReplyOf<'find'>> {
    return this.#find.answer(requests);
  }

  async ids({ filter, offset, limit }: RequestOf<'ids'> = {}): Promise<Id[]> {
    const { live, isolation } = this.#replica;
    await selectable(live, isolation, filter);
    return isolation.read(listIds(live.collection, filter, offset, limit));
  }

  async count({ filter }: RequestOf<'count'> = {}): Promise<number> {
    const { live, isolation } = this.#replica;
    await selectable(live, isolation, filter);
    const { collection } = live;
    return filter === undefined ? collection.count : collection.columns.select(filter).count();
  }

  facets(request: RequestOf<'facets'>): Promise<FacetReply[]> {
    return readFacets(this.#replica.live, this.#replica.isolation, request);
  }

  async compact(): Promise<undefined> {
    await this.#replica.live.whole();
    await this.#replica.maintenance.compact();
  }

  async stats(): Promise<ReplyOf<'stats'>> {
    await this.#visible();
    const { engine, collection } = this.#replica.live;
    return { ...engine.stats(), stores: Object.fromEntries(collection.bytes()) };
  }

  async stored(): Promise<ReplyOf<'stored'>> {
    this.#replica.live.assertOpen();
    return (
      (await this.#store?.stored()) ?? { kind: undefined, bytes: 0, readOnly: false, reserved: 0, estimate: undefined }
    );
  }

  /** Resolves once all rows are here that other tabs had written before the call. */
  async catchUp(): Promise<undefined> {
    this.#replica.live.assertOpen();
    await this.#committer.catchUp();
  }

  /** Resolves once every acknowledged write would survive a power failure. */
  async flush(): Promise<undefined> {
    this.#replica.live.assertOpen();
    await this.#committer.flush();
  }

  async position(): Promise<ReplyOf<'position'>> {
    this.#replica.live.assertOpen();
    await this.#committer.catchUp();
    return this.#store?.position;
  }

  async retire({ isRetired }: RequestOf<'retire'>): Promise<undefined> {
    // Rows that are still in storage would be gone with the database.
    if (isRetired) await this.#replica.live.whole();
    await this.#store?.retire(isRetired);
  }

  async save({ name, replaces, model }: RequestOf<'save'>): Promise<undefined> {
    this.#replica.live.assertOpen();
    await this.#committer.flush();
    if (name === undefined || name === this.#store?.name) await this.#snapshots.checkpoint();
    else await this.#snapshots.copyTo(await this.#site(), name, { replaces, model });
  }

  async exportBegin(): Promise<number> {
    this.#replica.live.assertOpen();
    // An export holds the writes of other tabs too.
    await this.#committer.catchUp();
    const snapshot = await this.#snapshots.take();
    try {
      this.#replica.live.assertOpen();
    } catch (error) {
      snapshot.end();
      throw error;
    }
    return this.#exports.begin(snapshot);
  }

  async exportNext(number: number): Promise<ExportReply> {
    this.#replica.live.assertOpen();
    try {
      return await this.#exports.next(number);
    } catch (error) {
      // Closing ends every export.
      this.#replica.live.assertOpen();
      throw error;
    }
  }

  exportEnd(number: number): undefined {
    this.#exports.end(number);
  }

  /**
   * Frees the engine. Writes and deletions that are being logged take effect first, so that the
   * callers hear the answer of the log. Waiting writes and deletions reject with `CLOSED`, and
   * leave nothing behind.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close(new Deadline(CLOSING_MS));
    return this.#closing;
  }

  async #close(deadline: Deadline): Promise<void> {
    const { live, maintenance, transactions } = this.#replica;
    live.close();
    this.#exports.endAll();
    maintenance.stop();
    // Free the engine also if the storage hangs.
    await deadline.within(this.#committer.settled(), KEPT_MS);
    transactions.clear();
    live.free();
    await this.#store?.close(deadline);
  }

  /** The present collection, for callers in the same thread. @throws `CLOSED` */
  collection(): Collection {
    return this.#replica.collection();
  }

  /** A change that takes its place among writes and deletions now. */
  async #change<T>(change: (live: LiveState) => Change<T>, strict: boolean): Promise<T> {
    const { live, isolation, maintenance } = this.#replica;
    live.assertOpen();
    while (isolation.rest !== undefined) await isolation.rest;
    const result = await this.#committer.enqueue(change(live), strict);
    maintenance.tidy();
    return result;
  }

  /** Links the rows that have waited since opening, and lets a checkpoint store the graph. */
  async #linkOpened(): Promise<void> {
    await this.#replica.maintenance.linked();
    await this.#store?.linked(this.#replica.live.engine.stats());
  }

  /** Resolves while no commit is half done. @throws as `assertOpen` */
  async #visible(): Promise<void> {
    const { live, isolation } = this.#replica;
    while (isolation.gate !== undefined) await isolation.gate;
    live.assertOpen();
  }
}
