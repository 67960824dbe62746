// Makes checkpoints of a database when they are due, asked for, or needed for room, and keeps back the
// room that they need.

import type { EngineStats } from '../base/calls.js';
import { asEdgeVecError, detailsOf, EdgeVecError } from '../base/errors.js';
import { listedIn } from '../format/contents.js';
import type { Manifest } from '../format/manifest.js';
import { bytesOf } from '../storage/estimate.js';
import type { Names } from '../storage/names.js';
import { isClosed } from './arrival.js';
import { isLeftOut } from './checkpoint/left-out.js';
import { type Loaded, readManifest } from './checkpoint/load.js';
import { Pinned } from './checkpoint/pinned.js';
import { Checkpointer } from './checkpoint/save.js';
import type { Log } from './log/log.js';
import type { StoreContext } from './open.js';
import type { Replica } from './replica.js';
import { Reserve } from './reserve.js';
import { Schedule } from './schedule.js';
import { hold, oneTabAtATime, unlessHeld } from './tabs/mutex.js';
import { UnsavedLog } from './unsaved-log.js';

export class Checkpoints {
  readonly unsaved = new UnsavedLog();
  readonly reserve: Reserve;
  readonly #context: StoreContext;
  readonly #log: Log;
  readonly #names: Names;
  readonly #replica: Replica;
  /** Whether all rows are in: before that no checkpoint can be made. */
  readonly #isComplete: () => boolean;
  readonly #schedule = new Schedule();
  #checkpointer: Checkpointer;
  /** Bytes of the checkpoint of this name, whose entries are not counted in `unsaved`. */
  #bytes: number;
  #counted: string;
  #running: Promise<void> | undefined;
  /** The replica has a graph, and the stored checkpoint has none, or a damaged one. */
  #isMended: boolean;
  /** Why there was no room for the graph in the last checkpoint that was made here. */
  #reduced: EdgeVecError | undefined;
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
    this.reserve = new Reserve(context.storage, () => ({
      log: this.unsaved.bytes,
      checkpoint: this.#bytes,
      hasFreeSlots: this.#hasFreeSlots(),
    }));
    this.#checkpointer = this.#checkpointerOf(manifest);
    this.#bytes = sizeOf(manifest);
    this.#counted = log.head.checkpoint;
    this.#isMended = withoutGraph;
  }

  /** Bytes that are stored of the database. */
  get storedBytes(): number {
    return this.#bytes + this.unsaved.bytes;
  }

  /**
   * True once a checkpoint holds every entry of the log that is known here; false if another tab was
   * first, and its checkpoint does not hold all of them.
   *
   * @throws `QUOTA`, `READ_ONLY`, `STORAGE_FAILED`, `CLOSED`
   */
  async save(): Promise<boolean> {
    const { head } = this.#log;
    await this.#running?.catch(() => {});
    // The first reduced checkpoint is told where it is made.
    const isKnown = this.#reduced !== undefined;
    await this.#make(true);
    if (isKnown) this.#tellReduced();
    return this.#log.isSaved(head);
  }

  /** Whether the stored checkpoint holds all that is known here. */
  async isSaved(): Promise<boolean> {
    return !this.#isMended && (await this.#log.isSaved(this.#log.head));
  }

  /** The stored checkpoint, of which nobody drops a chunk until it is released. @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED` */
  async pin(): Promise<Pinned> {
    return Pinned.open(this.#context.storage, this.#log, await hold(this.#readers));
  }

  /** Lets a checkpoint take the place of the log, if that gives room. As `PersistentStore.makeRoom`. */
  async makeRoom(frees: boolean): Promise<boolean> {
    const before = this.unsaved.bytes;
    const mayCheckpoint = before > 0 && this.#isComplete() && !this.#closed;
    try {
      // Another tab may be making the one that makes room.
      if (mayCheckpoint) await this.#make(true, true);
      const hasSpared = await this.reserve.trim();
      return frees || ((hasSpared || this.unsaved.bytes < before) && (await this.reserve.fill()));
    } catch {
      // The write that wanted room says that there is none.
      return frees;
    }
  }

  /** Begins a checkpoint in the background, if one is due. Opening that fails changes nothing: before `opened` none begins. */
  consider(): void {
    if (!this.#isOpened) return;
    this.#keepReserve();
    if (!this.#isComplete()) return;
    const isOwn = this.#checkpointer.base === this.#log.head.checkpoint;
    if (this.#schedule.isDue(this.unsaved.bytes, this.#bytes, isOwn)) this.#makeBehind();
  }

  /** Rows that waited when the database was opened are linked. Without a checkpoint they would be at each opening. */
  async linked(stats: Pick<EngineStats, 'rows' | 'buildDistances'>): Promise<void> {
    if (!this.#schedule.isLinkingWorth(stats)) return;
    // A checkpoint that is being made may have begun before.
    await this.#running?.catch(() => {});
    // Another tab that has made one has linked them too, or will have.
    if (this.#checkpointer.base === this.#log.head.checkpoint) this.#makeBehind();
  }

  /** Another tab may have made a checkpoint. */
  async recount(): Promise<void> {
    const { checkpoint, checkpointSeq } = this.#log.head;
    // One that is being made here counts when it is whole, and needs to know until then which parts to drop.
    if (checkpoint === this.#counted || this.#running !== undefined) return;
    this.#counted = checkpoint;
    this.reserve.doubt();
    this.unsaved.forget(checkpointSeq);
    this.#schedule.shortened(this.unsaved.bytes);
    // If the manifest cannot be read, the next look tells.
    const manifest = await readManifest(this.#context.storage, checkpoint).catch(() => undefined);
    if (manifest !== undefined) this.#bytes = sizeOf(manifest);
  }

  /** The replica has begun anew from the checkpoint that the log names now. */
  replaced({ manifest, withoutGraph }: Loaded): void {
    this.#checkpointer = this.#checkpointerOf(manifest);
    this.#bytes = sizeOf(manifest);
    this.#isMended = withoutGraph;
    this.#counted = this.#log.head.checkpoint;
    this.unsaved.clear();
    this.#schedule.succeeded();
  }

  /**
   * The database is open. Drops what tabs left behind that have ended: chunks that cannot be dropped
   * now are dropped after the next checkpoint.
   */
  opened(): void {
    this.#isOpened = true;
    if (!this.#context.storage.isReadOnly) this.#checkpointer.dropOrphans(this.unsaved.parts).catch(() => {});
    this.consider();
  }

  /** Begins no more. Resolves once what is under way has ended, for a checkpoint may wait for another tab. */
  async end(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#running?.catch(() => {}), this.reserve.settled()]);
  }

  /** The lock that is held while chunks of a checkpoint are read that another may take the place of. */
  get #readers(): string {
    return `edgevec:${this.#context.name}:readers`;
  }

  #hasFreeSlots(): boolean {
    try {
      return this.#replica.collection().engine.stats().free > 0;
    } catch {
      // It is closed, or has crashed: nothing is written any more.
      return false;
    }
  }

  /** Sees to it that enough room is kept back, in the background; a checkpoint makes room for that. */
  #keepReserve(): void {
    if (this.#closed || !this.reserve.isDue) return;
    this.reserve.fill().then(
      (isWhole) => {
        const isWorth = this.#schedule.isWorthTrying(this.unsaved.bytes);
        if (!isWhole && isWorth && this.#isComplete()) this.#makeBehind();
      },
      // A storage that fails is told by the next call that needs it.
      () => {},
    );
  }

  /** Makes a checkpoint in the background. */
  #makeBehind(): void {
    if (this.#closed || this.#context.storage.isReadOnly) return;
    this.#make(false).catch((error) => {
      this.#schedule.failed(this.unsaved.bytes);
      if (this.#closed || isClosed(error)) return;
      this.#context.tell({ type: 'checkpoint-failed', error: asEdgeVecError(error) });
    });
  }

  /**
   * @param waits for another tab that makes one; else that is left to it
   * @param isUrgent one that makes room at once: without the graph if the last one was
   */
  #make(waits: boolean, isUrgent = false): Promise<void> {
    this.#running ??= oneTabAtATime(`edgevec:${this.#context.name}:checkpoint`, waits, async () => {
      if (this.#closed) return;
      const checkpointer = this.#checkpointer;
      const { atRest } = this.#replica;
      const saved = await checkpointer.save(() => this.#replica.collection(), atRest, this.unsaved.parts, isUrgent);
      if (checkpointer !== this.#checkpointer) return;
      if (saved === undefined) {
        // Another tab's is as good; what it holds is forgotten with the next look.
        this.#schedule.failed(this.unsaved.bytes);
        return;
      }
      this.unsaved.forget(saved.seq);
      this.#schedule.succeeded();
      this.#isMended = saved.reduced !== undefined;
      const isNews = this.#isMended && this.#reduced === undefined;
      this.#reduced = saved.reduced;
      if (isNews) this.#tellReduced();
      this.#bytes = saved.bytes;
      this.#counted = checkpointer.base;
    }).finally(() => {
      this.#running = undefined;
      // What has been used of the reserve, or is missing, finds room now.
      if (!this.#closed) this.reserve.fill().catch(() => {});
    });
    return this.#running;
  }

  #tellReduced(): void {
    if (this.#closed || this.#reduced === undefined) return;
    const problem = 'There is no room for all of the checkpoint: it was made without the graph';
    const error = new EdgeVecError('QUOTA', problem, detailsOf(this.#reduced));
    this.#context.tell({ type: 'checkpoint-reduced', error });
  }

  #checkpointerOf(manifest: Manifest): Checkpointer {
    return new Checkpointer(this.#context, this.#log, this.#names, manifest, (run) => unlessHeld(this.#readers, run));
  }
}

function sizeOf(manifest: Manifest): number {
  const refs = listedIn(manifest).map(({ ref }) => ref);
  return bytesOf(refs.filter((ref) => !isLeftOut(ref)));
}
