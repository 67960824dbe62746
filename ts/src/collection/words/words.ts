// The words of the text fields, for text search. Or the sparse vectors, whose indices are words to
// the engine. Metadata stays the truth, and the words follow from the metadata. A checkpoint keeps
// the words of text fields too, so the first search after a restart reads
// these words in place of all metadata. Only rows that have changed since the checkpoint, and the
// newest rows of the checkpoint, are then read as metadata.
//
// A write only notes the slot. The words are read in small steps before the next text search, and
// between other work. A write is therefore no slower, and a row that changes twice is read once.
// The earlier words of a row leave at once, so a search never finds a row by words that the row
// does not have any more.

import { Bits } from '../../base/bits.js';
import type { WordQuery } from '../../base/calls.js';
import { amend, EdgeVecError, fix, hasCode } from '../../base/errors.js';
import type { TextSettings } from '../../base/options.js';
import type { Slices } from '../../base/time-slices.js';
import type { Id } from '../../base/types.js';
import type { Engine, TextInstance } from '../../engine/engine.js';
import type { TextHits, Texts, WordSearch } from '../../engine/texts.js';
import { Unread } from '../../format/value/unread.js';
import { withoutSlots } from '../../format/words/kept.js';
import type { StoredWords } from '../../format/words/listed.js';
import type { Cutter } from '../../text/cutter.js';
import { LOADED } from '../changes.js';
import type { MetadataReader } from '../columns/builder.js';
import type { ReadChunk } from '../columns/stored-columns.js';
import { Pace } from '../pace.js';
import type { SlotChunk, SlotRecord, SlotStore, Slots } from '../slot-store.js';
import type { Ranges } from './highlight.js';
import type { RestoredWords } from './restored-words.js';
import type { RowWords } from './row-words.js';
import type { StorableWords } from './storable-words.js';
import type { TextCode } from './text-code.js';

/** Postings merged between two looks at the clock: well below a millisecond. */
const MERGED_AT_ONCE = 4_096;
/** Rows read between two steps of merging, so that the parts to search stay few. */
const ROWS_PER_MERGE = 64;

/** What the words need to know of the slots of a collection. */
export interface OrderedSlots extends Slots {
  /** The place of a row in the order of insertion. */
  orderOf(slot: number): number;
  /** The id of a row. Undefined for a slot without a row. */
  idOf(slot: number): Id | undefined;
}

/** What text search needs beside the rows. */
export interface TextMeans {
  readonly settings: TextSettings;
  readonly code: TextCode;
  readonly cutter: Cutter;
  /** How the words of a row come into the index. */
  readonly rows: RowWords;
  /** For a single collection at a time. */
  readonly instance: TextInstance;
}

export class Words implements SlotStore {
  readonly name: string;
  readonly #engine: Engine;
  readonly #slots: OrderedSlots;
  readonly #metadata: MetadataReader;
  #means: TextMeans | undefined;
  #index: Texts | undefined;
  /** The words of the loaded checkpoint. */
  #stored: { readonly words: StoredWords; readonly read: ReadChunk } | undefined;
  /** By which rules the texts are cut. Undefined as long as nobody needs the rules. */
  #rules: string | undefined;
  /** While stored words are being read. Every row counts as waiting until the end. */
  #restored: RestoredWords | undefined;
  /** The slots whose words have not been read yet, and slots without a row. */
  readonly #waiting = new Bits();
  /**
   * The errors of rows whose metadata cannot be read or cut into words, by slot. The errors are
   * fixed, since each search adds details of its own.
   */
  readonly #unread = new Map<number, EdgeVecError>();
  #read = 0;
  /** Bytes of words made since the last `takeMade`, of rows that have not changed since loading. */
  #made = 0;
  /** Whether rows were changed since the last `tidy`. */
  #isChanged = false;

  constructor(name: string, engine: Engine, slots: OrderedSlots, metadata: MetadataReader) {
    this.name = name;
    this.#engine = engine;
    this.#slots = slots;
    this.#metadata = metadata;
  }

  /** Whether the database has text search. */
  get isDeclared(): boolean {
    return this.#index !== undefined;
  }

  /**
   * Takes the stored words of the loaded checkpoint, before `declare`.
   *
   * @param words undefined if the checkpoint has no words
   * @param read reads a chunk from the storage of the checkpoint
   */
  restore(words: StoredWords | undefined, read: ReadChunk): void {
    this.#stored = words && { words, read };
  }

  /** Keeps the words of text fields from now on. To be called once. */
  declare(means: TextMeans): void {
    const { settings, code, cutter } = means;
    this.#means = means;
    const texts = this.#begin(means);
    if (this.#stored !== undefined) {
      const { words, read } = this.#stored;
      this.#restored = new code.RestoredWords(texts, words, settings.fields, cutter, read, this.#slots);
    }
    this.#isChanged = true;
    this.#waiting.complement(this.#slots.count);
  }

  /**
   * Another collection takes the place of this collection, and the engine will be freed.
   *
   * @returns the means for the other collection. Undefined if the database has no text search
   */
  end(): TextMeans | undefined {
    this.#index = undefined;
    this.#restored = undefined;
    this.#waiting.clear();
    this.#isChanged = false;
    return this.#means;
  }

  /** Whether `tidy` has something to do. */
  get isUntidy(): boolean {
    return this.#isChanged;
  }

  /** Whether every row has its words. */
  get isReady(): boolean {
    return this.#restored === undefined && this.#waiting.isEmpty();
  }

  /** Whether `readStored` should read chunks before `prepare`. */
  get awaitsStored(): boolean {
    return this.#restored?.awaits === true;
  }

  /** Reads the next chunks of stored words. Never rejects. */
  async readStored(): Promise<void> {
    await this.#restored?.read();
  }

  /** The stored words, if the database has no text search. A checkpoint keeps these words. */
  get kept(): StoredWords | undefined {
    return this.#means === undefined ? this.#stored?.words : undefined;
  }

  /** A stored head of `kept`, without the rows that have changed since. Yields now and then. */
  keptHead(head: Uint8Array): Generator<undefined, Uint8Array> {
    return withoutSlots(head, (slot) => this.#slots.haveChanged(LOADED, slot, 1));
  }

  /**
   * The words for a checkpoint. Undefined if there are none, before `bring`, if stored words are
   * being read, or if the tokenizer of the caller has no name.
   */
  get storable(): StorableWords | undefined {
    if (this.#index === undefined || this.#rules === undefined || this.#restored !== undefined) return undefined;
    const { code, settings } = this.#means as TextMeans;
    const unread = this.#unread.keys();
    return new code.StorableWords(this.#index, this.#rules, settings.fields, this.#slots, this.#waiting, unread);
  }

  /**
   * Makes the words storable: reads all stored words, and the words of the rows that wait now.
   *
   * @param check runs before each step, and ends the steps by throwing
   * @throws `OUT_OF_MEMORY`
   */
  async bring(slices: Slices, check: () => void): Promise<void> {
    const means = this.#means;
    this.#rules = means && (await slices.take(means.code.rulesOf(means.cutter), check));
    await this.#readAll(slices, check);
    await slices.take(this.#readRows(this.#waiting.count()), check);
  }

  /**
   * As `bring`, for all rows, and then makes the index fast.
   *
   * @param purges whether the words of removed rows leave the segments. Without text search, all
   * stored words leave the next checkpoint
   */
  async tidy(slices: Slices, check: () => void, purges: boolean): Promise<void> {
    if (purges && this.#means === undefined) this.#stored = undefined;
    await this.#readAll(slices, check);
    await slices.take(this.#tidy(purges), check);
  }

  /**
   * Takes the chunks that `readStored` has read. After the last chunk, reads the words of the rows
   * that wait. Yields now and then. Rows may be written in the meantime.
   *
   * @throws `OUT_OF_MEMORY`
   */
  *prepare(): Generator<undefined, void> {
    yield* this.#takeStored();
    if (this.#restored === undefined) yield* this.#readRows();
  }

  /**
   * About how many bytes of words were made since the last call, of rows that have not changed
   * since loading: the loaded checkpoint lacks these words. 0 if no checkpoint can store the words.
   */
  takeMade(): number {
    const made = this.#means?.cutter.rules === undefined ? 0 : this.#made;
    this.#made = 0;
    return made;
  }

  /** Reads the words of so many rows that wait. */
  *#readRows(most = Number.POSITIVE_INFINITY): Generator<undefined, void> {
    const means = this.#means;
    if (means === undefined) return;
    const pace = new Pace();
    let left = most;
    while (!this.#waiting.isEmpty()) {
      for (const slot of this.#waiting) {
        // Another reader has read the row since the last yield, or the row is gone.
        if (!this.#waiting.has(slot)) continue;
        if (left-- === 0) return;
        const bytes = this.#readRow(slot, means);
        if (++this.#read % ROWS_PER_MERGE === 0) {
          this.#index?.merge(MERGED_AT_ONCE);
          yield;
        } else if (pace.isDue(bytes)) yield;
      }
    }
  }

  /** The words of a query. @throws `TOKENIZE_FAILED` */
  wordsOf(query: WordQuery): WordSearch[] {
    const means = this.#means;
    return means?.code.wordsOf(query, means.cutter) ?? [];
  }

  /**
   * The best rows, as `ask` finds the rows in the index.
   *
   * @throws the error of `get`, if the metadata of a row cannot be read: nobody knows the words of
   * the row. `TOKENIZE_FAILED` for the same reason, and `OUT_OF_MEMORY`
   */
  search(ask: (index: Texts) => TextHits): TextHits {
    for (const error of this.#unread.values()) throw error;
    return this.#index === undefined ? { slots: [], scores: [] } : ask(this.#index);
  }

  /** Makes a function that finds the words of the last search in the metadata of a row. */
  highlighter(): (metadata: object | undefined) => Record<string, Ranges> {
    const words = new Set(this.#index?.words());
    const means = this.#means;
    return (metadata) => means?.code.highlightsIn(metadata, means.settings.fields, words, means.cutter) ?? {};
  }

  set(slot: number, old: number | undefined, { id, metadata }: SlotRecord): void {
    if (this.#index === undefined) return;
    if (old !== undefined && old !== slot) this.delete(old);
    this.delete(slot);
    if (metadata instanceof Unread) this.#unread.set(slot, fix(amend(metadata.error, { id })));
    else this.#waiting.add(slot);
  }

  delete(slot: number): void {
    if (this.#index === undefined) return;
    this.#isChanged = true;
    this.#waiting.delete(slot);
    this.#unread.delete(slot);
    this.#restored?.forget(slot);
    this.#index.remove(slot);
  }

  /** A manifest lists words apart from the stores (`storable`): the words may be missing. */
  chunks(): Iterable<SlotChunk> {
    return [];
  }

  bytes(): number {
    return this.#index?.memory() ?? 0;
  }

  /** An index without rows. */
  #begin({ settings, code, instance }: TextMeans): Texts {
    const { k1, b } = settings;
    // A number of a segment stands for the same lists for good.
    const numbers = this.#stored?.words.segments.map(({ number }) => number + 1) ?? [];
    this.#index = this.#engine.texts(instance, code.Texts, k1, b, Math.max(0, ...numbers));
    return this.#index;
  }

  /** Reads all stored words. */
  async #readAll(slices: Slices, check: () => void): Promise<void> {
    while (this.#restored !== undefined) {
      await this.readStored();
      check();
      await slices.take(this.#takeStored(), check);
    }
  }

  /** Takes the chunks that have been read. Other callers may take steps in between. */
  *#takeStored(): Generator<undefined, void> {
    for (let restored = this.#restored; restored?.awaits === false; restored = this.#restored) {
      this.#takeStep(restored);
      yield;
    }
  }

  #takeStep(restored: RestoredWords): void {
    try {
      restored.step();
    } catch (error) {
      if (!hasCode(error, 'DAMAGED', 'UNSUPPORTED_FORMAT', 'OUT_OF_MEMORY')) throw error;
      this.#restored = undefined;
      this.#begin(this.#means as TextMeans);
      return;
    }
    if (!restored.isOver) return;
    this.#restored = undefined;
    this.#waiting.andNot(restored.known);
  }

  *#tidy(purges: boolean): Generator<undefined, void> {
    while (this.#isChanged) {
      this.#isChanged = false;
      yield* this.#readRows();
      while (this.#index?.merge(MERGED_AT_ONCE) === true) yield;
    }
    while (purges && this.#index?.purge(MERGED_AT_ONCE) === true) yield;
  }

  /** Reads the words of a row that waits. @returns about how many bytes were read */
  #readRow(slot: number, { settings, rows, cutter }: TextMeans): number {
    let add: ReturnType<RowWords>;
    try {
      add = rows(this.#metadata.peek(slot), settings.fields, cutter);
    } catch (error) {
      // Of the metadata, or of the caller's tokenizer.
      if (!(error instanceof EdgeVecError)) throw error;
      this.#waiting.delete(slot);
      this.#unread.set(slot, fix(amend(error, { id: this.#slots.idOf(slot) })));
      return this.#metadata.lineBytes(slot);
    }
    const bytes = (this.#index && add?.(this.#index, slot, this.#slots.orderOf(slot))) ?? 0;
    // Only now: if memory is missing, the next search tries again.
    this.#waiting.delete(slot);
    if (!this.#slots.haveChanged(LOADED, slot, 1)) this.#made += bytes;
    return bytes;
  }
}
