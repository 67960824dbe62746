// The database proper: an engine, the ids and metadata of its rows, and the writes under way. It runs inside either host and
// trusts its requests, which were validated at the public edge; only what needs the rows themselves is checked here.

import { MODE } from '../engine/bindings.js';
import type { Engine } from '../engine/engine.js';
import { aborted, amend, closed, EdgeVecError } from '../errors.js';
import type { Handlers, HitsReply, RecordsReply, Reply, Request, SearchRequest, WriteRequest } from '../messages.js';
import type { Id } from '../types.js';
import { ownMetadata } from './cloning.js';
import { Linker } from './linker.js';
import { Order } from './order.js';
import { Rows } from './rows.js';
import { Slices, STEP_ROWS } from './slices.js';
import { Transaction } from './transaction.js';

/** Fewer tombstones than this are not worth a pass over the graph. */
const TIDY_FROM = 1_000;

/** Ids listed between two looks at the clock: listing one costs next to nothing. */
const LISTED_ROWS = 1_024;

export class Database implements Handlers {
  readonly #engine: Engine;
  readonly #recall: number;
  readonly #slices: Slices;
  readonly #linker: Linker;
  readonly #rows = new Rows();
  readonly #order = new Order();
  readonly #transactions = new Map<number, Transaction>();
  /** Transactions that failed and are being undone. */
  readonly #rollbacks = new Map<number, Promise<void>>();
  #compaction: Promise<undefined> | undefined;
  #calibration: Promise<void> | undefined;
  /** Set while a commit or a deletion that takes several slices is half done: whoever wants to see rows waits for it. */
  #gate: Promise<void> | undefined;
  /** Reads that take several slices: no commit or deletion begins before they are whole. */
  readonly #reads = new Set<Promise<unknown>>();
  #closed = false;

  constructor(engine: Engine, recall: number, slices: Slices = new Slices()) {
    this.#engine = engine;
    this.#recall = recall;
    this.#slices = slices;
    this.#linker = new Linker(engine, slices);
  }

  /** A transaction takes its place among writes and deletions when its last part comes. */
  async write(request: WriteRequest): Promise<Reply<'write'>> {
    this.#assertOpen();
    this.#slices.begin();
    const number = request.transaction;
    const transaction = this.#transaction(request);
    try {
      transaction.append(ownMetadata(request.part), this.#order.idle);
      const linking = this.#linker.settled();
      const ready = linking && Promise.race([linking, transaction.failed]);
      if (request.last) return await this.#order.enqueue(ready, () => this.#commit(number, transaction));
      // Where nothing needs linking, a long write would otherwise never end its turn of the event loop.
      await (ready ?? this.#slices.breathe());
      return [];
    } catch (error) {
      if (this.#transactions.delete(number)) await this.#rollback(number, transaction, error as EdgeVecError);
      throw error;
    }
  }

  async #commit(number: number, transaction: Transaction): Promise<readonly number[]> {
    this.#assertOpen();
    if (this.#transactions.get(number) !== transaction) throw aborted();
    // From here on an abort comes too late.
    this.#transactions.delete(number);
    try {
      return await this.#alone(transaction.commit());
    } catch (error) {
      // An id is taken, or gone: that is found before the first row is shown.
      await this.#rollback(number, transaction, error as EdgeVecError);
      throw error;
    } finally {
      this.#tidy();
    }
  }

  async abort({ transaction }: Request<'abort'>): Promise<undefined> {
    const found = this.#transactions.get(transaction);
    this.#transactions.delete(transaction);
    if (found !== undefined) await this.#rollback(transaction, found, aborted());
    else await this.#rollbacks.get(transaction);
  }

  get({ ids, vectors }: Request<'get'>): Promise<RecordsReply> {
    return this.#read(this.#reading(ids, vectors));
  }

  async delete({ ids }: Request<'delete'>): Promise<number> {
    this.#assertOpen();
    const deleted = await this.#order.enqueue(undefined, () => this.#alone(this.#deletion(ids)));
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
    if (count === 1) return [this.#hits(request.queries, request)];
    const replies: HitsReply[] = [];
    await this.#slices.run(() => {
      this.#assertOpen();
      const row = replies.length;
      if (row === count) return true;
      try {
        replies.push(this.#hits(request.queries.subarray(row * size, (row + 1) * size), request));
      } catch (error) {
        throw error instanceof EdgeVecError ? amend(error, { row }) : error;
      }
      return replies.length === count;
    });
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
    // What was removed since a running compaction began is left to the next.
    await this.#compaction;
    return this.#compact();
  }

  /**
   * What follows a change, in the background. It compacts when a quarter of the slots are tombstones: each compaction is then
   * paid for by as many removals. And it calibrates, once no write is under way, whenever the rows have doubled.
   */
  #tidy(): void {
    if (this.#closed || this.#engine.crashed) return;
    if (this.#transactions.size === 0) this.#calibrate();
    const tombstones = this.#engine.tombstones();
    if (tombstones < TIDY_FROM || tombstones * 3 < this.#rows.count) return;
    // Should it fail, or the database be closed meanwhile, the next call tells.
    this.#compact().catch(() => {});
  }

  #calibrate(): void {
    this.#calibration ??= this.#slices
      .run(() => this.#closed || this.#engine.crashed || this.#engine.calibrate(1) === 0)
      // A crash is told by the next call.
      .catch(() => {})
      .finally(() => {
        this.#calibration = undefined;
      });
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

  /** Frees the engine. Writes under way reject with `CLOSED`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Rolling back in an engine about to be freed would be work for nobody.
    this.#transactions.clear();
    this.#linker.stop(closed());
    this.#engine.free();
  }

  /** Changes what others see, in slices that nobody sees between: jobs wait for their turn, and calls at the gate. */
  async #alone<T>(steps: Generator<undefined, T>): Promise<T> {
    let open = (): void => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    try {
      if (this.#reads.size > 0) await Promise.allSettled(this.#reads);
      return await this.#run(steps, true);
    } finally {
      this.#gate = undefined;
      open();
    }
  }

  /** Reads rows in slices; what it reads does not change meanwhile. */
  async #read<T>(steps: Generator<undefined, T>): Promise<T> {
    while (this.#gate !== undefined) await this.#gate;
    const read = this.#run(steps);
    this.#reads.add(read);
    try {
      return await read;
    } finally {
      this.#reads.delete(read);
    }
  }

  async #run<T>(steps: Generator<undefined, T>, alone = false): Promise<T> {
    let result: IteratorResult<undefined, T> | undefined;
    const step = (): boolean => {
      this.#assertOpen();
      result = steps.next();
      return result.done === true;
    };
    await (alone ? this.#slices.runAlone(step) : this.#slices.run(step));
    return result?.value as T;
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

  *#reading(ids: readonly Id[], withVectors: boolean): Generator<undefined, RecordsReply> {
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
    const done = this.#run(transaction.rollback()).finally(() => {
      this.#rollbacks.delete(number);
      this.#tidy();
    });
    this.#rollbacks.set(number, done);
    return done;
  }

  #transaction({ transaction, first, kind }: WriteRequest): Transaction {
    const known = this.#transactions.get(transaction);
    if (known !== undefined) return known;
    // Parts still under way when their transaction failed find it gone; the failing part has told why.
    if (!first) throw aborted();
    const opened = new Transaction(kind, this.#engine, this.#rows);
    this.#transactions.set(transaction, opened);
    return opened;
  }

  #hits(query: Float32Array, { k, ef, recall, exact, vectors: withVectors }: SearchRequest): HitsReply {
    // No more can be found than there is, and the engine's buffers need not be larger. An empty database still checks the query.
    const most = Math.max(1, this.#rows.count);
    const wanted = Math.min(k, most);
    const asked = ef ?? (exact ? wanted : this.#engine.efFor(wanted, recall ?? this.#recall));
    const width = Math.min(Math.max(asked, wanted), most);
    const found = this.#engine.search(query, wanted, width, exact ? MODE.exact : MODE.auto);
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
    this.#engine.assertAlive();
  }
}
