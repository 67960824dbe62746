// Makes checkpoints: writes the chunks that have changed since the last one beside those it still shares with it, then lets a new manifest take
// the place of the old one in a single commit. Until that commit the old checkpoint is whole, and after it the new one is.
//
// Chunks change while others are written. So they are written in passes, each what has changed since the one before, as migrating a
// running machine goes. Only the last one, which is small by then, is copied while everything rests; it too is written afterwards.

import { closed, type EdgeVecError } from '../../base/errors.js';
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
import type { Put, Storage } from '../../storage/storage.js';
import { chunksOfAside } from '../log/aside.js';
import type { Log } from '../log/log.js';
import { tidyAside } from './aside.js';
import { chunksOf, contentsOf, manifestOf, storedIn } from './contents.js';
import { isAsGood, isOfGraph, isOfRows, withChunks, withoutGraph } from './lean.js';
import { isLeftOut, leftOut } from './left-out.js';
import { assertStoresKnown } from './load.js';
import { dropOrphans } from './orphans.js';

/** Bytes of one transaction, about: more would hold up what else wants to write. */
const COMMIT_BYTES = 16 << 20;
/** What may be left for the last pass. */
const REST_BYTES = 16 << 20;
/** A database that changes faster than it is written never gets to rest by itself. */
const PASSES = 4;
/**
 * Bytes of rows that a checkpoint without room for all of it writes in one commit, before it drops
 * what these take the place of.
 */
const RENEWED_BYTES = 1 << 20;

/** Takes steps while nothing changes: no write comes in or takes effect, no row is linked. */
export type AtRest = (steps: Generator<undefined, void>) => Promise<void>;

/** A chunk as it was at some time, copied. */
interface Copy {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly time: number;
}

/** A chunk's key, and the name of the stored chunk. */
type Written = readonly [key: string, name: string];

/** What the last pass found. */
interface Rest {
  readonly header: Uint8Array;
  readonly nextId: number;
  /** What the log had led to. */
  readonly head: Head;
  readonly contents: readonly Content[];
  /** Bytes of the graph's chunks, by their keys. */
  readonly graph: ReadonlyMap<string, number>;
}

/** A checkpoint that was made. */
export interface Saved {
  /** The last entry of the log that it holds. */
  readonly seq: number;
  /** What it takes. */
  readonly bytes: number;
  /** Why it is without the graph: there was no room for that. */
  readonly reduced: EdgeVecError | undefined;
}

export class Checkpointer {
  readonly #slices: Slices;
  readonly #storage: Storage;
  readonly #log: Log;
  readonly #names: Names;
  readonly #options: StoredOptions;
  /** What is stored of each chunk, for the checkpoint of `#base` and by passes since. */
  readonly #stored: Map<string, StoredChunk>;
  /** What the checkpoint of `#base` names, whatever passes since have made of it. */
  #based: Map<string, StoredChunk>;
  /** The manifest that was made or read last; another tab may have made a later one. */
  #base: string;
  /** There was no room for all of the last one that was tried. */
  #refusal: EdgeVecError | undefined;
  /** The one that was made last is without the graph, or keeps rows that have been deleted since. */
  #isReduced = false;
  /** All that it speaks of. */
  #spoken: ReadonlySet<string>;
  /** What earlier ones spoke of, and what was written for them in vain: to be dropped, once nobody reads it. */
  readonly #dead = new Set<string>();
  /** Runs unless somebody reads chunks of a checkpoint that is not the last any more. */
  readonly #unlessRead: (run: () => Promise<void>) => Promise<boolean>;

  constructor(
    { slices, storage }: { readonly slices: Slices; readonly storage: Storage },
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

  /** The checkpoint whose chunks the next one shares, where they have not changed and it is still the last. */
  get base(): string {
    return this.#base;
  }

  /**
   * Writes a checkpoint of what the log has led to. To be called by one tab at a time; should two, one of them fails without harm.
   *
   * @param current the collection: it may be replaced or closed meanwhile, which ends this
   * @param parts chunks that entries of the log speak of, by the entry's number
   * @returns what it holds; undefined where another tab has made a checkpoint meanwhile, from which rows may still be coming in
   * @throws `QUOTA`, `STORAGE_FAILED`, `CLOSED`; the last checkpoint is then still there
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
        if ((error as EdgeVecError).code !== 'QUOTA') throw error;
        this.#refusal = error as EdgeVecError;
      }
    }
    // The graph that is stored makes room for the rest.
    await this.#leaveGraphOut(parts);
    await this.#renewRows(current, parts);
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
    // To be asked before the collection is touched: one that is not current has no engine any more.
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
        // What is kept back is not told of.
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
        // Not even tried: nobody can speak of what was written for it.
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
      // What was copied counts as clean, and may not have been stored. The rest need not be written again, for which there may be no room.
      for (const [key] of written) this.#stored.delete(key);
      for (const { key } of copies) this.#stored.delete(key);
      // Nobody will ever speak of what this has written, unless the last commit was applied though it failed.
      const names = written.map(([, name]) => name);
      if (!mayBeThere || (error as EdgeVecError).code === 'QUOTA') await this.#drop(names).catch(() => {});
      else this.#bury(names);
      if (current() !== collection) return undefined;
      throw error;
    }
  }

  /** Begins from the checkpoint that is stored. Chunks of another tab's hold what this one has, but not under the same keys. */
  async #rebase(): Promise<void> {
    const stored = (await this.#log.storedCheckpoint()) ?? '';
    if (stored === this.#base) return;
    this.#base = stored;
    const bytes = await this.#storage.read('chunks', stored);
    const manifest = bytes && decodeManifest(bytes);
    if (manifest !== undefined) assertStoresKnown(manifest);
    this.#spoken = new Set(manifest === undefined ? [] : [stored, ...namesOf(manifest)]);
    // Names are used once: a chunk that is still named is what it was.
    const isThere = ([, { ref }]: [string, StoredChunk]): boolean => this.#spoken.has(ref.name);
    this.#based = new Map([...this.#based].filter(isThere));
    for (const [key, { ref }] of this.#stored) if (!this.#spoken.has(ref.name)) this.#stored.delete(key);
  }

  /** The chunks that are not stored as they are now. */
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

  /** The chunks that are to be written, once the collection has been measured. */
  #needed(isLean: boolean): (collection: Collection) => SlotChunk[] {
    return (collection) => {
      const chunks = [...chunksOf(collection)].filter((chunk) => chunk.isDirty(this.#stored.get(chunk.key)));
      if (!isLean) return chunks;
      return chunks.filter(
        (chunk) => !isOfGraph(chunk.key) && !isAsGood(chunk, this.#based.get(chunk.key), collection),
      );
    };
  }

  /** Lets the stored checkpoint do without its graph. What it needs for that is little. */
  async #leaveGraphOut(parts: ReadonlyMap<string, number>): Promise<void> {
    const stored = await this.#changeable();
    const manifest = stored && withoutGraph(stored);
    if (manifest === undefined || !(await this.#change(manifest, []))) return;
    this.#based = new Map([...this.#based].filter(([key]) => !isOfGraph(key)));
    for (const key of this.#stored.keys()) if (isOfGraph(key)) this.#stored.delete(key);
    await this.#unlessRead(() => this.#tidy(parts)).catch(() => {});
  }

  /**
   * Writes the chunks of rows that have changed into the stored checkpoint, some at a time, and
   * drops what these take the place of: so there need not be room for all of them at once. The log
   * stays. A slot in which the checkpoint has a row, and which holds another row now, was freed by
   * a deletion that is in the log: whoever plays the log deletes that row, and never reads the slot.
   */
  async #renewRows(current: () => Collection, parts: ReadonlyMap<string, number>): Promise<void> {
    const collection = current();
    const isRenewed = (chunk: SlotChunk): boolean =>
      isOfRows(chunk.key) &&
      chunk.isDirty(this.#stored.get(chunk.key)) &&
      chunk.bytes() === this.#based.get(chunk.key)?.ref.bytes &&
      !isAsGood(chunk, this.#based.get(chunk.key), collection);
    const chunks = [...chunksOf(collection)].filter(isRenewed);
    // So many bytes are there for any checkpoint.
    if (needOf(chunks) <= RENEWED_BYTES) return;
    const check = (): void => {
      if (current() !== collection) throw closed();
    };
    while (chunks.length > 0) {
      const some: SlotChunk[] = [];
      while (chunks.length > 0 && needOf(some) < RENEWED_BYTES) some.push(chunks.shift() as SlotChunk);
      if (!(await this.#renew(some, collection, check))) return;
      await this.#unlessRead(() => this.#dropDead()).catch(() => {});
    }
    await this.#unlessRead(() => this.#tidy(parts)).catch(() => {});
  }

  /** False if the stored checkpoint is another by now. */
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
        // What was copied counts as clean, and may not have been stored.
        if (!isDone) this.#stored.delete(key);
        else {
          this.#stored.set(key, chunk);
          this.#based.set(key, chunk);
        }
      }
    }
  }

  /** The stored checkpoint, if it is the one that was made or read last and may change its chunks. */
  async #changeable(): Promise<Manifest | undefined> {
    // What was cut off a damaged log is kept until a checkpoint takes the place of this one.
    if ((await chunksOfAside(this.#storage, this.#base)).length > 0) return undefined;
    const bytes = await this.#storage.read('chunks', this.#base);
    return bytes && decodeManifest(bytes);
  }

  /**
   * Puts another manifest of the same entries of the log in place of the stored one. False if the
   * stored checkpoint is another by now.
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
   * The number of the last entry that it holds; undefined where another tab was first. `written` is what was written for it, of which later passes may
   * have taken the place.
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
    // Places that are no more; and those that were not written though they have changed, which the
    // next checkpoint writes.
    for (const [key, { ref }] of this.#stored) if (!this.#spoken.has(ref.name)) this.#stored.delete(key);
    const kept = [...this.#based].filter(([, { ref }]) => this.#spoken.has(ref.name));
    this.#based = new Map([...kept, ...this.#stored]);
    // What cannot be dropped now is dropped after the next.
    await this.#unlessRead(() => this.#tidy(parts)).catch(() => {});
    return head.seq;
  }

  /** Drops what tabs that have ended left behind, unless somebody reads chunks here. */
  async dropOrphans(parts: ReadonlyMap<string, number>): Promise<void> {
    const isKept = (name: string): boolean => this.#spoken.has(name) || parts.has(name);
    await this.#unlessRead(() => dropOrphans(this.#storage, this.#names, isKept));
  }

  /**
   * Drops chunks that neither the checkpoint nor the log names: those that were named before, and
   * orphans.
   */
  async #tidy(parts: ReadonlyMap<string, number>): Promise<void> {
    const listed = await this.#storage.chunks();
    await this.#drop(listed.filter((name) => this.#dead.has(name) && !this.#spoken.has(name)));
    this.#dead.clear();
    await tidyAside(this.#storage);
    const isKept = (name: string): boolean => this.#spoken.has(name) || parts.has(name);
    await dropOrphans(this.#storage, this.#names, isKept);
  }

  /** Drops what was named before and is named no more. */
  async #dropDead(): Promise<void> {
    await this.#drop([...this.#dead].filter((name) => !this.#spoken.has(name)));
    this.#dead.clear();
  }

  /**
   * To be dropped after the next checkpoint, unless it turns out that the stored one names them.
   */
  #bury(names: Iterable<string>): void {
    for (const name of names) this.#dead.add(name);
  }

  async #drop(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#storage.commit({ delete: names.map((name) => ['chunks', name]) });
  }

  /** Writes copies, some in each transaction, made in slices. `written` gets what was begun. */
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
      // Handing a chunk over takes most of a slice by itself.
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

/** Copies of chunks, in steps: undefined where nothing is whole yet. */
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
