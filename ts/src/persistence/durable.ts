// What makes a database durable: its log and its checkpoints in storage, and the other tabs that have it open.
//
// The database in memory is what the checkpoint and the log's entries after it lead to. It is behind the storage where other tabs have
// written, and catches up when they say so, and before it writes: the log refuses a write that has not seen what came before it.

import type { EngineStats, StoredStats } from '../base/calls.js';
import { asEdgeVecError, closed, damaged, detailsOf, EdgeVecError, gone } from '../base/errors.js';
import type { Slices } from '../base/time-slices.js';
import type { Deadline } from '../base/timeout.js';
import type { EdgeVecEvent } from '../base/types.js';
import type { Instance } from '../engine/engine.js';
import { listedIn } from '../format/contents.js';
import type { Entry } from '../format/entry.js';
import { encodeManifest, type Manifest, type StoredOptions } from '../format/manifest.js';
import { Names } from '../storage/names.js';
import { persisting } from '../storage/retry.js';
import { bytesOf, noRoom } from '../storage/room.js';
import type { Storage } from '../storage/storage.js';
import { isLean } from './checkpoint/lean.js';
import { isLeftOut } from './checkpoint/left-out.js';
import { type Loaded, loadCheckpoint, readManifest } from './checkpoint/load.js';
import { Pinned } from './checkpoint/pinned.js';
import type { RowStream } from './checkpoint/row-stream.js';
import { Checkpointer } from './checkpoint/save.js';
import { Draft, PartsLost, partsOf } from './draft.js';
import { Log, type Tail } from './log/log.js';
import { faultOf } from './replay.js';
import type { Replica } from './replica.js';
import { Reserve } from './reserve.js';
import { hold, oneTabAtATime, unlessHeld } from './tabs/lock.js';
import type { News } from './tabs/news.js';
import { Turns } from './tabs/turns.js';

/** Bytes of log that are worth a checkpoint: at least so many, and a part of what the checkpoint has. */
const LOG_BYTES = 8 << 20;
const LOG_SHARE = 8;

/** Distances evaluated in linking that are worth a checkpoint: those of some 500 rows, and of a twentieth of all. */
const LINK_DISTANCES = 500_000;
const LINK_SHARE = 50;

/** A tab that would have to write all anew leaves a checkpoint to the one that made the last, until there are so many times those bytes. */
const PATIENCE = 2;

/** What a checkpoint that is being made leaves of the time for closing to the storage, in milliseconds. */
const KEPT_MS = 1_000;

/** What the application should hear of, though no call failed. */
export type StorageEvent = Exclude<EdgeVecEvent, { readonly type: 'worker-unavailable' | 'worker-died' }>;

/** What is stored of a database: its log, and the state that its checkpoint leads to. */
export interface Found {
  readonly names: Names;
  readonly log: Log;
  readonly loaded: Loaded;
}

export interface Place {
  readonly storage: Storage;
  readonly name: string;
  readonly slices: Slices;
  /** Starts an instance for one engine. */
  readonly start: () => Promise<Instance>;
  readonly tell: (event: StorageEvent) => void;
  /** Who else may have it open. */
  readonly news: News | undefined;
}

export class Durable {
  readonly #place: Place;
  readonly #names: Names;
  readonly #log: Log;
  readonly #turns: Turns;
  readonly #reserve: Reserve;
  #checkpointer: Checkpointer;
  readonly #replica: Replica;
  /** Looks for entries that are not known here, in its turn. */
  #look = async (): Promise<void> => {};
  /** The rows that are still to come into what is held, and how that ends. */
  #stream: RowStream | undefined;
  #arrival: Promise<Arrival>;
  /** Chunks that entries of the log speak of, by the entry. */
  #parts = new Map<string, number>();
  /** Bytes of entries that no checkpoint is known to hold, by their numbers, ascending; and of all together. */
  readonly #sizes = new Map<number, number>();
  #logBytes = 0;
  #checkpointBytes: number;
  /** The checkpoint whose bytes these are, and which is not counted in those of the log. */
  #counted: string;
  readonly #options: StoredOptions;
  /** Bytes of the log when a checkpoint failed: it is tried again once there are as many more. */
  #failedAt = 0;
  #checkpointing: Promise<void> | undefined;
  /** Entries of others were applied, or all of it was taken up anew, and nobody has been told. */
  #hasHeard = false;
  /** What is held has a graph, and what is stored has none, or a damaged one. */
  #isMended: boolean;
  /** Why there was no room for the graph in the last checkpoint that was made here. */
  #reduced: EdgeVecError | undefined;
  /** Bytes of commits that the storage has lost. */
  readonly #lost: number;
  /** The log is damaged, and this process may not mend it. */
  #isCutOff = false;
  /** It holds what the log holds. */
  #isOpened = false;
  #closed = false;
  /** What was stored of it is no more, which has been told. */
  #isGone = false;

  /** Of a log whose checkpoint has just been read, or made of what was. */
  constructor(place: Place, { names, log, loaded: { manifest, stream, withoutGraph } }: Found, replica: Replica) {
    this.#place = place;
    this.#replica = replica;
    this.#names = names;
    this.#log = log;
    this.#reserve = new Reserve(place.storage, () => ({
      log: this.#logBytes,
      checkpoint: this.#checkpointBytes,
      hasFreeSlots: this.#hasFreeSlots(),
    }));
    this.#turns = new Turns(place.name, (ms) => place.slices.pause(ms));
    this.#checkpointer = this.#checkpointerOf(manifest);
    this.#checkpointBytes = sizeOf(manifest);
    this.#counted = log.head.checkpoint;
    this.#options = manifest.options;
    this.#isMended = withoutGraph;
    this.#lost = place.storage.lost;
    this.#stream = stream;
    this.#arrival = arrivalOf(stream, log, place.slices);
  }

  /**
   * Reads what is stored, making it where nothing is. `options`: what a new one is made with, and what is asked of one that is there. The log's
   * entries after the checkpoint are applied by the first `catchUp`.
   *
   * @throws `OPTIONS_DIFFER`, `DAMAGED`, `UNSUPPORTED_FORMAT`, `QUOTA`, `STORAGE_FAILED`
   */
  static async find(place: Place, options: (stored: StoredOptions | undefined) => StoredOptions): Promise<Found> {
    const names = new Names();
    for (;;) {
      const log = (await Log.open(place.storage)) ?? (await begin(place.storage, names, options(undefined)));
      // Another tab was first.
      if (log === undefined) continue;
      const loaded = await load(place, log, (stored) => options(stored));
      if (loaded !== undefined) return { names, log, loaded };
    }
  }

  get name(): string {
    return this.#place.name;
  }

  get writer(): string {
    return this.#names.writer;
  }

  /** What is held while chunks of a checkpoint are read that another may take the place of. */
  get #readers(): string {
    return `edgevec:${this.name}:readers`;
  }

  /** From here on, `look` is called when other tabs may have written: it calls `catchUp` in its turn. */
  watch(look: () => Promise<void>): void {
    this.#look = look;
    this.#place.news?.listen(() => {
      this.#turns.met();
      void look().catch(() => {});
    });
    this.#watch();
  }

  /** What a write of so many rows, if that is known, will say in the log. */
  draft(rows: number | undefined): Draft {
    return new Draft(this.#place.storage, this.#names, () => this.makeRoom(), rows);
  }

  /**
   * Lets a checkpoint take the place of the log, if that gives room. False if there is no more room
   * than before. `frees`: for a deletion, which finds room once no checkpoint is under way.
   */
  async makeRoom(frees = false): Promise<boolean> {
    const before = this.#logBytes;
    const mayCheckpoint = before > 0 && this.#stream?.isOver !== false && !this.#closed;
    try {
      // Another tab may be making the one that makes room.
      if (mayCheckpoint) await this.#checkpoint(true, true);
      const hasSpared = await this.#reserve.trim();
      return frees || ((hasSpared || this.#logBytes < before) && (await this.#reserve.fill()));
    } catch {
      // The write that wanted room says that there is none.
      return frees;
    }
  }

  /** Runs what appends. `others`: others may have written since `catchUp`, so that looking first saves a refusal. */
  inTurn<T>(run: (others: boolean) => Promise<T>): Promise<T> {
    return this.#turns.take(run);
  }

  /** True once the entries are logged, false if others have written since `catchUp`. */
  async append(entries: readonly Entry[], strict: boolean): Promise<boolean> {
    // Nothing is there that could be lost.
    if (entries.length === 0 && this.#isReadOnly) return true;
    // What is kept back is for deletions and checkpoints. They must find it.
    const frees = entries.every(({ kind }) => kind === 'delete');
    if (!frees && !this.#reserve.isWhole && !(await this.#reserve.fill())) throw noRoom(this.#place.storage.kind, {});
    const bytes = await this.#log.append(entries, strict);
    if (bytes === undefined) {
      this.#turns.refused();
      // Others queue from here on, so that this tab has its turn.
      if (!this.#closed) this.#place.news?.tell();
      return false;
    }
    const { seq } = this.#log.head;
    for (const [i, entry] of entries.entries()) this.#remember(entry, seq - entries.length + 1 + i);
    this.#count(seq, bytes + entries.reduce((sum, entry) => sum + storedBytes(entry), 0));
    if (entries.length > 0 && !this.#closed) this.#place.news?.tell();
    this.#considerCheckpoint();
    return true;
  }

  /**
   * Applies entries that are not known here. Those written here, whose append has failed and yet taken place, are offered
   * to `own` first, which tells whether it has applied them.
   */
  async catchUp(own: (number: number) => Promise<boolean>): Promise<void> {
    await this.#catchUp(own);
    if (!this.#isOpened) this.#opened();
    if (!this.#hasHeard) return;
    this.#hasHeard = false;
    this.#replica.changed();
  }

  /** What is done once it can be opened: where it cannot, storage stays as it is. */
  #opened(): void {
    this.#isOpened = true;
    if (this.#lost > 0) this.#place.tell({ type: 'log-damaged', lost: undefined, error: lostWrites(undefined) });
    if (this.#isReadOnly) return;
    // What cannot be dropped now is dropped after the next checkpoint.
    this.#checkpointer.dropOrphans(this.#parts).catch(() => {});
  }

  async #catchUp(own: (number: number) => Promise<boolean>): Promise<void> {
    if (this.#stream?.hasFailed && !(await this.#isWhole())) {
      await this.#reload();
      return this.#catchUp(own);
    }
    for await (const tail of this.#log.tail()) {
      const found = tail.type === 'entry' ? await this.#take(tail, own) : tail;
      if (found?.type === 'overtaken') {
        await this.#reload();
        return this.#catchUp(own);
      }
      if (found?.type === 'broken') {
        // A checkpoint that cannot be read refuses to open, and its log stays as it is.
        if (!(await this.#rowsAreIn())) {
          await this.#reload();
          return this.#catchUp(own);
        }
        const error = lostWrites(found.lost, found.error);
        if (this.#isReadOnly) {
          // Nobody here may mend the log. What comes before its end is read, and no more.
          if (!this.#isCutOff) this.#place.tell({ type: 'log-damaged', lost: found.lost, error });
          this.#isCutOff = true;
          break;
        }
        if (await this.#log.mend((kind) => this.#names.next(kind)))
          this.#place.tell({ type: 'log-damaged', lost: found.lost, error });
        // What was read of the log before is not what it holds now.
        return this.#catchUp(own);
      }
    }
    await this.#recount();
    this.#considerCheckpoint();
  }

  /** Applies an entry, or says why that cannot be. */
  async #take(
    { entry, seq, bytes }: Extract<Tail, { readonly type: 'entry' }>,
    own: (number: number) => Promise<boolean>,
  ): Promise<Tail | undefined> {
    try {
      if (entry.writer !== this.writer || !(await own(entry.number))) {
        const chunk = (name: string): Promise<Uint8Array | undefined> => this.#place.storage.read('chunks', name);
        await this.#replica.apply(entry, (write) => partsOf(write, chunk, this.#options.dimensions));
        this.#hasHeard = true;
      }
    } catch (error) {
      if (error instanceof PartsLost) return this.#log.interrupted(error);
      throw faultOf(seq, error);
    }
    this.#remember(entry, seq);
    this.#count(seq, bytes + storedBytes(entry));
    // Another tab's deletion may have used what is kept back.
    if (entry.kind === 'delete' && entry.writer !== this.writer) this.#reserve.doubt();
    return undefined;
  }

  async stored(): Promise<StoredStats> {
    const { storage } = this.#place;
    const bytes = this.#checkpointBytes + this.#logBytes;
    const { kind, isReadOnly: readOnly = false } = storage;
    return { kind, bytes, readOnly, reserved: storage.heldBack?.() ?? 0, room: await storage.estimate() };
  }

  /**
   * True once a checkpoint holds all that is known here of the log; false where another tab was first, and its checkpoint does not hold all of that.
   *
   * @throws `QUOTA`, `STORAGE_FAILED`, `CLOSED`
   */
  async checkpoint(): Promise<boolean> {
    const { head } = this.#log;
    await this.#checkpointing?.catch(() => {});
    // Else it is told where it is made.
    const isKnown = this.#reduced !== undefined;
    await this.#checkpoint(true);
    if (isKnown) this.#tellReduced();
    return this.#log.isSaved(head);
  }

  /**
   * Rows that waited when it was opened are linked. Without a checkpoint they would be whenever it is opened.
   */
  async linked({ rows, buildDistances }: Pick<EngineStats, 'rows' | 'buildDistances'>): Promise<void> {
    if (buildDistances < Math.max(LINK_DISTANCES, LINK_SHARE * rows)) return;
    if (!(await this.#isWhole())) return;
    // One that is being made may have begun before.
    await this.#checkpointing?.catch(() => {});
    // Another tab that has made one has linked them too, or will have.
    if (this.#checkpointer.base === this.#log.head.checkpoint) this.#checkpointBehind();
  }

  /** Whether the checkpoint that is stored holds all that is known here. */
  async isSaved(): Promise<boolean> {
    return !this.#isMended && (await this.#log.isSaved(this.#log.head));
  }

  /** The checkpoint that is stored, of which nobody drops a chunk until it is released. @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED` */
  async pin(): Promise<Pinned> {
    return Pinned.open(this.#place.storage, this.#log, await hold(this.#readers));
  }

  async close(deadline: Deadline): Promise<void> {
    this.#closed = true;
    this.#place.news?.close();
    // One that waits for another tab's may do so for long.
    const ends = [this.#checkpointing?.catch(() => {}), this.#reserve.settled()];
    await deadline.within(Promise.all(ends), KEPT_MS);
    await this.#place.storage.close(deadline);
  }

  #count(seq: number, bytes: number): void {
    this.#sizes.set(seq, (this.#sizes.get(seq) ?? 0) + bytes);
    this.#logBytes += bytes;
  }

  /** A checkpoint holds every entry up to `seq`. */
  #forget(seq: number): void {
    for (const [entry, bytes] of this.#sizes) {
      if (entry > seq) break;
      this.#sizes.delete(entry);
      this.#logBytes -= bytes;
    }
    for (const [name, entry] of this.#parts) if (entry <= seq) this.#parts.delete(name);
  }

  /** Another tab may have made a checkpoint. */
  async #recount(): Promise<void> {
    const { checkpoint, checkpointSeq } = this.#log.head;
    // One that is being made here counts when it is whole, and needs to know until then which parts to drop.
    if (checkpoint === this.#counted || this.#checkpointing !== undefined) return;
    this.#counted = checkpoint;
    this.#reserve.doubt();
    this.#forget(checkpointSeq);
    this.#failedAt = Math.min(this.#failedAt, this.#logBytes);
    // Where it cannot be read, the next look tells.
    const manifest = await readManifest(this.#place.storage, checkpoint).catch(() => undefined);
    if (manifest !== undefined) this.#checkpointBytes = sizeOf(manifest);
  }

  get #isReadOnly(): boolean {
    return this.#place.storage.isReadOnly === true;
  }

  #hasFreeSlots(): boolean {
    try {
      return this.#replica.collection().engine.stats().free > 0;
    } catch {
      // It is closed, or has crashed: nothing is written any more.
      return false;
    }
  }

  /**
   * Sees to it that enough room is kept back, in the background; a checkpoint makes room for that.
   */
  #keepReserve(): void {
    if (this.#closed || !this.#reserve.isDue) return;
    this.#reserve.fill().then(
      (isWhole) => {
        if (!isWhole && this.#logBytes > this.#failedAt && this.#stream?.isOver !== false) this.#checkpointBehind();
      },
      // A storage that fails is told by the next call that needs it.
      () => {},
    );
  }

  #considerCheckpoint(): void {
    this.#keepReserve();
    // There can be none before all rows are in.
    if (this.#stream?.isOver === false) return;
    const patience = this.#checkpointer.base === this.#log.head.checkpoint ? 1 : PATIENCE;
    const enough = patience * Math.max(LOG_BYTES, this.#checkpointBytes / LOG_SHARE);
    if (this.#logBytes >= this.#failedAt + enough) this.#checkpointBehind();
  }

  /** Makes one in the background. */
  #checkpointBehind(): void {
    if (this.#closed || this.#isReadOnly) return;
    this.#checkpoint(false).catch((error) => {
      this.#failedAt = this.#logBytes;
      if (!this.#closed && !isClosed(error))
        this.#place.tell({ type: 'checkpoint-failed', error: asEdgeVecError(error) });
    });
  }

  /**
   * @param waits for another tab that makes one; else that is left to it
   * @param isUrgent one that makes room at once: without the graph if the last one was
   */
  #checkpoint(waits: boolean, isUrgent = false): Promise<void> {
    this.#checkpointing ??= oneTabAtATime(`edgevec:${this.#place.name}:checkpoint`, waits, async () => {
      if (this.#closed) return;
      const checkpointer = this.#checkpointer;
      const saved = await checkpointer.save(
        () => this.#replica.collection(),
        this.#replica.atRest,
        this.#parts,
        isUrgent,
      );
      if (checkpointer !== this.#checkpointer) return;
      if (saved === undefined) {
        // Another tab's is as good; what it holds is forgotten with the next look.
        this.#failedAt = this.#logBytes;
        return;
      }
      this.#forget(saved.seq);
      this.#failedAt = 0;
      this.#isMended = saved.reduced !== undefined;
      const isNews = this.#isMended && this.#reduced === undefined;
      this.#reduced = saved.reduced;
      if (isNews) this.#tellReduced();
      this.#checkpointBytes = saved.bytes;
      this.#counted = checkpointer.base;
    }).finally(() => {
      this.#checkpointing = undefined;
      // What has been used of it, or is missing, finds room now.
      if (!this.#closed) this.#reserve.fill().catch(() => {});
    });
    return this.#checkpointing;
  }

  #tellReduced(): void {
    if (this.#closed || this.#reduced === undefined) return;
    const problem = 'There is no room for all of the checkpoint: it was made without the graph';
    const error = new EdgeVecError('QUOTA', problem, detailsOf(this.#reduced));
    this.#place.tell({ type: 'checkpoint-reduced', error });
  }

  #checkpointerOf(manifest: Manifest): Checkpointer {
    return new Checkpointer(this.#place, this.#log, this.#names, manifest, (run) => unlessHeld(this.#readers, run));
  }

  /** True once all rows are in; false where another tab has taken their checkpoint away. @throws `DAMAGED`, `CLOSED` */
  async #isWhole(): Promise<boolean> {
    const arrival = await this.#arrival;
    if (arrival === 'stopped') throw closed();
    return arrival === 'whole';
  }

  /** As `#isWhole`, for who needs them now. @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED` */
  async #rowsAreIn(): Promise<boolean> {
    await Promise.race([this.#arrival, this.#stream?.bring([])]);
    return this.#isWhole();
  }

  /** Sees to it that rows come in, in the background, or that whoever waits for them hears why not. */
  #watch(): void {
    const arrival = this.#arrival;
    const isPast = (): boolean => this.#closed || arrival !== this.#arrival;
    const unreadable = (error: EdgeVecError): void => {
      if (!isPast()) this.#place.tell({ type: 'rows-unreadable', error });
    };
    this.#stream?.listen(unreadable);
    arrival
      .then(async (ended) => {
        if (ended === 'overtaken') await persisting(this.#look, this.#place.slices, isPast, unreadable);
        else this.#considerCheckpoint();
      })
      .catch((error) => {
        if (!isPast() && !isClosed(error)) this.#replica.fail(asEdgeVecError(error));
      });
  }

  /** Takes up the checkpoint that is stored now. Until it is there, what is held stays, and so does what is known of the log. */
  async #reload(): Promise<void> {
    for (;;) {
      const log = await Log.open(this.#place.storage);
      if (log === undefined || !this.#log.isOfSameDatabase(log)) throw this.#gone();
      const loaded = await load(this.#place, log, (stored) => {
        if (!isSame(stored, this.#options)) throw this.#gone();
        return stored;
      });
      if (loaded === undefined) continue;
      const arrival = arrivalOf(loaded.stream, log, this.#place.slices);
      await this.#replica.replace(loaded);
      this.#hasHeard = true;
      this.#stream = loaded.stream;
      this.#arrival = arrival;
      this.#watch();
      this.#log.adopt(log);
      this.#checkpointer = this.#checkpointerOf(loaded.manifest);
      this.#checkpointBytes = sizeOf(loaded.manifest);
      this.#isMended = loaded.withoutGraph;
      this.#counted = log.head.checkpoint;
      this.#parts.clear();
      this.#sizes.clear();
      this.#logBytes = 0;
      this.#failedAt = 0;
      return;
    }
  }

  /** It is no more, or another has taken its place: what is held must not be taken for what is stored. */
  #gone(): EdgeVecError {
    if (!this.#closed && !this.#isGone) {
      this.#isGone = true;
      this.#place.tell({ type: 'storage-gone', error: gone(this.name) });
    }
    return closed();
  }

  #remember(entry: Entry, seq: number): void {
    if (entry.kind === 'delete') return;
    for (const { name } of entry.stored) this.#parts.set(name, seq);
  }
}

/** How rows that came after all else have come in; `'overtaken'`: another tab has made a later checkpoint, and dropped them. */
type Arrival = 'whole' | 'stopped' | 'overtaken';

/** @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED`; nobody need be there to hear it */
function arrivalOf(stream: RowStream | undefined, log: Log, slices: Slices): Promise<Arrival> {
  const { checkpoint } = log.head;
  const arrive = async (): Promise<Arrival> => {
    try {
      return stream === undefined || (await stream.done) ? 'whole' : 'stopped';
    } catch (error) {
      if (!isDamage(error)) throw error;
      const stored = await persisting(
        () => log.storedCheckpoint(),
        slices,
        () => stream?.isOver === true,
      );
      if (stored !== checkpoint) return 'overtaken';
      throw error;
    }
  };
  const arrival = arrive();
  arrival.catch(() => {});
  return arrival;
}

/** Undefined where another tab was first. */
async function begin(storage: Storage, names: Names, options: StoredOptions): Promise<Log | undefined> {
  const name = names.next('manifest');
  const manifest: Manifest = { options, nextId: 1, header: null, sections: {}, ids: [], metadata: [] };
  return Log.begin(storage, name, [['chunks', name, encodeManifest(manifest)]]);
}

/** Undefined where another tab made a later checkpoint meanwhile, and dropped chunks of this one. */
async function load(
  { storage, start, slices, tell }: Place,
  log: Log,
  options: (stored: StoredOptions) => StoredOptions,
): Promise<Loaded | undefined> {
  const isOvertaken = async (): Promise<boolean> => (await log.storedCheckpoint()) !== log.head.checkpoint;
  try {
    const manifest = await readManifest(storage, log.head.checkpoint);
    options(manifest.options);
    const loaded = await loadCheckpoint(storage, manifest, await start(), slices);
    if (!loaded.withoutGraph) return loaded;
    let isCurrent = false;
    try {
      isCurrent = !(await isOvertaken());
    } finally {
      if (!isCurrent) {
        loaded.stream?.stop();
        loaded.collection.engine.free();
      }
    }
    if (!isCurrent) return undefined;
    if (!isLean(manifest)) tell({ type: 'graph-rebuilt', error: damaged('the graph') });
    return loaded;
  } catch (error) {
    if (isDamage(error) && (await isOvertaken())) return undefined;
    throw error;
  }
}

/** The end of the log cannot be read. What was written before it is whole: to drop the database, as damage asks for elsewhere, would lose that too. */
function lostWrites(lost: number | undefined, cause?: unknown): EdgeVecError {
  const known = lost === 1 ? 'The last write is' : `The last ${lost} writes are`;
  const problem = lost === undefined ? 'Writes may be lost' : `${known} lost`;
  return new EdgeVecError('DAMAGED', `${problem}: the end of what was stored cannot be read`, {
    remedy:
      'All that was written before is whole, and the database goes on from there. EdgeVec.salvage gives back what can be read of the rest, until the next checkpoint.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function isDamage(error: unknown): error is EdgeVecError {
  return error instanceof EdgeVecError && error.code === 'DAMAGED';
}

function isSame(a: StoredOptions, b: StoredOptions): boolean {
  return (Object.keys(a) as (keyof StoredOptions)[]).every((key) => a[key] === b[key]);
}

/** Bytes of the parts that an entry speaks of: they too are to be applied again when the log is read. */
function storedBytes(entry: Entry): number {
  return entry.kind === 'delete' ? 0 : bytesOf(entry.stored);
}

function sizeOf(manifest: Manifest): number {
  const refs = listedIn(manifest).map(({ ref }) => ref);
  return bytesOf(refs.filter((ref) => !isLeftOut(ref)));
}

function isClosed(error: unknown): boolean {
  return error instanceof EdgeVecError && error.code === 'CLOSED';
}
