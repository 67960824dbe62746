// What makes a database durable: its log and its checkpoints in storage, and the other tabs that have it open.
//
// The replica in memory is what the checkpoint and the log's entries after it lead to. It is behind the storage if other
// tabs have written, and catches up when they say so, and before it writes: the log refuses a write that has not seen what
// came before it.

import type { EngineStats, StoredStats } from '../base/calls.js';
import { closed, type EdgeVecError, gone } from '../base/errors.js';
import type { Deadline } from '../base/timeout.js';
import type { Entry } from '../format/entry.js';
import type { StoredOptions } from '../format/manifest.js';
import { quotaExceeded } from '../storage/estimate.js';
import type { Names } from '../storage/names.js';
import { Arrival } from './arrival.js';
import type { Pinned } from './checkpoint/pinned.js';
import { Checkpoints } from './checkpoints.js';
import { Log, type Tail } from './log/log.js';
import { type Found, loadCurrent, type StoreContext } from './open.js';
import { faultOf, lostWrites } from './replay.js';
import type { Replica } from './replica.js';
import { Turns } from './tabs/turns.js';
import { PartsLost, partsOf, WriteBuffer } from './write-buffer.js';

/** What a checkpoint that is being made leaves of the time for closing to the storage, in milliseconds. */
const KEPT_MS = 1_000;

export class PersistentStore {
  readonly #context: StoreContext;
  readonly #names: Names;
  readonly #log: Log;
  readonly #turns: Turns;
  readonly #replica: Replica;
  readonly #checkpoints: Checkpoints;
  readonly #options: StoredOptions;
  #arrival: Arrival;
  /** Looks for entries that are not known here, in its turn. */
  #look = async (): Promise<void> => {};
  /** The replica has changed by what others have written, and nobody has been told. */
  #hasChanged = false;
  /** Bytes of commits that the storage has lost. */
  readonly #lost: number;
  /** The log is damaged, and this process may not mend it. */
  #isCutOff = false;
  /** The replica holds what the log holds. */
  #isOpened = false;
  #closed = false;
  /** What was stored is no more, which has been told. */
  #isGone = false;

  /** Of a log whose checkpoint has just been read, or made of what was. */
  constructor(context: StoreContext, { names, log, loaded }: Found, replica: Replica) {
    this.#context = context;
    this.#replica = replica;
    this.#names = names;
    this.#log = log;
    this.#turns = new Turns(context.name, (ms) => context.slices.pause(ms));
    this.#options = loaded.manifest.options;
    this.#lost = context.storage.lost;
    this.#arrival = new Arrival(loaded.stream, log, context.slices);
    this.#checkpoints = new Checkpoints(context, log, names, replica, loaded, () => this.#arrival.isOver);
  }

  get name(): string {
    return this.#context.name;
  }

  get writer(): string {
    return this.#names.writer;
  }

  /** From here on, `look` is called when other tabs may have written: it calls `catchUp` in its turn. */
  watch(look: () => Promise<void>): void {
    this.#look = look;
    this.#context.channel?.onChange(() => {
      this.#turns.met();
      void look().catch(() => {});
    });
    this.#watchArrival();
  }

  /** Takes the parts of a write until it is logged. `rows`: how many rows come, if that is known. */
  buffer(rows: number | undefined): WriteBuffer {
    return new WriteBuffer(this.#context.storage, this.#names, () => this.makeRoom(), rows);
  }

  /**
   * Lets a checkpoint take the place of the log, if that gives room. False if there is no more room
   * than before. `frees`: for a deletion, which finds room once no checkpoint is under way.
   */
  makeRoom(frees = false): Promise<boolean> {
    return this.#checkpoints.makeRoom(frees);
  }

  /** Runs what appends. `others`: others may have written since `catchUp`, so that looking first saves a refusal. */
  inTurn<T>(run: (others: boolean) => Promise<T>): Promise<T> {
    return this.#turns.take(run);
  }

  /** True once the entries are logged, false if others have written since `catchUp`. */
  async append(entries: readonly Entry[], strict: boolean): Promise<boolean> {
    // Nothing is there that could be lost.
    if (entries.length === 0 && this.#context.storage.isReadOnly) return true;
    const { reserve } = this.#checkpoints;
    // What is kept back is for deletions and checkpoints. They must find it.
    const frees = entries.every(({ kind }) => kind === 'delete');
    if (!frees && !reserve.isWhole && !(await reserve.fill())) throw quotaExceeded(this.#context.storage.kind, {});
    const bytes = await this.#log.append(entries, strict);
    if (bytes === undefined) {
      this.#turns.refused();
      // Others queue from here on, so that this tab has its turn.
      this.#notify();
      return false;
    }
    this.#checkpoints.unsaved.add(entries, this.#log.head.seq, bytes);
    if (entries.length > 0) this.#notify();
    this.#checkpoints.consider();
    return true;
  }

  /**
   * Applies entries that are not known here. Those written here, whose append has failed and yet taken place, are offered
   * to `own` first, which tells whether it has applied them.
   */
  async catchUp(own: (number: number) => Promise<boolean>): Promise<void> {
    await this.#catchUp(own);
    if (!this.#isOpened) this.#opened();
    if (!this.#hasChanged) return;
    this.#hasChanged = false;
    this.#replica.changed();
  }

  async stored(): Promise<StoredStats> {
    const { storage } = this.#context;
    const { kind, isReadOnly: readOnly = false } = storage;
    const bytes = this.#checkpoints.storedBytes;
    return { kind, bytes, readOnly, reserved: storage.heldBack?.() ?? 0, estimate: await storage.estimate() };
  }

  /**
   * True once a checkpoint holds every entry of the log that is known here; false if another tab was
   * first, and its checkpoint does not hold all of them.
   *
   * @throws `QUOTA`, `READ_ONLY`, `STORAGE_FAILED`, `CLOSED`
   */
  checkpoint(): Promise<boolean> {
    return this.#checkpoints.save();
  }

  /** Rows that waited when the database was opened are linked. Without a checkpoint they would be at each opening. */
  async linked(stats: Pick<EngineStats, 'rows' | 'buildDistances'>): Promise<void> {
    if (await this.#arrival.isWhole()) await this.#checkpoints.linked(stats);
  }

  /** Whether the stored checkpoint holds all that is known here. */
  isSaved(): Promise<boolean> {
    return this.#checkpoints.isSaved();
  }

  /** The stored checkpoint, of which nobody drops a chunk until it is released. @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED` */
  pin(): Promise<Pinned> {
    return this.#checkpoints.pin();
  }

  async close(deadline: Deadline): Promise<void> {
    this.#closed = true;
    this.#context.channel?.close();
    await deadline.within(this.#checkpoints.end(), KEPT_MS);
    await this.#context.storage.close(deadline);
  }

  #notify(): void {
    if (!this.#closed) this.#context.channel?.notify();
  }

  /** What is done once the database can be opened: if it cannot, storage stays as it is. */
  #opened(): void {
    this.#isOpened = true;
    if (this.#lost > 0) this.#context.tell({ type: 'log-damaged', lost: undefined, error: lostWrites(undefined) });
    this.#checkpoints.opened();
  }

  async #catchUp(own: (number: number) => Promise<boolean>): Promise<void> {
    const again = async (): Promise<void> => {
      await this.#reload();
      return this.#catchUp(own);
    };
    if (this.#arrival.hasFailed && !(await this.#arrival.isWhole())) return again();
    for await (const tail of this.#log.tail()) {
      const found = tail.type === 'entry' ? await this.#take(tail, own) : tail;
      if (found?.type === 'overtaken') return again();
      if (found?.type !== 'broken') continue;
      // A checkpoint that cannot be read refuses to open, and its log stays as it is.
      if (!(await this.#arrival.bring())) return again();
      if (!(await this.#mend(found))) break;
      // What was read of the log before is not what it holds now.
      return this.#catchUp(own);
    }
    await this.#checkpoints.recount();
    this.#checkpoints.consider();
  }

  /** Ends the log before what cannot be read. False if this process may not: no more of the log is read then. */
  async #mend({ lost, error: cause }: Extract<Tail, { readonly type: 'broken' }>): Promise<boolean> {
    const isReadOnly = this.#context.storage.isReadOnly === true;
    const isNews = isReadOnly ? !this.#isCutOff : await this.#log.mend((kind) => this.#names.next(kind));
    this.#isCutOff = isReadOnly;
    if (isNews) this.#context.tell({ type: 'log-damaged', lost, error: lostWrites(lost, cause) });
    return !isReadOnly;
  }

  /** Applies an entry, or says why that cannot be. */
  async #take(
    { entry, seq, bytes }: Extract<Tail, { readonly type: 'entry' }>,
    own: (number: number) => Promise<boolean>,
  ): Promise<Tail | undefined> {
    try {
      if (entry.writer !== this.writer || !(await own(entry.number))) {
        const chunk = (name: string): Promise<Uint8Array | undefined> => this.#context.storage.read('chunks', name);
        await this.#replica.apply(entry, (write) => partsOf(write, chunk, this.#options.dimensions));
        this.#hasChanged = true;
      }
    } catch (error) {
      if (error instanceof PartsLost) return this.#log.interrupted(error);
      throw faultOf(seq, error);
    }
    this.#checkpoints.unsaved.add([entry], seq, bytes);
    // Another tab's deletion may have used what is kept back.
    if (entry.kind === 'delete' && entry.writer !== this.writer) this.#checkpoints.reserve.doubt();
    return undefined;
  }

  /** Sees to it that rows come in, in the background, or that whoever waits for them hears why not. */
  #watchArrival(): void {
    const arrival = this.#arrival;
    arrival.listen({
      isPast: () => this.#closed || arrival !== this.#arrival,
      interrupted: (error) => this.#context.tell({ type: 'rows-unreadable', error }),
      whole: () => this.#checkpoints.consider(),
      overtaken: () => this.#look(),
      failed: (error) => this.#replica.fail(error),
    });
  }

  /** Takes up the checkpoint that is stored now. Until it is there, the replica stays, and so does what is known of the log. */
  async #reload(): Promise<void> {
    for (;;) {
      const log = await Log.open(this.#context.storage);
      if (log === undefined || !this.#log.isOfSameDatabase(log)) throw this.#gone();
      const loaded = await loadCurrent(this.#context, log, (stored) => {
        if (!isSame(stored, this.#options)) throw this.#gone();
      });
      if (loaded === undefined) continue;
      const arrival = new Arrival(loaded.stream, log, this.#context.slices);
      await this.#replica.replace(loaded);
      this.#hasChanged = true;
      this.#arrival = arrival;
      this.#watchArrival();
      this.#log.adopt(log);
      this.#checkpoints.replaced(loaded);
      return;
    }
  }

  /** The database is no more, or another has taken its place: the replica must not be taken for what is stored. */
  #gone(): EdgeVecError {
    if (!this.#closed && !this.#isGone) {
      this.#isGone = true;
      this.#context.tell({ type: 'storage-gone', error: gone(this.name) });
    }
    return closed();
  }
}

function isSame(a: StoredOptions, b: StoredOptions): boolean {
  return (Object.keys(a) as (keyof StoredOptions)[]).every((key) => a[key] === b[key]);
}
