// Makes checkpoints. A checkpoint writes the chunks that have changed since the last checkpoint,
// and shares all other chunks with the last checkpoint. Then a single commit replaces the old
// manifest by the new manifest. Until this commit the old checkpoint is whole, and from then on the
// new checkpoint is whole.
//
// Chunks change while others are written. The checkpoint therefore writes in passes, as live
// migration of a virtual machine does: each pass writes the chunks changed since the pass before.
// Only the last pass copies its chunks at rest, and these chunks are few by then. The checkpoint
// writes the copies of the last pass when the rest is over.

import { closed, type EdgeVecError, hasCode } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Collection } from '../../collection/collection.js';
import type { SlotChunk, StoredChunk } from '../../collection/slot-store.js';
import { type ChunkRef, refOf } from '../../format/chunk.js';
import type { Content } from '../../format/contents.js';
import type { Head } from '../../format/head.js';
import {
  decodeManifest,
  encodeManifest,
  type Manifest,
  namesOf,
  refsIn,
  type StoredOptions,
} from '../../format/manifest.js';
import { assertRoom, bytesOf } from '../../storage/estimate.js';
import type { Names } from '../../storage/names.js';
import type { Put, StorageBackend } from '../../storage/storage.js';
import { chunksOfAside } from '../log/aside.js';
import type { Log } from '../log/log.js';
import { chunksOf, contentsOf, manifestOf, storedIn } from './contents.js';
import { isAsGood, isOfGraph, isOfRows, withChunks, withoutGraph } from './lean.js';
import { isLeftOut, leftOut } from './left-out.js';
import { assertStoresKnown } from './load.js';
import { dropOrphans } from './orphans.js';

/** About how many bytes a transaction writes. A larger transaction would delay other writers. */
const COMMIT_BYTES = 16 << 20;
/** How many bytes may be left for the last pass. */
const REST_BYTES = 16 << 20;
/** The limit of passes, since a database may change faster than the passes write. */
const PASSES = 4;
/**
 * How many bytes of rows a lean checkpoint writes in a single commit, before deleting the replaced
 * chunks.
 */
const RENEWED_BYTES = 1 << 20;

/** Takes steps at rest: no write comes in, no change takes effect, and no row is linked. */
export type AtRest = (steps: Generator<undefined, void>) => Promise<void>;

/** The copy of a chunk, and the time of the copy. */
interface Copy {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly time: number;
}

/** A chunk's key, and the name of the stored chunk. */
type Written = readonly [key: string, name: string];

/** The state of the database at rest. */
interface Rest {
  readonly header: Uint8Array;
  readonly nextId: number;
  /** The head of the log that the database has applied. */
  readonly head: Head;
  readonly contents: readonly Content[];
  /** Bytes of the graph's chunks, by key. */
  readonly graph: ReadonlyMap<string, number>;
}

/** A finished checkpoint. */
export interface Saved {
  /** The number of the last entry of the log in the checkpoint. */
  readonly seq: number;
  /** The bytes of the checkpoint in storage. */
  readonly bytes: number;
  /** The error of the whole checkpoint, if the checkpoint is lean for lack of room. */
  readonly reduced: EdgeVecError | undefined;
}

export class Checkpointer {
  readonly #slices: Slices;
  readonly #storage: StorageBackend;
  readonly #log: Log;
  readonly #names: Names;
  readonly #options: StoredOptions;
  /** The stored copies of chunks: of the checkpoint `#base`, and of passes since. */
  readonly #stored: Map<string, StoredChunk>;
  /** The chunks that the checkpoint `#base` names. Later passes change only `#stored`. */
  #based: Map<string, StoredChunk>;
  /**
   * The name of the manifest last made or read here. Another tab may have made a later checkpoint.
   */
  #base: string;
  /** The error, if the last attempt at a whole checkpoint found no room. */
  #refusal: EdgeVecError | undefined;
  /**
   * Whether the last checkpoint made here has no graph, or keeps chunks with rows deleted since.
   */
  #isReduced = false;
  /** All names in the checkpoint `#base`. */
  #spoken: ReadonlySet<string>;
  /**
   * Chunks of earlier checkpoints and of failed checkpoints. The tab deletes these chunks once no
   * reader uses the chunks.
   */
  readonly #dead = new Set<string>();
  /**
   * Runs the function, unless an export or another reader still reads chunks of an earlier
   * checkpoint.
   */
  readonly #unlessRead: (run: () => Promise<void>) => Promise<boolean>;

  constructor(
    { slices, storage }: { readonly slices: Slices; readonly storage: StorageBackend },
    log: Log,
    names: Names,
    manifest: Manifest,
    unlessRead: (run: () => Promise<void>) => Promise<boolean>,
  ) {
    this.#slices = slices;
    this.#storage = storage;
    this.#log = log;
    this.#names = names;
    this.#options = manifest.options;
    this.#base = log.head.checkpoint;
    this.#spoken = new Set([this.#base, ...namesOf(manifest)]);
    this.#stored = storedIn(manifest);
    this.#based = new Map(this.#stored);
    this.#unlessRead = unlessRead;
  }

  /**
   * The name of the last checkpoint. The next checkpoint shares its unchanged chunks, if it is
   * still the stored checkpoint.
   */
  get base(): string {
    return this.#base;
  }

  /**
   * Writes a checkpoint of all entries that the database has applied. Only a single tab should call
   * `save` at a time. If two tabs do, one of the two fails without harm.
   *
   * @param current gives the current collection, and throws if the database is closed. If the
   * collection has been replaced, `save` ends
   * @param parts chunks that entries of the log name, with the number of the entry
   * @param isUrgent whether to skip the whole checkpoint, if the last attempt found no room
   * @returns undefined if rows are still being read, if the collection was replaced, or if another
   * tab has made a checkpoint in the meantime
   * @throws `QUOTA`, `STORAGE_FAILED`, `CLOSED`; the last checkpoint is then still in storage
   */
  async save(
    current: () => Collection,
    atRest: AtRest,
    parts: ReadonlyMap<string, number>,
    isUrgent = false,
  ): Promise<Saved | undefined> {
    if (!isUrgent || this.#refusal === undefined) {
      try {
        const saved = await this.#save(current, atRest, parts, false);
        this.#refusal = undefined;
        return saved;
      } catch (error) {
        if (!hasCode(error, 'QUOTA')) throw error;
        this.#refusal = error;
      }
    }
    // The bytes of the stored graph make room for the rest.
    const collection = current();
    try {
      await this.#leaveGraphOut(parts);
      await this.#renewRows(current, parts);
    } catch (error) {
      // The collection was replaced in the meantime: another tab has made a checkpoint.
      if (current() !== collection) return undefined;
      throw error;
    }
    return this.#save(current, atRest, parts, true);
  }

  async #save(
    current: () => Collection,
    atRest: AtRest,
    parts: ReadonlyMap<string, number>,
    isLean: boolean,
  ): Promise<Saved | undefined> {
    const collection = current();
    if (!collection.engine.isWhole()) return undefined;
    // Called before every use of the collection, since a replaced collection has no engine any
    // more.
    const check = (): void => {
      if (current() !== collection) throw closed();
    };
    await this.#rebase();
    const written: Written[] = [];
    const copies: Copy[] = [];
    let mayBeThere = false;
    try {
      for (let pass = 0; pass < PASSES; pass++) {
        const chunks = await this.#dirty(collection, check, isLean);
        // The estimate counts the reserve as used, and a lean checkpoint may use the reserve.
        const mayAsk = !isLean || this.#storage.reserve === undefined;
        if (pass === 0 && mayAsk) await assertRoom(this.#storage, needOf(chunks));
        if (needOf(chunks) <= REST_BYTES) break;
        await this.#writeAll(copied(chunks, collection), written, check, isLean);
      }
      const rest: { found?: Rest } = {};
      const needed = this.#needed(isLean);
      await atRest(copyAtRest(current, collection, this.#log, needed, copies, rest));
      await this.#writeAll(copies.values(), written, check, isLean);
      mayBeThere = true;
      const names = written.map(([, name]) => name);
      const seq = rest.found && (await this.#swap(rest.found, names, parts, isLean));
      if (seq === undefined) {
        // The head was not swapped, so no manifest can name the written chunks.
        if (rest.found === undefined) await this.#drop(names).catch(() => {});
        else this.#bury(names);
        this.#stored.clear();
        return undefined;
      }
      return {
        seq,
        bytes: bytesOf([...this.#based.values()].map(({ ref }) => ref)),
        reduced: this.#isReduced ? this.#refusal : undefined,
      };
    } catch (error) {
      // The collection counts copied chunks as clean, although storage may not have the copies.
      // Chunks of earlier passes are stored, and need not be written again: storage may have no
      // room for writing twice.
      for (const [key] of written) this.#stored.delete(key);
      for (const { key } of copies) this.#stored.delete(key);
      // No manifest will name the written chunks, unless the last commit was applied in spite of
      // its error.
      const names = written.map(([, name]) => name);
      if (!mayBeThere || hasCode(error, 'QUOTA')) await this.#drop(names).catch(() => {});
      else this.#bury(names);
      if (current() !== collection) return undefined;
      throw error;
    }
  }

  /**
   * Starts from the stored checkpoint. If another tab made the checkpoint, its chunks are not
   * shared: the keys are the same, and the rows may be in other slots.
   */
  async #rebase(): Promise<void> {
    const stored = (await this.#log.storedCheckpoint()) ?? '';
    if (stored === this.#base) return;
    const bytes = await this.#storage.read('chunks', stored);
    const manifest = bytes && decodeManifest(bytes);
    if (manifest !== undefined) assertStoresKnown(manifest);
    // Only now: if the stored checkpoint is refused, the next attempt refuses it too.
    this.#base = stored;
    this.#spoken = new Set(manifest === undefined ? [] : [stored, ...namesOf(manifest)]);
    // A name is used only once. If the manifest still names a chunk, the chunk is unchanged.
    const isThere = ([, { ref }]: [string, StoredChunk]): boolean => this.#spoken.has(ref.name);
    this.#based = new Map([...this.#based].filter(isThere));
    for (const [key, { ref }] of this.#stored) if (!this.#spoken.has(ref.name)) this.#stored.delete(key);
  }

  /** The chunks that differ from their stored copies. */
  async #dirty(collection: Collection, check: () => void, isLean: boolean): Promise<SlotChunk[]> {
    check();
    const steps = collection.measure();
    let chunks: SlotChunk[] = [];
    await this.#slices.run(() => {
      check();
      if (!steps.next().done) return false;
      chunks = this.#needed(isLean)(collection);
      return true;
    });
    return chunks;
  }

  /** The chunks to be written. The collection must be measured. */
  #needed(isLean: boolean): (collection: Collection) => SlotChunk[] {
    return (collection) => {
      const chunks = [...chunksOf(collection)].filter((chunk) => chunk.isDirty(this.#stored.get(chunk.key)));
      if (!isLean) return chunks;
      return chunks.filter(
        (chunk) => !isOfGraph(chunk.key) && !isAsGood(chunk, this.#based.get(chunk.key), collection),
      );
    };
  }

  /**
   * Replaces the stored checkpoint by the same checkpoint without its graph. The new manifest needs
   * little room.
   */
  async #leaveGraphOut(parts: ReadonlyMap<string, number>): Promise<void> {
    const stored = await this.#changeable();
    const manifest = stored && withoutGraph(stored);
    if (manifest === undefined || !(await this.#change(manifest, []))) return;
    this.#based = new Map([...this.#based].filter(([key]) => !isOfGraph(key)));
    for (const key of this.#stored.keys()) if (isOfGraph(key)) this.#stored.delete(key);
    await this.#unlessRead(() => this.#tidy(parts)).catch(() => {});
  }

  /**
   * Writes changed chunks of rows into the stored checkpoint, a few at a time, and deletes the
   * replaced chunks each time. Storage therefore never needs room for all chunks at once. The log
   * stays. If the checkpoint has a row in a slot that now holds another row, the log has a deletion
   * of the old row. A tab that plays the log deletes the old row, and never reads the slot.
   */
  async #renewRows(current: () => Collection, parts: ReadonlyMap<string, number>): Promise<void> {
    const collection = current();
    const isRenewed = (chunk: SlotChunk): boolean =>
      isOfRows(chunk.key) && chunk.bytes() === this.#based.get(chunk.key)?.ref.bytes;
    const chunks = this.#needed(true)(collection).filter(isRenewed);
    // Every checkpoint has room for this many bytes.
    if (needOf(chunks) <= RENEWED_BYTES) return;
    const check = (): void => {
      if (current() !== collection) throw closed();
    };
    while (chunks.length > 0) {
      check();
      const some: SlotChunk[] = [];
      while (chunks.length > 0 && needOf(some) < RENEWED_BYTES) some.push(chunks.shift() as SlotChunk);
      if (!(await this.#renew(some, collection, check))) return;
      await this.#unlessRead(() => this.#dropDead()).catch(() => {});
    }
    await this.#unlessRead(() => this.#tidy(parts)).catch(() => {});
  }

  /** False if another checkpoint is stored by now. */
  async #renew(chunks: readonly SlotChunk[], collection: Collection, check: () => void): Promise<boolean> {
    const stored = await this.#changeable();
    if (stored === undefined) return false;
    const renewed = new Map<string, StoredChunk>();
    const put: Put[] = [];
    const copies = copied(chunks, collection);
    await this.#slices.run(() => {
      check();
      const { done, value: copy } = copies.next();
      if (copy !== undefined) {
        const ref = refOf(this.#names.next(copy.key), copy.bytes);
        put.push(['chunks', ref.name, copy.bytes]);
        renewed.set(copy.key, { ref, time: copy.time });
      }
      return done === true;
    });
    let isDone = false;
    try {
      isDone = await this.#change(withChunks(stored, renewed), put);
      return isDone;
    } finally {
      for (const [key, chunk] of renewed) {
        // The collection counts copied chunks as clean, although storage may not have the copies.
        if (!isDone) this.#stored.delete(key);
        else {
          this.#stored.set(key, chunk);
          this.#based.set(key, chunk);
        }
      }
    }
  }

  /**
   * The manifest of the stored checkpoint, if the checkpoint was made or read here and its chunks
   * may be replaced.
   */
  async #changeable(): Promise<Manifest | undefined> {
    // If entries were set aside after this checkpoint, the checkpoint must stay.
    if ((await chunksOfAside(this.#storage, this.#base)).length > 0) return undefined;
    const bytes = await this.#storage.read('chunks', this.#base);
    return bytes && decodeManifest(bytes);
  }

  /**
   * Replaces the stored manifest by another manifest of the same entries of the log. False if
   * another checkpoint is stored by now.
   */
  async #change(manifest: Manifest, chunks: readonly Put[]): Promise<boolean> {
    const name = this.#names.next('manifest');
    const base = { ...this.#log.head, seq: this.#log.head.checkpointSeq, checkpoint: this.#base };
    const put: Put[] = [...chunks, ['chunks', name, encodeManifest(manifest)]];
    const made = new Set(chunks.map(([, key]) => key));
    const requires = refsIn(manifest).flatMap((ref) => (isLeftOut(ref) || made.has(ref.name) ? [] : [ref.name]));
    if (!(await this.#log.checkpoint(name, base, put, requires, true))) return false;
    this.#bury(this.#spoken);
    this.#base = name;
    this.#spoken = new Set([name, ...namesOf(manifest)]);
    return true;
  }

  /**
   * Makes the checkpoint the stored checkpoint.
   *
   * @param written all chunks written for the checkpoint. Later passes may have replaced some of
   * the chunks
   * @returns the number of the last entry in the checkpoint, or undefined if another tab was first
   */
  async #swap(
    rest: Rest,
    written: readonly string[],
    parts: ReadonlyMap<string, number>,
    isLean: boolean,
  ): Promise<number | undefined> {
    const header = refOf(this.#names.next('header'), rest.header);
    let isReduced = false;
    const storedOf = (key: string): StoredChunk => {
      const stored = this.#stored.get(key);
      isReduced ||= stored === undefined;
      return stored ?? (this.#based.get(key) as StoredChunk);
    };
    const refOfKey = (key: string): ChunkRef =>
      isLean && isOfGraph(key) ? leftOut(key, rest.graph.get(key) ?? 0) : storedOf(key).ref;
    const manifest = manifestOf(this.#options, rest.nextId, header, rest.contents, refOfKey);
    const name = this.#names.next('manifest');
    const put: Put[] = [
      ['chunks', header.name, rest.header],
      ['chunks', name, encodeManifest(manifest)],
    ];
    const names = namesOf(manifest);
    const refs = refsIn(manifest).filter((ref) => !isLeftOut(ref));
    isReduced ||= refs.length < refsIn(manifest).length;
    const requires = refs.flatMap((ref) => (ref.name === header.name ? [] : [ref.name]));
    const { head } = rest;
    if (!(await this.#log.checkpoint(name, { ...head, checkpoint: this.#base }, put, requires, isLean)))
      return undefined;
    this.#isReduced = isReduced;
    this.#bury([...this.#spoken, ...written]);
    for (const [part, entry] of parts) if (entry <= head.seq) this.#dead.add(part);
    this.#base = name;
    this.#spoken = new Set([name, ...names]);
    // Forgets chunks that do not exist any more, and chunks that have changed and were not written.
    // The next checkpoint writes the latter.
    for (const [key, { ref }] of this.#stored) if (!this.#spoken.has(ref.name)) this.#stored.delete(key);
    const kept = [...this.#based].filter(([, { ref }]) => this.#spoken.has(ref.name));
    this.#based = new Map([...kept, ...this.#stored]);
    // A chunk that cannot be deleted now is deleted after the next checkpoint.
    await this.#unlessRead(() => this.#tidy(parts)).catch(() => {});
    return head.seq;
  }

  /** Deletes the orphans of ended tabs, unless a reader reads chunks. */
  async dropOrphans(parts: ReadonlyMap<string, number>): Promise<void> {
    await this.#unlessRead(() => this.#dropOrphans(parts));
  }

  #dropOrphans(parts: ReadonlyMap<string, number>): Promise<void> {
    return dropOrphans(this.#storage, this.#names, (name) => this.#spoken.has(name) || parts.has(name));
  }

  /**
   * Deletes chunks that neither the checkpoint nor the log names: chunks of earlier checkpoints,
   * and orphans.
   */
  async #tidy(parts: ReadonlyMap<string, number>): Promise<void> {
    const listed = await this.#storage.chunks();
    await this.#drop(listed.filter((name) => this.#dead.has(name) && !this.#spoken.has(name)));
    this.#dead.clear();
    await this.#dropOrphans(parts);
  }

  /** Deletes chunks of earlier checkpoints, unless the checkpoint `#base` names the chunk. */
  async #dropDead(): Promise<void> {
    await this.#drop([...this.#dead].filter((name) => !this.#spoken.has(name)));
    this.#dead.clear();
  }

  /**
   * Marks chunks to be deleted after the next checkpoint, unless the stored checkpoint turns out to
   * name the chunk.
   */
  #bury(names: Iterable<string>): void {
    for (const name of names) this.#dead.add(name);
  }

  async #drop(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#storage.commit({ delete: names.map((name) => ['chunks', name]) });
  }

  /**
   * Makes copies in slices, and writes several copies in each transaction.
   *
   * @param written receives each name before its write begins
   */
  async #writeAll(
    copies: Iterator<Copy | undefined>,
    written: Written[],
    check: () => void,
    reserved: boolean,
  ): Promise<void> {
    for (let isOver = false; !isOver; ) {
      const put: Put[] = [];
      const stored: [string, StoredChunk][] = [];
      let bytes = 0;
      await this.#slices.run(() => {
        check();
        const { done, value: copy } = copies.next();
        isOver = done === true;
        if (copy === undefined) return isOver;
        const ref = refOf(this.#names.next(copy.key), copy.bytes);
        put.push(['chunks', ref.name, copy.bytes]);
        stored.push([copy.key, { ref, time: copy.time }]);
        written.push([copy.key, ref.name]);
        bytes += ref.bytes;
        return bytes >= COMMIT_BYTES;
      });
      // Handing a chunk to the storage takes most of a slice.
      await this.#slices.breathe();
      if (put.length > 0) await this.#storage.commit({ put, reserved });
      for (const [key, chunk] of stored) this.#stored.set(key, chunk);
    }
  }
}

function* copyAtRest(
  current: () => Collection,
  collection: Collection,
  log: Log,
  needed: (collection: Collection) => SlotChunk[],
  copies: Copy[],
  rest: { found?: Rest },
): Generator<undefined, void> {
  if (current() !== collection) return;
  yield* collection.measure();
  for (const copy of copied(needed(collection), collection)) {
    if (copy !== undefined) copies.push(copy);
    yield;
  }
  const graph = new Map<string, number>();
  for (const chunk of chunksOf(collection)) if (isOfGraph(chunk.key)) graph.set(chunk.key, chunk.bytes());
  rest.found = {
    header: collection.engine.copyHeader(),
    nextId: collection.nextId,
    head: log.head,
    contents: contentsOf(collection),
    graph,
  };
}

/** Copies of chunks, in steps. Gives undefined after a step that does not complete a copy. */
function* copied(chunks: readonly SlotChunk[], collection: Collection): Generator<Copy | undefined, undefined> {
  for (const chunk of chunks) {
    const time = collection.mark();
    const bytes = yield* chunk.copy();
    if (bytes === undefined) continue;
    chunk.setClean();
    yield { key: chunk.key, bytes, time };
  }
}

function needOf(chunks: readonly SlotChunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.bytes(), 0);
}
