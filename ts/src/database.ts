// The database proper: an engine, the ids and metadata of its rows, and the writes under way. It runs inside either host and
// trusts its requests, which were validated at the public edge; only what needs the rows themselves is checked here.

import { MODE } from './engine/bindings.js';
import type { Engine } from './engine/engine.js';
import { amend, EdgeVecError } from './errors.js';
import type { Handlers, HitsReply, RecordsReply, Reply, Request, SearchRequest, WriteRequest } from './host/host.js';
import { Linker } from './linker.js';
import { Rows } from './rows.js';
import { Slices } from './slices.js';
import { Transaction } from './transaction.js';
import type { Id } from './types.js';

export class Database implements Handlers {
  readonly #engine: Engine;
  readonly #efSearch: number;
  readonly #slices: Slices;
  readonly #linker: Linker;
  readonly #rows = new Rows();
  readonly #transactions = new Map<number, Transaction>();
  #compaction: Promise<undefined> | undefined;
  #closed = false;

  constructor(engine: Engine, efSearch: number, slices: Slices = new Slices()) {
    this.#engine = engine;
    this.#efSearch = efSearch;
    this.#slices = slices;
    this.#linker = new Linker(engine, slices);
  }

  async write(request: WriteRequest): Promise<Reply<'write'>> {
    this.#engine.assertAlive();
    const transaction = this.#transaction(request);
    try {
      transaction.append(request.part);
      // Nothing is awaited where nothing needs linking: then small writes take effect in the order they were called.
      const linking = this.#linker.settled();
      if (linking !== undefined) {
        await Promise.race([linking, transaction.failed]);
        this.#assertOpen();
        if (this.#transactions.get(request.transaction) !== transaction) throw aborted();
      }
      if (!request.last) return [];
      const chosen = transaction.commit();
      this.#transactions.delete(request.transaction);
      return chosen;
    } catch (error) {
      if (this.#transactions.delete(request.transaction)) transaction.rollback(error as EdgeVecError);
      throw error;
    }
  }

  abort({ transaction }: Request<'abort'>): undefined {
    const found = this.#transactions.get(transaction);
    this.#transactions.delete(transaction);
    found?.rollback(aborted());
  }

  get({ ids, vectors }: Request<'get'>): RecordsReply {
    this.#engine.assertAlive();
    const present = ids.filter((id) => this.#rows.has(id));
    return this.#records(
      present,
      present.map((id) => this.#rows.slotOf(id) as number),
      vectors,
    );
  }

  delete({ ids }: Request<'delete'>): number {
    this.#engine.assertAlive();
    let deleted = 0;
    for (const id of ids) {
      const slot = this.#rows.delete(id);
      if (slot === undefined) continue;
      this.#engine.remove(slot);
      deleted++;
    }
    return deleted;
  }

  async search(request: SearchRequest): Promise<readonly HitsReply[]> {
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

  ids(): Id[] {
    this.#engine.assertAlive();
    return this.#rows.ids();
  }

  count(): number {
    this.#engine.assertAlive();
    return this.#rows.count;
  }

  compact(): Promise<undefined> {
    // A second caller joins the compaction that runs.
    this.#compaction ??= this.#slices
      .run(() => {
        this.#assertOpen();
        return this.#engine.compact(1) === 0;
      })
      .then(() => undefined)
      .finally(() => {
        this.#compaction = undefined;
      });
    return this.#compaction;
  }

  stats(): Reply<'stats'> {
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

  #transaction({ transaction, first, kind }: WriteRequest): Transaction {
    const known = this.#transactions.get(transaction);
    if (known !== undefined) return known;
    // Parts still under way when their transaction failed find it gone; the failing part has told why.
    if (!first) throw aborted();
    const opened = new Transaction(kind, this.#engine, this.#rows);
    this.#transactions.set(transaction, opened);
    return opened;
  }

  #hits(query: Float32Array, { k, ef, exact, vectors }: SearchRequest): HitsReply {
    // No more can be found than there is, and the engine's buffers need not be larger. An empty database still checks the query.
    const most = Math.max(1, this.#rows.count);
    const wanted = Math.min(k, most);
    const width = Math.min(Math.max(ef ?? this.#efSearch, wanted), most);
    const found = this.#engine.search(query, wanted, width, exact ? MODE.exact : MODE.auto);
    const slots = Array.from(this.#engine.hitSlots(found).subarray(0, found));
    const distances = Array.from(this.#engine.hitDistances(found).subarray(0, found));
    const ids = slots.map((slot) => this.#rows.idOf(slot));
    return { ...this.#records(ids, slots, vectors), distances };
  }

  #records(ids: readonly Id[], slots: readonly number[], withVectors: boolean): RecordsReply {
    const metadata = slots.map((slot) => this.#rows.metadataOf(slot));
    if (!withVectors) return { ids, metadata };
    const size = this.#engine.dimensions;
    const vectors = new Float32Array(slots.length * size);
    slots.forEach((slot, i) => {
      this.#engine.copyRow(slot, vectors, i * size);
    });
    return { ids, metadata, vectors };
  }

  #assertOpen(): void {
    if (this.#closed) throw closed();
  }
}

/** The write was aborted by its caller. */
export function aborted(cause?: unknown): EdgeVecError {
  return new EdgeVecError('ABORTED', 'The write was aborted', cause === undefined ? {} : { cause });
}

/** The database is closed. */
export function closed(): EdgeVecError {
  return new EdgeVecError('CLOSED', 'The database is closed', { remedy: 'Open it again with EdgeVec.open.' });
}
