// The database proper: an engine, the ids and metadata of its rows, and the writes under way. It runs inside either host and
// trusts its requests, which were validated at the public edge; only what needs the rows themselves is checked here.
//
// A durable one is ahead of nothing: what its callers see is in the log.

import type {
  ExportReply,
  Handlers,
  HitsReply,
  RecordsReply,
  Reply,
  Request,
  SearchRequest,
  WriteRequest,
} from '../base/calls.js';
import { aborted, amend, closed, EdgeVecError, fix, internal } from '../base/errors.js';
import type { EngineOptions } from '../base/options.js';
import { Slices, STEP_ROWS } from '../base/time-slices.js';
import { within } from '../base/timeout.js';
import type { Id } from '../base/types.js';
import type { Ahead } from '../collection/ids.js';
import { MODE } from '../engine/bindings.js';
import type { Entry } from '../format/entry.js';
import type { Loaded } from '../persistence/checkpoint/load.js';
import type { State } from '../persistence/checkpoint/places.js';
import type { RowStream } from '../persistence/checkpoint/row-stream.js';
import type { AtRest } from '../persistence/checkpoint/save.js';
import type { Durable, Held } from '../persistence/durable.js';
import { copyInto } from '../persistence/export/copy.js';
import { Export } from '../persistence/export/export.js';
import { copiedSnapshot } from '../persistence/export/from-memory.js';
import { storedSnapshot } from '../persistence/export/from-storage.js';
import type { Snapshot } from '../persistence/export/snapshot.js';
import { others } from '../persistence/tabs/news.js';
import type { StorageSite } from '../storage/storage.js';
import { type Change, Committer } from './write/committer.js';
import { Linker } from './write/linker.js';
import { Transaction } from './write/transaction.js';

/** Fewer tombstones than this are not worth a pass over the graph. */
const TIDY_FROM = 1_000;

/** How often `save` tries again where other tabs make checkpoints that do not hold what it knows. */
const SAVE_TRIES = 5;

/** How long writes that are being logged may take to end, once it is closed, in milliseconds. */
const CLOSING_MS = 2_000;

/** Ids listed between two looks at the clock: listing one costs next to nothing. */
const LISTED_ROWS = 1_024;

export interface DatabaseOptions {
  /** What it was made with. */
  readonly engine: EngineOptions;
  readonly recall: number;
  readonly slices?: Slices;
  /** Where databases are stored. */
  readonly site: () => Promise<StorageSite>;
  /** Where this one is stored, if it is. */
  readonly durable?: Durable;
}

export class Database implements Handlers, Held {
  /** Replaced as a whole, where another tab's checkpoint takes its place. */
  #state: State;
  /** Rows that are still to come into it. Calls ask for those they need; what needs all of them waits until it is over. */
  #stream: RowStream | undefined;
  /** Why they never will. */
  #failure: EdgeVecError | undefined;
  #started = false;
  #linker: Linker;
  readonly #options: EngineOptions;
  readonly #site: () => Promise<StorageSite>;
  readonly #recall: number;
  readonly #slices: Slices;
  readonly #durable: Durable | undefined;
  readonly #committer: Committer;
  readonly #transactions = new Map<number, Transaction>();
  /** Transactions that failed and are being undone. */
  readonly #rollbacks = new Map<number, Promise<void>>();
  readonly #exports = new Map<number, Export>();
  #exported = 0;
  #compaction: Promise<undefined> | undefined;
  /** Set while a commit or a deletion that takes several slices is half done: whoever wants to see rows waits for it. */
  #gate: Promise<void> | undefined;
  /** Set while nothing may come in. */
  #rest: Promise<void> | undefined;
  /** Reads that take several slices: no commit or deletion begins before they are whole. */
  readonly #reads = new Set<Promise<unknown>>();
  /** No call is taken any more; and nothing is done any more. */
  #closed = false;
  #freed = false;
  #closing: Promise<void> | undefined;

  constructor(
    { stream, ...state }: State & Partial<Pick<Loaded, 'stream'>>,
    { engine, recall, slices = new Slices(), site, durable }: DatabaseOptions,
  ) {
    this.#state = state;
    this.#receive(stream);
    this.#options = engine;
    this.#site = site;
    this.#recall = recall;
    this.#slices = slices;
    this.#linker = new Linker(state.engine, slices);
    this.#durable = durable;
    const runner = {
      run: <T>(steps: Generator<undefined, T>) => this.#run(steps),
      alone: <T>(steps: Generator<undefined, T>) => this.#alone(steps),
    };
    this.#committer = new Committer(() => this.#rows, runner, durable);
    durable?.hold(this, () => this.#committer.catchUp());
  }

  /**
   * Resolves once it holds what the log holds; links what waits to be linked. To be called once, after it is made. Where the log holds nothing that came
   * after the checkpoint, rows may still be coming in.
   */
  async start(): Promise<void> {
    if (this.#durable !== undefined) await this.#committer.catchUp();
    this.#assertOpen();
    this.#started = true;
    // Should it fail, the next call tells.
    this.#linkOpened().catch(() => {});
    this.#tidy();
  }

  get #engine(): State['engine'] {
    return this.#state.engine;
  }

  get #rows(): State['rows'] {
    return this.#state.rows;
  }

  /** A transaction takes its place among writes and deletions when its last part comes. */
  async write(request: WriteRequest): Promise<Reply<'write'>> {
    this.#assertOpen();
    this.#slices.begin();
    const number = request.transaction;
    const transaction = this.#transaction(request);
    try {
      while (this.#rest !== undefined) await this.#rest;
      this.#assertOpen();
      if (this.#transactions.get(number) !== transaction) throw aborted();
      // A part before this one could not be read on its way here: its own call fails for that.
      if (request.part.start !== transaction.rows) throw aborted();
      const kept = transaction.append(request.part, this.#committer.idle);
      const linking = this.#linker.settled();
      const waits = linking !== undefined || kept !== undefined;
      const ready = waits ? Promise.race([Promise.all([linking, kept]), transaction.failed]) : undefined;
      if (request.last) return await this.#committer.enqueue(this.#writing(number, transaction, ready), request.strict);
      await ready;
      // Where nothing need be waited for, a long write would otherwise never end its turn of the event loop.
      await this.#slices.breathe();
      return [];
    } catch (error) {
      // One that is being moved is whole in neither engine.
      while (this.#rest !== undefined) await this.#rest;
      if (this.#transactions.delete(number)) await this.#rollback(number, transaction, error as EdgeVecError);
      throw error;
    } finally {
      if (request.last) this.#tidy();
    }
  }

  #writing(number: number, transaction: Transaction, ready: Promise<unknown> | undefined): Change<number[]> {
    const begin = (): void => {
      this.#assertOpen();
      if (this.#transactions.get(number) !== transaction) throw aborted();
      if (transaction.failure !== undefined) throw transaction.failure;
      // From here on an abort comes too late.
      transaction.committing = true;
    };
    const end = (): void => void this.#transactions.delete(number);
    return {
      ready,
      bytes: transaction.bytes,
      isWhole: () => transaction.failure === undefined,
      *check(ids) {
        begin();
        yield* transaction.check(ids);
      },
      foresee: (ids) => transaction.foresee(ids),
      entry: (origin) => transaction.entry(origin),
      *show() {
        const chosen = yield* transaction.show();
        end();
        return chosen;
      },
    };
  }

  async abort({ transaction }: Request<'abort'>): Promise<undefined> {
    while (this.#rest !== undefined) await this.#rest;
    const found = this.#transactions.get(transaction);
    if (found?.committing) return;
    this.#transactions.delete(transaction);
    if (found !== undefined) await this.#rollback(transaction, found, aborted());
    else await this.#rollbacks.get(transaction);
  }

  async get({ ids, vectors }: Request<'get'>): Promise<RecordsReply> {
    for (;;) {
      const read = await this.#read(this.#reading(ids, vectors));
      if (!('wanted' in read)) return read;
      await this.#stream?.bring(read.wanted);
    }
  }

  async delete({ ids, strict }: Request<'delete'>): Promise<number> {
    this.#assertOpen();
    while (this.#rest !== undefined) await this.#rest;
    const deletion: Change<number> = {
      ready: undefined,
      bytes: 16 * ids.length,
      frees: true,
      isWhole: () => true,
      check: () => this.#checkOpen(),
      foresee: (ahead: Ahead) => {
        for (const id of ids) ahead.delete(id);
      },
      entry: (origin) => ({ ...origin, kind: 'delete', ids }),
      show: () => this.#deletion(ids),
    };
    const deleted = await this.#committer.enqueue(deletion, strict);
    this.#tidy();
    return deleted;
  }

  async search(request: SearchRequest): Promise<readonly HitsReply[]> {
    if (this.#gate !== undefined) {
      // In this thread the query is the caller's own array, which may change while we wait.
      const queries = request.queries.slice();
      while (this.#gate !== undefined) await this.#gate;
      return this.search({ ...request, queries });
    }
    this.#assertOpen();
    const size = this.#engine.dimensions;
    const count = request.queries.length / size;
    if (count === 1) {
      const hits = this.#hits(request.queries, request);
      if (hits !== undefined) return [hits];
      const queries = request.queries.slice();
      await this.#stream?.bring(this.#engine.wanted());
      return this.search({ ...request, queries });
    }
    const replies: HitsReply[] = [];
    while (replies.length < count) {
      let wanted: readonly number[] | undefined;
      await this.#slices.run(() => {
        this.#assertOpen();
        const row = replies.length;
        try {
          const hits = this.#hits(request.queries.subarray(row * size, (row + 1) * size), request);
          if (hits === undefined) wanted = this.#engine.wanted();
          else replies.push(hits);
        } catch (error) {
          throw error instanceof EdgeVecError ? amend(error, { row }) : error;
        }
        return wanted !== undefined || replies.length === count;
      });
      if (wanted !== undefined) await this.#stream?.bring(wanted);
    }
    return replies;
  }

  ids(): Promise<Id[]> {
    return this.#read(this.#listing());
  }

  async count(): Promise<number> {
    while (this.#gate !== undefined) await this.#gate;
    this.#assertOpen();
    return this.#rows.count;
  }

  async compact(): Promise<undefined> {
    await this.#whole();
    // What was removed since a running compaction began is left to the next.
    await this.#compaction;
    await this.#compact();
    // What it has made due to be learnt.
    await this.#linker.settled();
    return undefined;
  }

  /**
   * What follows a change, in the background. It compacts when a quarter of the slots are tombstones: each compaction is then
   * paid for by as many removals. And it links what waits, so that what a compaction or the last rows of a stream made due is learnt.
   */
  #tidy(): void {
    if (this.#closed || this.#failure !== undefined || this.#engine.crashed || this.#stream?.isOver === false) return;
    this.#link();
    const tombstones = this.#engine.tombstones();
    if (tombstones < TIDY_FROM || tombstones * 3 < this.#rows.count) return;
    // Should it fail, or the database be closed meanwhile, the next call tells.
    this.#compact().catch(() => {});
  }

  #compact(): Promise<undefined> {
    // A second caller joins the compaction that runs.
    this.#compaction ??= this.#slices
      .run(() => {
        this.#assertOpen();
        return this.#engine.compact(1) === 0;
      })
      .then(() => undefined)
      .finally(() => {
        this.#compaction = undefined;
        this.#tidy();
      });
    return this.#compaction;
  }

  async stats(): Promise<Reply<'stats'>> {
    while (this.#gate !== undefined) await this.#gate;
    this.#assertOpen();
    return this.#engine.stats();
  }

  async stored(): Promise<Reply<'stored'>> {
    this.#assertOpen();
    return (await this.#durable?.stored()) ?? { kind: undefined, bytes: 0, room: undefined };
  }

  /** Resolves once everything acknowledged would survive a power failure. */
  async flush(): Promise<undefined> {
    this.#assertOpen();
    await this.#committer.flush();
  }

  async save({ name }: Request<'save'>): Promise<undefined> {
    this.#assertOpen();
    await this.#committer.flush();
    if (name === undefined || name === this.#durable?.name) {
      await this.#checkpoint();
      return undefined;
    }
    const snapshot = await this.#snapshot();
    try {
      const storage = await (await this.#site()).open(name, () => {});
      try {
        await copyInto(storage, snapshot, this.#slices);
        // Whoever has what was there open looks, and finds it gone.
        const news = others(storage, name);
        news?.tell();
        news?.close();
      } finally {
        await storage.close();
      }
    } finally {
      snapshot.end();
    }
    return undefined;
  }

  async #checkpoint(): Promise<void> {
    for (let tries = 0; tries < SAVE_TRIES; tries++) {
      await this.#whole();
      if (this.#durable === undefined || (await this.#durable.checkpoint())) return;
      // It may have to begin anew from the other's.
      await this.#committer.flush();
    }
    throw new EdgeVecError(
      'STORAGE_FAILED',
      'Other tabs made checkpoints, again and again, before this one was whole',
      {
        expected: 'a checkpoint that holds all writes so far',
        got: `others, ${SAVE_TRIES} times`,
        remedy: 'Nothing is lost, all writes are in the log. Save again later, or in one tab at a time.',
      },
    );
  }

  async exportBegin(): Promise<number> {
    this.#assertOpen();
    // What others have written is a part of it.
    await this.#committer.catchUp();
    const begun = new Export(await this.#snapshot());
    try {
      this.#assertOpen();
    } catch (error) {
      begun.end();
      throw error;
    }
    this.#exports.set(++this.#exported, begun);
    return this.#exported;
  }

  async exportNext(number: number): Promise<ExportReply> {
    this.#assertOpen();
    const found = this.#exports.get(number);
    if (found === undefined) throw internal('A piece was asked for of an export that has ended');
    let next: ExportReply | undefined;
    try {
      next = await found.next();
      return next;
    } finally {
      // Also if it fails: nobody asks again, and what it keeps from being dropped would stay.
      if (next === undefined || next.done) this.exportEnd(number);
    }
  }

  exportEnd(number: number): undefined {
    this.#exports.get(number)?.end();
    this.#exports.delete(number);
  }

  state(): State {
    this.#assertOpen();
    return this.#state;
  }

  readonly atRest: AtRest = (steps) =>
    this.#committer.rest(() =>
      this.#resting(async () => {
        await this.#run(steps, true);
      }),
    );

  async apply(entry: Entry): Promise<void> {
    this.#assertOpen();
    if (entry.kind === 'delete') {
      await this.#alone(this.#deletion(entry.ids));
      return;
    }
    const transaction = new Transaction(entry.kind, this.#state);
    try {
      for await (const part of (this.#durable as Durable).parts(entry)) {
        await transaction.append(part, false);
        await this.#slices.breathe();
      }
    } catch (error) {
      await this.#run(transaction.rollback());
      throw error;
    }
    transaction.resume(entry.firstChosen);
    await this.#alone(transaction.show());
    this.#link();
  }

  async replace({ engine, rows, stream }: Loaded): Promise<void> {
    await this.#resting(() =>
      this.#gated(async () => {
        if (this.#closed) {
          stream?.stop();
          engine.free();
          throw closed();
        }
        const old = this.#state;
        this.#state = { engine, rows };
        this.#stream?.stop();
        this.#receive(stream);
        this.#linker.release();
        this.#linker = new Linker(engine, this.#slices);
        for (const transaction of this.#transactions.values()) await transaction.move(this.#state);
        old.engine.free();
      }),
    );
    this.#link();
  }

  changed(): void {
    // What came before it was open is no news.
    if (this.#started) this.#durable?.tell({ type: 'changed' });
  }

  fail(error: EdgeVecError): void {
    this.#failure = fix(error);
    this.#stream?.stop();
    // Before, `open` tells.
    if (this.#started) this.#durable?.tell({ type: 'rows-unreadable', error });
  }

  /**
   * Frees the engine. Writes and deletions that are being logged take effect first, so that their callers hear what became of them; those that still
   * wait reject with `CLOSED`, and nothing of them is there.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    for (const number of [...this.#exports.keys()]) this.exportEnd(number);
    this.#linker.stop(closed());
    this.#stream?.stop();
    // The engine is freed also where the storage hangs.
    await within(CLOSING_MS, this.#committer.settled());
    this.#freed = true;
    // Rolling back in an engine about to be freed would be work for nobody.
    this.#transactions.clear();
    this.#engine.free();
    await this.#durable?.close();
  }

  /** What it holds: as it is stored, which takes no memory; where it is not, or there is no room for a checkpoint, a copy. */
  async #snapshot(): Promise<Snapshot> {
    await this.#whole();
    if (this.#durable !== undefined) {
      try {
        if (!(await this.#durable.isSaved())) await this.#checkpoint();
        return storedSnapshot(await this.#durable.pin());
      } catch (error) {
        if (!isOfStorage(error)) throw error;
      }
    }
    for (;;) {
      await this.#whole();
      const copied = await copiedSnapshot(() => this.#state, this.#options, this.atRest, this.#slices);
      if (copied !== undefined) return copied;
    }
  }

  /** Takes in rows that are still to come. */
  #receive(stream: RowStream | undefined): void {
    this.#stream = stream;
    // What was put off until they are in.
    void stream?.over.then(() => this.#tidy());
  }

  /** Resolves once all rows are in. @throws `STORAGE_FAILED` */
  async #whole(): Promise<void> {
    while (this.#stream?.isOver === false) await this.#stream.bring([]);
    this.#assertOpen();
  }

  /** Rows that wait to be linked are searched meanwhile, one by one. */
  #link(): void {
    const settled = async (): Promise<void> => this.#linker.settled();
    // Should it fail, the next call tells.
    settled().catch(() => {});
  }

  /** Links what waits since it was opened, and has that stored. */
  async #linkOpened(): Promise<void> {
    await this.#linker.settled();
    await this.#durable?.linked(this.#engine.stats());
  }

  /** Changes what others see, in slices that nobody sees between: jobs wait for their turn, and calls at the gate. */
  #alone<T>(steps: Generator<undefined, T>): Promise<T> {
    return this.#gated(() => this.#run(steps, true));
  }

  /** Runs while nobody sees rows. */
  async #gated<T>(run: () => Promise<T>): Promise<T> {
    let open = (): void => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    try {
      if (this.#reads.size > 0) await Promise.allSettled(this.#reads);
      return await run();
    } finally {
      this.#gate = undefined;
      open();
    }
  }

  /** Runs while nothing comes in. */
  async #resting<T>(run: () => Promise<T>): Promise<T> {
    let end = (): void => {};
    this.#rest = new Promise((resolve) => {
      end = resolve;
    });
    try {
      return await run();
    } finally {
      this.#rest = undefined;
      end();
    }
  }

  /** Reads rows in slices; what it reads does not change meanwhile. */
  async #read<T>(steps: Generator<undefined, T>): Promise<T> {
    while (this.#gate !== undefined) await this.#gate;
    const read = this.#run(this.#whileOpen(steps));
    this.#reads.add(read);
    try {
      return await read;
    } finally {
      this.#reads.delete(read);
    }
  }

  *#whileOpen<T>(steps: Generator<undefined, T>): Generator<undefined, T> {
    for (;;) {
      this.#assertOpen();
      const { done, value } = steps.next();
      if (done) return value;
      yield;
    }
  }

  async #run<T>(steps: Generator<undefined, T>, alone = false): Promise<T> {
    let result: IteratorResult<undefined, T> | undefined;
    const step = (): boolean => {
      this.#assertAlive();
      result = steps.next();
      return result.done === true;
    };
    await (alone ? this.#slices.runAlone(step) : this.#slices.run(step));
    return result?.value as T;
  }

  // biome-ignore lint/correctness/useYield: a step of a change
  *#checkOpen(): Generator<undefined, void> {
    this.#assertOpen();
  }

  *#deletion(ids: readonly Id[]): Generator<undefined, number> {
    let deleted = 0;
    for (const [i, id] of ids.entries()) {
      if (i % STEP_ROWS === STEP_ROWS - 1) yield;
      const slot = this.#rows.delete(id);
      if (slot === undefined) continue;
      this.#engine.remove(slot);
      deleted++;
    }
    return deleted;
  }

  /** Or says which chunks of rows it wants, that are still to come. */
  *#reading(
    ids: readonly Id[],
    withVectors: boolean,
  ): Generator<undefined, RecordsReply | { readonly wanted: number[] }> {
    const present: Id[] = [];
    const slots: number[] = [];
    const metadata: (object | undefined)[] = [];
    for (const [i, id] of ids.entries()) {
      if (i % STEP_ROWS === STEP_ROWS - 1) yield;
      const slot = this.#rows.slotOf(id);
      if (slot === undefined) continue;
      present.push(id);
      slots.push(slot);
      metadata.push(this.#rows.metadataOf(slot));
    }
    if (!withVectors) return { ids: present, metadata };
    const wanted = new Set<number>();
    for (const [i, slot] of slots.entries()) {
      if (this.#stream?.isOver !== false) break;
      if (i % STEP_ROWS === STEP_ROWS - 1) yield;
      const chunk = this.#engine.awaitedChunk(slot);
      if (chunk !== undefined) wanted.add(chunk);
    }
    if (wanted.size > 0) return { wanted: [...wanted] };
    const size = this.#engine.dimensions;
    const vectors = new Float32Array(slots.length * size);
    for (const [i, slot] of slots.entries()) {
      if (i % STEP_ROWS === STEP_ROWS - 1) yield;
      this.#engine.copyRow(slot, vectors, i * size);
    }
    return { ids: present, metadata, vectors };
  }

  *#listing(): Generator<undefined, Id[]> {
    const ids: Id[] = [];
    for (const id of this.#rows.ids()) {
      ids.push(id);
      if (ids.length % LISTED_ROWS === 0) yield;
    }
    return ids;
  }

  #rollback(number: number, transaction: Transaction, error: EdgeVecError): Promise<void> {
    transaction.fail(error);
    void transaction.discard(error);
    const done = this.#run(transaction.rollback()).finally(() => {
      this.#rollbacks.delete(number);
      this.#tidy();
    });
    this.#rollbacks.set(number, done);
    return done;
  }

  #transaction({ transaction, first, kind, rows }: WriteRequest): Transaction {
    const known = this.#transactions.get(transaction);
    if (known !== undefined) return known;
    // Parts still under way when their transaction failed find it gone; the failing part has told why.
    if (!first) throw aborted();
    const opened = new Transaction(kind, this.#state, this.#durable?.draft(rows));
    this.#transactions.set(transaction, opened);
    return opened;
  }

  /** Undefined where rows are wanted that are still to come. */
  #hits(query: Float32Array, { k, ef, recall, exact, vectors: withVectors }: SearchRequest): HitsReply | undefined {
    // No more can be found than there is, and the engine's buffers need not be larger. An empty database still checks the query.
    const most = Math.max(1, this.#rows.count);
    const wanted = Math.min(k, most);
    const asked = ef ?? (exact ? wanted : this.#engine.efFor(wanted, recall ?? this.#recall));
    const width = Math.min(Math.max(asked, wanted), most);
    const found = this.#engine.search(query, wanted, width, exact ? MODE.exact : MODE.auto);
    if (found === undefined) return undefined;
    const slots = Array.from(this.#engine.hitSlots(found).subarray(0, found));
    const distances = Array.from(this.#engine.hitDistances(found).subarray(0, found));
    const hits = {
      ids: slots.map((slot) => this.#rows.idOf(slot)),
      metadata: slots.map((slot) => this.#rows.metadataOf(slot)),
      distances,
    };
    if (!withVectors) return hits;
    const size = this.#engine.dimensions;
    const vectors = new Float32Array(found * size);
    slots.forEach((slot, i) => {
      this.#engine.copyRow(slot, vectors, i * size);
    });
    return { ...hits, vectors };
  }

  #assertOpen(): void {
    if (this.#closed) throw closed();
    this.#assertAlive();
  }

  #assertAlive(): void {
    if (this.#freed) throw closed();
    if (this.#failure !== undefined) throw this.#failure;
    this.#engine.assertAlive();
  }
}

/** Whether the storage failed, and not the database. */
function isOfStorage(error: unknown): boolean {
  return error instanceof EdgeVecError && ['QUOTA', 'STORAGE_FAILED'].includes(error.code);
}
