// Makes the checkpoints of a database: when a checkpoint is due, when the user asks, and when a
// write needs room. Keeps the reserve for checkpoints and deletions.

import type { EngineStats } from '../base/calls.js';
import { asEdgeVecError, detailsOf, EdgeVecError } from '../base/errors.js';
import type { Engine } from '../engine/engine.js';
import type { Manifest } from '../format/manifest.js';
import { quotaExceeded } from '../storage/estimate.js';
import type { Names } from '../storage/names.js';
import { isClosed } from './arrival.js';
import { type Loaded, readManifest } from './checkpoint/load.js';
import { Pinned } from './checkpoint/pinned.js';
import { Checkpointer } from './checkpoint/save.js';
import type { Log } from './log/log.js';
import type { StoreContext } from './open.js';
import { Recoding } from './recoding.js';
import type { Replica } from './replica.js';
import { Reserve } from './reserve.js';
import { Schedule } from './schedule.js';
import { addedBytes, type CheckpointSizes, comingCodesBytes, lastChunkBytes, recodedBytes, sizesOf } from './sizes.js';
import { hold, oneTabAtATime, unlessHeld } from './tabs/mutex.js';
import { UnsavedLog } from './unsaved-log.js';

export class Checkpoints {
  readonly unsaved = new UnsavedLog();
  readonly reserve: Reserve;
  readonly #recoding: Recoding;
  readonly #context: StoreContext;
  readonly #log: Log;
  readonly #names: Names;
  readonly #replica: Replica;
  /** Whether all rows are in. Before that, no checkpoint can be made. */
  readonly #isComplete: () => boolean;
  readonly #schedule = new Schedule();
  #checkpointer: Checkpointer;
  /**
   * The sizes of the checkpoint named `#counted`. `unsaved` does not count the entries of this
   * checkpoint.
   */
  #stored: CheckpointSizes;
  #counted: string;
  /** The name of the checkpoint that was loaded at opening. */
  readonly #first: string;
  #running: Promise<void> | undefined;
  /** Whether the replica has a graph, but the stored graph is missing or damaged. */
  #isMended: boolean;
  /** Set if this tab's last checkpoint left out the graph: the error that tells why. */
  #reduced: EdgeVecError | undefined;
  /** The model of the rows, if known. Another tab may have made a checkpoint without a model. */
  readonly #model: string | undefined;
  #isOpened = false;
  #closed = false;

  constructor(
    context: StoreContext,
    log: Log,
    names: Names,
    replica: Replica,
    { manifest, withoutGraph }: Loaded,
    isComplete: () => boolean,
  ) {
    this.#context = context;
    this.#log = log;
    this.#names = names;
    this.#replica = replica;
    this.#isComplete = isComplete;
    this.#recoding = new Recoding(context.storage, () => this.#ask(recodedBytes, 0));
    this.reserve = new Reserve(context.storage, () => ({
      log: this.unsaved.bytes,
      checkpoint: this.#stored.bytes,
      atOnce: this.#stored.atOnce,
      added: this.#ask((engine) => addedBytes(engine, this.unsaved.bytes, this.#stored), this.unsaved.bytes),
      lastChunks: this.#ask(lastChunkBytes, 0),
      codes: this.#recoding.bytes + this.#ask(comingCodesBytes, 0),
      hasFreeSlots: this.#hasFreeSlots(),
    }));
    this.#model = manifest.options.model;
    this.#checkpointer = this.#checkpointerOf(manifest);
    this.#stored = sizesOf(manifest);
    this.#counted = log.head.checkpoint;
    this.#first = this.#counted;
    this.#isMended = withoutGraph;
  }

  /** Bytes of the stored database. */
  get storedBytes(): number {
    return this.#stored.bytes + this.#stored.derived + this.unsaved.bytes;
  }

  /**
   * True once a checkpoint holds every log entry that this tab knows. False if another tab was
   * first, and the checkpoint of the other tab lacks some of the entries.
   *
   * @throws `QUOTA`, `READ_ONLY`, `STORAGE_FAILED`, `CLOSED`
   */
  async save(): Promise<boolean> {
    const { head } = this.#log;
    await this.#running?.catch(() => {});
    // `#make` tells about the first reduced checkpoint. Here the user asked for a checkpoint, and
    // hears about each further reduced checkpoint.
    const isKnown = this.#reduced !== undefined;
    await this.#make(true);
    if (isKnown) this.#tellReduced();
    return this.#log.isSaved(head);
  }

  /** Whether the stored checkpoint holds everything that this tab knows, the graph included. */
  async isSaved(): Promise<boolean> {
    return !this.#isMended && (await this.#log.isSaved(this.#log.head));
  }

  /**
   * Pins the stored checkpoint: no tab deletes a chunk of the checkpoint until the release.
   *
   * @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED`
   */
  async pin(): Promise<Pinned> {
    return Pinned.open(this.#context.storage, this.#log, await hold(this.#readers));
  }

  /**
   * Codes all rows again by `run`, if the next checkpoint will have room for the codes of all rows.
   * Otherwise the rows keep their codes.
   */
  async recode(run: () => Promise<void>): Promise<void> {
    // A tab that did not make the last checkpoint has to write every chunk in any case.
    const isOwn = this.#checkpointer.base === this.#log.head.checkpoint;
    if (this.#context.storage.isReadOnly || !isOwn) return run();
    await this.#recoding.run(this.reserve, run);
  }

  /**
   * Lets a checkpoint take the place of the log, if that makes room. As `PersistentStore.makeRoom`.
   */
  async makeRoom(frees: boolean): Promise<boolean> {
    // The reserve has taken the room, and perhaps has given the room back by now.
    const waits = (await this.#recoding.taking) !== undefined;
    const before = this.unsaved.bytes;
    const mayChange = this.#isComplete() && !this.#closed;
    try {
      // Wait for another tab: the other tab may be making the checkpoint that makes room.
      if (mayChange && before > 0) await this.#make(true, true);
      const hasSpared = await this.reserve.trim();
      if (frees || waits || ((hasSpared || this.unsaved.bytes < before) && (await this.reserve.fill()))) return true;
      // Columns and words only save time.
      if (mayChange && (await this.#dropDerived()) && (await this.reserve.fill())) return true;
      // Without the graph, the rows fit that a checkpoint with the graph leaves no room for.
      const isForGraph = this.#hasFreeSlots() || !(await this.reserve.fill());
      return mayChange && isForGraph && (await this.#dropGraph()) && (await this.reserve.fill());
    } catch {
      // The write that needs room fails with `QUOTA`.
      return frees || waits;
    }
  }

  /**
   * Begins a checkpoint in the background, if a checkpoint is due. Does nothing before `opened`: a
   * failed opening must change nothing in storage.
   */
  consider(): void {
    if (!this.#isOpened) return;
    try {
      this.#keepReserve();
      if (!this.#isComplete()) return;
      const isOwn = this.#checkpointer.base === this.#log.head.checkpoint;
      if (this.#schedule.isDue(this.unsaved.bytes, this.#stored.bytes, isOwn)) this.#makeBehind();
    } catch (error) {
      // The write before is logged, and must not fail any more.
      this.#tellFailed(error);
    }
  }

  /**
   * Called when the rows that waited at opening are linked. Without a checkpoint, each opening
   * would link the rows again.
   */
  async linked(stats: Pick<EngineStats, 'rows' | 'buildDistances'>): Promise<void> {
    if (!this.#schedule.isLinkingWorth(stats)) return;
    // A running checkpoint may have begun before the linking ended.
    await this.#running?.catch(() => {});
    // If another tab made the last checkpoint, that tab has linked the rows too, or will link the
    // rows.
    if (this.#checkpointer.base === this.#log.head.checkpoint) this.#makeBehind();
  }

  /** As `linked`, for words that the stored checkpoint lacks. */
  async madeWords(bytes: number): Promise<void> {
    if (!this.#schedule.areWordsWorth(bytes)) return;
    await this.#running?.catch(() => {});
    // A later checkpoint has the words, or other tabs have other text fields.
    if (this.#log.head.checkpoint === this.#first) this.#makeBehind();
  }

  /** Counts again, since another tab may have made a checkpoint. */
  async recount(): Promise<void> {
    const { checkpoint, checkpointSeq } = this.#log.head;
    // A running checkpoint of this tab counts when it is complete. Until then, the checkpoint needs
    // `unsaved` to know the chunks of parts to delete.
    if (checkpoint === this.#counted || this.#running !== undefined) return;
    this.#counted = checkpoint;
    this.reserve.doubt();
    this.unsaved.forget(checkpointSeq);
    this.#schedule.shortened(this.unsaved.bytes);
    // If the manifest is unreadable now, the next look tells.
    const manifest = await readManifest(this.#context.storage, checkpoint).catch(() => undefined);
    if (manifest !== undefined) this.#stored = sizesOf(manifest);
  }

  /**
   * The replica has loaded the checkpoint that the log names now. `unsaved` counts the entries that
   * the replica has applied since.
   */
  replaced({ manifest, withoutGraph }: Loaded, unsaved: UnsavedLog): void {
    this.#checkpointer = this.#checkpointerOf(manifest);
    this.#stored = sizesOf(manifest);
    this.#isMended = withoutGraph;
    this.#counted = this.#log.head.checkpoint;
    this.#recoding.end();
    this.unsaved.become(unsaved);
    this.#schedule.succeeded();
  }

  /**
   * The database is open. Deletes the orphans of tabs that have ended. The next checkpoint tries
   * again to delete the remaining orphans.
   */
  opened(): void {
    this.#isOpened = true;
    if (!this.#context.storage.isReadOnly) this.#checkpointer.dropOrphans(this.unsaved.parts).catch(() => {});
    this.consider();
  }

  /**
   * Begins no more checkpoints. Resolves when the running work has ended: a checkpoint may wait for
   * another tab.
   */
  async end(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#running?.catch(() => {}), this.reserve.settled()]);
  }

  /**
   * The lock of readers of a checkpoint: while a reader holds the lock, no tab deletes chunks of a
   * replaced checkpoint.
   */
  get #readers(): string {
    return `edgevec:${this.#context.name}:readers`;
  }

  #hasFreeSlots(): boolean {
    return this.#ask((engine) => engine.freeSlots() > 0, false);
  }

  /** The answer of the engine. A database that has ended writes nothing any more: `otherwise`. */
  #ask<T>(question: (engine: Engine) => T, otherwise: T): T {
    try {
      return question(this.#replica.collection().engine);
    } catch (error) {
      if (!this.#hasEnded()) throw error;
      return otherwise;
    }
  }

  /** Whether the database was closed, or a failure has ended the database. */
  #hasEnded(): boolean {
    try {
      this.#replica.collection();
      return false;
    } catch {
      return true;
    }
  }

  /** Fills the reserve in the background. If the storage lacks room, a checkpoint makes room. */
  #keepReserve(): void {
    if (this.#closed || !this.reserve.isDue) return;
    this.reserve.fill().then(
      (isWhole) => {
        const isWorth = this.#schedule.isWorthTrying(this.unsaved.bytes);
        if (!isWhole && isWorth && this.#isComplete()) this.#makeBehind();
      },
      // If the storage fails, the next call that needs the storage tells.
      () => {},
    );
  }

  /** Makes a checkpoint in the background. */
  #makeBehind(): void {
    if (this.#closed || this.#context.storage.isReadOnly) return;
    this.#make(false).catch((error) => {
      this.#schedule.failed(this.unsaved.bytes);
      if (!this.#closed && !isClosed(error)) this.#tellFailed(error);
    });
  }

  /**
   * @param waits whether to wait while another tab makes a checkpoint. Otherwise this tab leaves
   * the checkpoint to the other tab
   * @param isUrgent whether to skip the whole checkpoint, if the last attempt found no room
   */
  #make(waits: boolean, isUrgent = false): Promise<void> {
    return this.#oneAtATime(waits, async () => {
      const checkpointer = this.#checkpointer;
      const { atRest } = this.#replica;
      const isRecoded = this.#recoding.isOver;
      const saved = await checkpointer.save(() => this.#replica.collection(), atRest, this.unsaved.parts, isUrgent);
      if (checkpointer !== this.#checkpointer) return;
      if (saved === undefined) {
        // Another tab's checkpoint is as good. The next look counts the entries of that checkpoint.
        this.#schedule.failed(this.unsaved.bytes);
        return;
      }
      this.unsaved.forget(saved.seq);
      this.#schedule.succeeded();
      this.#follow(saved.reduced);
      this.#stored = sizesOf(saved.manifest);
      this.#counted = checkpointer.base;
      if (!isRecoded || !this.#recoding.isOver) return;
      this.#recoding.end();
      await this.reserve.trim().catch(() => {});
    });
  }

  /** Takes columns and words out of the stored checkpoint. False if the checkpoint has neither. */
  async #dropDerived(): Promise<boolean> {
    if (this.#stored.derived === 0) return false;
    await this.#running?.catch(() => {});
    await this.#oneAtATime(true, async () => {
      const checkpointer = this.#checkpointer;
      const manifest = await checkpointer.dropDerived(this.unsaved.parts);
      if (manifest === undefined || checkpointer !== this.#checkpointer) return;
      this.#hasReduced(manifest);
    });
    return this.#stored.derived === 0;
  }

  /**
   * Takes the graph out of the stored checkpoint: the graph must not take the room that new rows
   * need. False if the stored checkpoint has no graph.
   */
  async #dropGraph(): Promise<boolean> {
    await this.#running?.catch(() => {});
    const before = this.#stored.bytes;
    await this.#oneAtATime(true, async () => {
      const checkpointer = this.#checkpointer;
      const error = quotaExceeded(this.#context.storage.kind, {});
      const manifest = await checkpointer.dropGraph(error, this.unsaved.parts);
      if (manifest === undefined || checkpointer !== this.#checkpointer) return;
      this.#follow(error);
      this.#hasReduced(manifest);
    });
    return this.#stored.bytes < before;
  }

  /** Counts a checkpoint that this tab has made smaller. The entries of the log stay. */
  #hasReduced(manifest: Manifest): void {
    // Another tab may have made the checkpoint in the meantime, and `recount` waits for the end.
    this.unsaved.forget(this.#log.head.checkpointSeq);
    this.#stored = sizesOf(manifest);
    this.#counted = this.#checkpointer.base;
  }

  /** @param reduced why this tab's last checkpoint has no graph, if so */
  #follow(reduced: EdgeVecError | undefined): void {
    this.#isMended = reduced !== undefined;
    const isNews = this.#isMended && this.#reduced === undefined;
    this.#reduced = reduced;
    if (isNews) this.#tellReduced();
  }

  /** Changes the stored checkpoint. If a change is under way, waits for that change instead. */
  #oneAtATime(waits: boolean, change: () => Promise<void>): Promise<void> {
    this.#running ??= oneTabAtATime(`edgevec:${this.#context.name}:checkpoint`, waits, async () => {
      if (!this.#closed) await change();
    }).finally(() => {
      this.#running = undefined;
      // After a checkpoint, the storage may have room for the missing part of the reserve.
      if (!this.#closed) this.reserve.fill().catch(() => {});
    });
    return this.#running;
  }

  #tellFailed(error: unknown): void {
    this.#context.tell({ type: 'checkpoint-failed', error: asEdgeVecError(error) });
  }

  #tellReduced(): void {
    if (this.#closed || this.#reduced === undefined) return;
    const problem = 'There is no room for all of the checkpoint: it was made without the graph';
    const error = new EdgeVecError('QUOTA', problem, detailsOf(this.#reduced));
    this.#context.tell({ type: 'checkpoint-reduced', error });
  }

  #checkpointerOf(manifest: Manifest): Checkpointer {
    const options = { ...(this.#model !== undefined && { model: this.#model }), ...manifest.options };
    const known = { ...manifest, options };
    return new Checkpointer(this.#context, this.#log, this.#names, known, (run) => unlessHeld(this.#readers, run));
  }
}
