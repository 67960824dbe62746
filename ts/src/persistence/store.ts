// Makes a database durable: by its log and its checkpoints in storage, shared with the other tabs
// that have the database open.
//
// The replica in memory is the checkpoint with the log's entries after the checkpoint. If other
// tabs have written, the replica is behind the storage. The replica catches up when other tabs tell
// about changes, and before a write: the log refuses a tab that has not read all earlier entries.

import type { EngineStats, Position, StoredStats } from '../base/calls.js';
import { ALL_ROWS, ChangedRows } from '../base/changed-rows.js';
import { closed, type EdgeVecError, gone } from '../base/errors.js';
import type { Deadline } from '../base/timeout.js';
import type { Entry } from '../format/entry.js';
import type { StoredOptions } from '../format/manifest.js';
import { quotaExceeded } from '../storage/estimate.js';
import type { Names } from '../storage/names.js';
import { Arrival } from './arrival.js';
import type { Pinned } from './checkpoint/pinned.js';
import { Checkpoints } from './checkpoints.js';
import type { Log, Tail } from './log/log.js';
import type { Found, StoreContext } from './open.js';
import { partsIn, reload, taken } from './reload.js';
import { lostWrites } from './replay.js';
import type { OwnWrites, Replica } from './replica.js';
import { Turns } from './tabs/turns.js';
import { WriteBuffer } from './write-buffer.js';

/**
 * Of the time for closing, the part that a running checkpoint leaves to the storage, in
 * milliseconds.
 */
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
  /** Calls `catchUp` in the queue of the database. */
  #look = async (): Promise<void> => {};
  /** The rows that entries of other tabs have changed. The replica has not been told yet. */
  readonly #changed = new ChangedRows();
  /** Bytes of commits that the storage has lost. */
  readonly #lost: number;
  /** Whether the log is damaged, and this process may not repair the log. */
  #isCutOff = false;
  /** Whether the replica has caught up with the log once. */
  #isOpened = false;
  #closed = false;
  /** Whether a copy is about to take the place of the database. */
  #isRetired = false;
  /** Whether the application has been told that the stored database is gone. */
  #isGone = false;

  /** Goes on from a log whose checkpoint has just been loaded. */
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

  /** The last entry of the log that the replica has. */
  get position(): Position {
    const { epoch, seq } = this.#log.head;
    return { epoch, seq };
  }

  /** Stops following other tabs, or follows them again. */
  async retire(isRetired: boolean): Promise<void> {
    this.#isRetired = isRetired;
    if (!isRetired) await this.#look();
  }

  get writer(): string {
    return this.#names.writer;
  }

  /**
   * From here on, calls `look` when other tabs may have written. `look` calls `catchUp` in the
   * queue of the database.
   */
  watch(look: () => Promise<void>): void {
    this.#look = look;
    this.#context.channel?.onChange(() => {
      if (this.#isRetired) return;
      this.#turns.met();
      void look().catch(() => {});
    });
    this.#watchArrival();
  }

  /**
   * Makes a buffer for the parts of a write until the write is logged. `rows` is the number of rows
   * to come, if known.
   */
  buffer(rows: number | undefined): WriteBuffer {
    return new WriteBuffer(this.#context.storage, this.#names, () => this.makeRoom(), rows);
  }

  /**
   * Lets a checkpoint take the place of the log, if that makes room. False if the storage has no
   * more room than before. `frees` is true for a deletion: after waiting for the checkpoint, a
   * deletion may always try again.
   */
  makeRoom(frees = false): Promise<boolean> {
    return this.#checkpoints.makeRoom(frees);
  }

  /** The part of the checkpoints that the work in the background needs. */
  get storing(): Pick<Checkpoints, 'recode' | 'madeWords'> {
    return this.#checkpoints;
  }

  /**
   * Runs an append in this tab's turn. `others` is true if other tabs may have written since
   * `catchUp`: catching up first then saves a refusal. If this process may only read, `others` is
   * always true, since no other process tells this process about its writes.
   */
  inTurn<T>(run: (others: boolean) => Promise<T>): Promise<T> {
    return this.#turns.take((others) => run(others || this.#isReadOnly));
  }

  get #isReadOnly(): boolean {
    return this.#context.storage.isReadOnly === true;
  }

  /** True once the entries are logged. False if other tabs have written since `catchUp`. */
  async append(entries: readonly Entry[], strict: boolean): Promise<boolean> {
    // An empty append only syncs. A read-only storage has no unsynced commits.
    if (entries.length === 0 && this.#isReadOnly) return true;
    const { reserve } = this.#checkpoints;
    // The reserve is for deletions and checkpoints. A write must leave the reserve whole.
    const frees = entries.every(({ kind }) => kind === 'delete');
    if (!frees && !reserve.isWhole && !(await reserve.fill())) throw quotaExceeded(this.#context.storage.kind, {});
    const bytes = await this.#log.append(entries, strict);
    if (bytes === undefined) {
      this.#turns.refused();
      // The other tabs queue from here on, so that this tab gets its turn.
      this.#notify();
      return false;
    }
    this.#checkpoints.unsaved.add(entries, this.#log.head.seq, bytes);
    if (entries.length > 0) this.#notify();
    this.#checkpoints.consider();
    return true;
  }

  /**
   * Applies the entries missing in the replica. `own` handles the entries of this tab first.
   */
  async catchUp(own: OwnWrites): Promise<void> {
    await this.#catchUp(own);
    if (!this.#isOpened) this.#opened();
    const changed = this.#changed.take();
    if (changed !== undefined) this.#replica.changed(changed);
  }

  async stored(): Promise<StoredStats> {
    const { storage } = this.#context;
    const { kind, isReadOnly: readOnly = false } = storage;
    const bytes = this.#checkpoints.storedBytes;
    return { kind, bytes, readOnly, reserved: storage.heldBack?.() ?? 0, estimate: await storage.estimate() };
  }

  /**
   * True once a checkpoint holds every log entry that this tab knows. False if another tab was
   * first, and the checkpoint of the other tab lacks some of the entries.
   *
   * @throws `QUOTA`, `READ_ONLY`, `STORAGE_FAILED`, `CLOSED`
   */
  checkpoint(): Promise<boolean> {
    return this.#checkpoints.save();
  }

  /**
   * Called when the rows that waited at opening are linked. Without a checkpoint, each opening
   * would link the rows again.
   */
  async linked(stats: Pick<EngineStats, 'rows' | 'buildDistances'>): Promise<void> {
    if (await this.#arrival.isWhole()) await this.#checkpoints.linked(stats);
  }

  /** Whether the stored checkpoint holds everything that this tab knows. */
  isSaved(): Promise<boolean> {
    return this.#checkpoints.isSaved();
  }

  /**
   * Pins the stored checkpoint: no tab deletes a chunk of the checkpoint until the release.
   *
   * @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED`
   */
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

  /** Starts the work of an open database. If opening fails, storage stays as before. */
  #opened(): void {
    this.#isOpened = true;
    if (this.#lost > 0) this.#context.tell({ type: 'log-damaged', lost: undefined, error: lostWrites(undefined) });
    this.#checkpoints.opened();
  }

  async #catchUp(own: OwnWrites): Promise<void> {
    const again = async (): Promise<void> => {
      await this.#reload(own);
      return this.#catchUp(own);
    };
    if (this.#arrival.hasFailed && !(await this.#arrival.isWhole())) return again();
    for await (const tail of this.#log.tail()) {
      const found = tail.type === 'entry' ? await this.#take(tail, own) : tail;
      if (found?.type === 'overtaken') return again();
      if (found?.type !== 'broken') continue;
      // First make sure that the checkpoint is readable. If not, opening fails, and the log stays
      // as before.
      if (!(await this.#arrival.bring())) return again();
      if (!(await this.#mend(found))) break;
      // The entries read before may differ from the entries of the log now.
      return this.#catchUp(own);
    }
    await this.#checkpoints.recount();
    this.#checkpoints.consider();
  }

  /**
   * Ends the log before the unreadable entries. False if this process may not write: no more of the
   * log is read then.
   */
  async #mend({ lost, error: cause }: Extract<Tail, { readonly type: 'broken' }>): Promise<boolean> {
    const isReadOnly = this.#isReadOnly;
    const isNews = isReadOnly ? !this.#isCutOff : await this.#log.mend((kind) => this.#names.next(kind));
    this.#isCutOff = isReadOnly;
    if (isNews) this.#context.tell({ type: 'log-damaged', lost, error: lostWrites(lost, cause) });
    return !isReadOnly;
  }

  /** Applies an entry. Returns a reason if parts of the entry are lost. */
  async #take(
    { entry, seq, bytes }: Extract<Tail, { readonly type: 'entry' }>,
    own: OwnWrites,
  ): Promise<Tail | undefined> {
    const isForeign = entry.writer !== this.writer;
    const ending = await taken(this.#log, seq, async () => {
      if (!isForeign && (await own.apply(entry.number))) return;
      const { changed } = await this.#replica.apply(entry, partsIn(this.#context.storage, this.#options.dimensions));
      if (changed !== undefined) this.#changed.add(changed);
    });
    if (ending !== undefined) return ending;
    this.#checkpoints.unsaved.add([entry], seq, bytes);
    // A deletion of another tab may have used the reserve.
    if (entry.kind === 'delete' && isForeign) this.#checkpoints.reserve.doubt();
    return undefined;
  }

  /**
   * Follows the arrival of the rows in the background. Errors reach the callers that wait for rows.
   */
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

  /**
   * Loads the checkpoint that is stored now, and the log after the checkpoint. Until all of that is
   * read, the replica and the known log stay as before.
   */
  async #reload(own: OwnWrites): Promise<void> {
    const reloaded = await reload(
      this.#context,
      this.#log,
      this.writer,
      this.#replica,
      (stored) => {
        if (!isSame(stored, this.#options)) throw this.#gone();
      },
      () => this.#gone(),
    );
    await this.#replica.replace(reloaded.loaded);
    this.#changed.add(ALL_ROWS);
    this.#arrival = reloaded.arrival;
    this.#watchArrival();
    // The log may name a later checkpoint by now. The checkpointer shares the chunks of the loaded
    // checkpoint.
    this.#log.adopt(reloaded.begun);
    this.#checkpoints.replaced(reloaded.loaded, reloaded.unsaved);
    this.#log.adopt(reloaded.log.head);
    if (reloaded.hasForeignDeletion) this.#checkpoints.reserve.doubt();
    // All at once, so that the failure of a write leaves no other write without an answer.
    await Promise.all([...reloaded.own].map(([number, result]) => own.applied(number, result)));
  }

  /**
   * The database is gone, or another database has taken its place. The replica must not pass for
   * the stored database.
   */
  #gone(): EdgeVecError {
    if (!this.#closed && !this.#isGone) {
      this.#isGone = true;
      this.#context.tell({ type: 'storage-gone', error: gone(this.name) });
    }
    return closed();
  }
}

/** A tab may know the model before the other tab does. */
function isSame(stored: StoredOptions, own: StoredOptions): boolean {
  const keys = Object.keys(stored) as (keyof StoredOptions)[];
  return keys.every((key) => stored[key] === own[key] || (key === 'model' && own.model === undefined));
}
