// Makes checkpoints. A checkpoint writes the chunks that have changed since the last checkpoint,
// and shares all other chunks with the last checkpoint. Then a single commit replaces the old
// manifest by the new manifest. Until this commit the old checkpoint is whole, and from then on the
// new checkpoint is whole.
//
// Chunks change while others are written. The checkpoint therefore writes in passes, as live
// migration of a virtual machine does: each pass writes the chunks changed since the pass before.
// Only the last pass copies its chunks at rest, and these chunks are few by then. The checkpoint
// writes the copies of the last pass when the rest is over.

import { type EdgeVecError, hasCode } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Collection } from '../../collection/collection.js';
import type { SlotChunk, StoredChunk } from '../../collection/slot-store.js';
import { type ChunkRef, refOf } from '../../format/chunk.js';
import { decodeManifest, encodeManifest, type Manifest, refsIn, type StoredOptions } from '../../format/manifest.js';
import { assertRoom } from '../../storage/estimate.js';
import type { Names } from '../../storage/names.js';
import type { Put, StorageBackend } from '../../storage/storage.js';
import type { Log } from '../log/log.js';
import { bringColumns, listedColumns, neededColumnChunks } from './columns.js';
import { manifestOf } from './contents.js';
import type { CheckpointContext } from './context.js';
import {
  type AtRest,
  type Copy,
  copied,
  copyAtRest,
  measuredChunks,
  needOf,
  type Rest,
  whileCurrent,
} from './copies.js';
import { DeadChunks, type UnlessRead } from './dead-chunks.js';
import { isOfGraph } from './lean.js';
import { isLeftOut, leftOut } from './left-out.js';
import { assertStoresKnown } from './load.js';
import { leaveDerivedOut, leaveGraphOut } from './reduce.js';
import { renewRows } from './renew.js';
import { StoredChunks } from './stored-chunks.js';
import { bringWords, listedWords, neededWordChunks, readKeptHead, wordsAtRest } from './words.js';
import { type Written, writeCopies } from './write-copies.js';

/** How many bytes may be left for the last pass. */
const REST_BYTES = 16 << 20;
/** The limit of passes, since a database may change faster than the passes write. */
const PASSES = 4;

/** Everything, everything but columns and words, or only the data that must be stored. */
type Extent = 'all' | 'without derived' | 'lean';

/** A finished checkpoint. */
export interface Saved {
  /** The number of the last entry of the log in the checkpoint. */
  readonly seq: number;
  readonly manifest: Manifest;
  /** The error of the whole checkpoint, if the checkpoint is lean for lack of room. */
  readonly reduced: EdgeVecError | undefined;
}

export class Checkpointer {
  readonly #context: CheckpointContext;
  #options: StoredOptions;
  /** The error, if the last attempt at a whole checkpoint found no room. */
  #refusal: EdgeVecError | undefined;
  /**
   * Whether the last checkpoint made here has no graph, or keeps chunks with rows deleted since.
   */
  #isReduced = false;
  /**
   * Whether the storage has room for columns and words, as far as known. Once a checkpoint has
   * found no room, this checkpointer does not try to store them again: the room belongs to rows.
   */
  #hasRoomForDerived = true;

  constructor(
    { slices, storage }: { readonly slices: Slices; readonly storage: StorageBackend },
    log: Log,
    names: Names,
    manifest: Manifest,
    unlessRead: UnlessRead,
  ) {
    const stored = new StoredChunks(log.head.checkpoint, manifest);
    const dead = new DeadChunks(storage, names, stored, unlessRead);
    this.#context = { slices, storage, log, names, stored, dead };
    this.#options = manifest.options;
  }

  /**
   * The name of the last checkpoint. The next checkpoint shares its unchanged chunks, if it is
   * still the stored checkpoint.
   */
  get base(): string {
    return this.#context.stored.checkpoint;
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
        const saved = await this.#saveWhole(current, atRest, parts);
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
      await this.#rebase();
      await leaveGraphOut(this.#context, parts);
      await renewRows(this.#context, current, parts);
    } catch (error) {
      // The collection was replaced in the meantime: another tab has made a checkpoint.
      if (current() !== collection) return undefined;
      throw error;
    }
    return this.#save(current, atRest, parts, 'lean');
  }

  /** Leaves out columns and words if they find no room. */
  async #saveWhole(
    current: () => Collection,
    atRest: AtRest,
    parts: ReadonlyMap<string, number>,
  ): Promise<Saved | undefined> {
    const collection = current();
    const { columns, words } = collection;
    const hasColumns = columns.storable.length + columns.building.length > 0;
    const hasWords = words.isDeclared || words.kept !== undefined;
    const hasDerived = this.#hasRoomForDerived && (hasColumns || hasWords);
    try {
      return await this.#save(current, atRest, parts, hasDerived ? 'all' : 'without derived');
    } catch (error) {
      if (!hasCode(error, 'QUOTA')) throw error;
      // The stored checkpoint may have columns that this tab does not know: of another tab.
      const manifest = await this.dropDerived(parts);
      if (current() !== collection) return undefined;
      if (!hasDerived && manifest === undefined) throw error;
    }
    return this.#save(current, atRest, parts, 'without derived');
  }

  async #save(
    current: () => Collection,
    atRest: AtRest,
    parts: ReadonlyMap<string, number>,
    extent: Extent,
  ): Promise<Saved | undefined> {
    const isLean = extent === 'lean';
    const collection = current();
    if (!collection.engine.isWhole()) return undefined;
    const check = whileCurrent(current, collection);
    const { slices, storage, log, stored, dead } = this.#context;
    await this.#rebase();
    const written: Written[] = [];
    const copies: Copy[] = [];
    let mayBeThere = false;
    try {
      const hasDerived = extent === 'all';
      if (hasDerived) {
        await bringColumns(collection, stored, slices, check);
        await bringWords(collection, slices, check);
      }
      const keptHead = hasDerived ? await readKeptHead(collection, this.#context) : undefined;
      check();
      const fields = hasDerived ? collection.columns.storable : [];
      const derivedChunks = (): SlotChunk[] => [
        ...neededColumnChunks(collection, fields, stored),
        ...(hasDerived ? neededWordChunks(collection, stored) : []),
      ];
      const needed = function* (): Generator<undefined, SlotChunk[]> {
        return [...(yield* measuredChunks(collection, stored, isLean)), ...derivedChunks()];
      };
      // A pass of their own: to encode columns takes longer than to copy bytes.
      await writeCopies(this.#context, copied(derivedChunks(), collection), written, check, false);
      for (let pass = 0; pass < PASSES; pass++) {
        const chunks = await slices.take(needed(), check);
        // The estimate counts the reserve as used, and a lean checkpoint may use the reserve.
        const mayAsk = !isLean || storage.reserve === undefined;
        if (pass === 0 && mayAsk) await assertRoom(storage, needOf(chunks));
        if (needOf(chunks) <= REST_BYTES) break;
        await writeCopies(this.#context, copied(chunks, collection), written, check, isLean);
      }
      const words = hasDerived
        ? (copied: ReadonlySet<string>) => wordsAtRest(collection, stored, copied, keptHead)
        : undefined;
      const rest = await copyAtRest(current, collection, atRest, log, needed, copies, stored, fields, words);
      await writeCopies(this.#context, copies.values(), written, check, isLean);
      mayBeThere = true;
      const names = written.map(([, name]) => name);
      const manifest = rest && (await this.#swap(rest, names, parts, isLean));
      if (rest === undefined || manifest === undefined) {
        // The head was not swapped, so no manifest can name the written chunks.
        if (rest === undefined) await dead.drop(names).catch(() => {});
        else dead.bury(names);
        stored.forgetAll();
        return undefined;
      }
      return { seq: rest.head.seq, manifest, reduced: this.#isReduced ? this.#refusal : undefined };
    } catch (error) {
      // The collection counts copied chunks as clean, although storage has no copies, or loses the
      // copies below.
      for (const [key] of written) stored.forget(key);
      for (const { key } of copies) stored.forget(key);
      // No manifest will name the written chunks, unless the last commit was applied in spite of
      // its error.
      const names = written.map(([, name]) => name);
      if (!mayBeThere || hasCode(error, 'QUOTA')) await dead.drop(names).catch(() => {});
      else dead.bury(names);
      if (current() !== collection) return undefined;
      throw error;
    }
  }

  /**
   * Starts from the stored checkpoint. If another tab made the checkpoint, its chunks are not
   * shared: the keys are the same, and the rows may be in other slots.
   */
  async #rebase(): Promise<void> {
    const { storage, log, stored } = this.#context;
    const checkpoint = (await log.storedCheckpoint()) ?? '';
    if (checkpoint === stored.checkpoint) return;
    const bytes = await storage.read('chunks', checkpoint);
    const manifest = bytes && decodeManifest(bytes);
    if (manifest !== undefined) assertStoresKnown(manifest);
    // The other tab may know the model.
    const model = manifest?.options.model;
    if (model !== undefined) this.#options = { ...this.#options, model };
    // Only now: if the stored checkpoint is refused, the next attempt refuses it too.
    stored.follow(checkpoint, manifest);
  }

  /**
   * Makes the checkpoint the stored checkpoint.
   *
   * @param written all chunks written for the checkpoint. Later passes may have replaced some of
   * the chunks
   * @returns the manifest, or undefined if another tab was first
   */
  async #swap(
    rest: Rest,
    written: readonly string[],
    parts: ReadonlyMap<string, number>,
    isLean: boolean,
  ): Promise<Manifest | undefined> {
    const { log, names, stored, dead } = this.#context;
    const header = refOf(names.next('header'), rest.header);
    let isReduced = false;
    const storedOf = (key: string): StoredChunk => {
      const copy = stored.copyOf(key);
      isReduced ||= copy === undefined;
      return copy ?? (stored.ofCheckpoint(key) as StoredChunk);
    };
    const refOfKey = (key: string): ChunkRef =>
      isLean && isOfGraph(key) ? leftOut(key, rest.graph.get(key) ?? 0) : storedOf(key).ref;
    const columns = listedColumns(rest.columns, stored);
    const words = rest.words && listedWords(rest.words, stored);
    const manifest = manifestOf(this.#options, rest.nextId, header, rest.contents, refOfKey, {
      ...(columns.length > 0 && { columns }),
      ...(words !== undefined && { words }),
    });
    const name = names.next('manifest');
    const put: Put[] = [
      ['chunks', header.name, rest.header],
      ['chunks', name, encodeManifest(manifest)],
    ];
    const refs = refsIn(manifest).filter((ref) => !isLeftOut(ref));
    isReduced ||= refs.length < refsIn(manifest).length;
    const requires = refs.flatMap((ref) => (ref.name === header.name ? [] : [ref.name]));
    const { head } = rest;
    if (!(await log.checkpoint(name, { ...head, checkpoint: stored.checkpoint }, put, requires, isLean)))
      return undefined;
    this.#isReduced = isReduced;
    dead.bury([...stored.names, ...written]);
    dead.bury([...parts].flatMap(([part, entry]) => (entry <= head.seq ? [part] : [])));
    stored.follow(name, manifest);
    await dead.tidy(parts);
    return manifest;
  }

  /**
   * Takes columns and words out of the stored checkpoint, and deletes their chunks. This
   * checkpointer stores neither any more: the room belongs to rows. Only a single tab should call
   * this at a time.
   *
   * @returns the manifest. Undefined if the stored checkpoint has neither, if entries were set
   * aside after the checkpoint, or if another tab has made a checkpoint
   * @throws `QUOTA`, `STORAGE_FAILED`, `CLOSED`
   */
  async dropDerived(parts: ReadonlyMap<string, number>): Promise<Manifest | undefined> {
    this.#hasRoomForDerived = false;
    await this.#rebase();
    return leaveDerivedOut(this.#context, parts);
  }

  /**
   * Takes graph, columns and words out of the stored checkpoint, and deletes their chunks. Urgent
   * checkpoints leave the graph out from now on, until another checkpoint finds room for the graph.
   * Only a single tab should call this at a time.
   *
   * @param refusal the error that tells why
   * @returns the manifest. Undefined if the stored checkpoint has no graph, if entries were set
   * aside after the checkpoint, or if another tab has made a checkpoint
   * @throws `QUOTA`, `STORAGE_FAILED`, `CLOSED`
   */
  async dropGraph(refusal: EdgeVecError, parts: ReadonlyMap<string, number>): Promise<Manifest | undefined> {
    await this.#rebase();
    const manifest = await leaveGraphOut(this.#context, parts);
    if (manifest === undefined) return undefined;
    this.#refusal = refusal;
    this.#isReduced = true;
    return manifest;
  }

  /** Deletes the orphans of ended tabs, unless a reader reads chunks. */
  dropOrphans(parts: ReadonlyMap<string, number>): Promise<void> {
    return this.#context.dead.dropOrphans(parts);
  }
}
