// The words of the text fields, for text search: a store without chunks, made of the metadata.
//
// A write only notes the slot. The words are read in small steps before the next text search, and
// between other work. A write is therefore no slower, and a row that changes twice is read once.
// The earlier words of a row leave at once, so a search never finds a row by words that the row
// does not have any more.

import type { WordQuery } from '../../base/calls.js';
import { amend, EdgeVecError } from '../../base/errors.js';
import type { TextField, TextSettings } from '../../base/options.js';
import type { Engine, TextInstance } from '../../engine/engine.js';
import { type TextHits, type Texts, type WordSearch, weightLine } from '../../engine/texts.js';
import { valueAt } from '../../filter/match.js';
import { Unread } from '../../format/value/unread.js';
import type { MetadataReader } from '../columns/builder.js';
import { Pace } from '../pace.js';
import type { SlotChunk, SlotRecord, SlotStore, Slots } from '../slot-store.js';
import { type Ranges, rangesIn } from './highlight.js';
import type { TextCode } from './text-code.js';

/** The name of the store of words. */
export const WORDS = 'words';

/** Postings merged between two looks at the clock: well below a millisecond. */
const MERGED_AT_ONCE = 4_096;
/** Rows read between two steps of merging, so that the parts to search stay few. */
const ROWS_PER_MERGE = 64;

/** What the words need to know of the slots of a collection. */
export interface OrderedSlots extends Slots {
  /** The place of a row in the order of insertion. */
  orderOf(slot: number): number;
}

/** What text search needs beside the rows. */
export interface TextMeans {
  readonly settings: TextSettings;
  readonly code: TextCode;
  /** For a single collection at a time. */
  readonly instance: TextInstance;
}

export class Words implements SlotStore {
  readonly name = WORDS;
  readonly #engine: Engine;
  readonly #slots: OrderedSlots;
  readonly #metadata: MetadataReader;
  #means: TextMeans | undefined;
  #index: Texts | undefined;
  /** The slots whose words have not been read yet. */
  readonly #waiting = new Set<number>();
  /** The errors of rows whose metadata cannot be read, by slot. */
  readonly #unread = new Map<number, EdgeVecError>();
  #read = 0;
  /** Whether rows were changed since the last `tidy`. */
  #isChanged = false;

  constructor(engine: Engine, slots: OrderedSlots, metadata: MetadataReader) {
    this.#engine = engine;
    this.#slots = slots;
    this.#metadata = metadata;
  }

  /** Keeps the words of text fields from now on. To be called once. */
  declare(means: TextMeans): void {
    const { settings, instance } = means;
    this.#means = means;
    this.#index = this.#engine.texts(instance, settings.k1, settings.b);
    this.#isChanged = true;
    for (let slot = 0; slot < this.#slots.count; slot++) if (this.#slots.has(slot)) this.#waiting.add(slot);
  }

  /**
   * Another collection takes the place of this collection, and the engine will be freed.
   *
   * @returns the means for the other collection. Undefined if the database has no text search
   */
  end(): TextMeans | undefined {
    this.#index = undefined;
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
    return this.#waiting.size === 0;
  }

  /**
   * Reads the words of the rows that wait. Yields now and then. Rows may be written in the
   * meantime.
   *
   * @throws `OUT_OF_MEMORY`
   */
  *prepare(): Generator<undefined, void> {
    const means = this.#means;
    if (means === undefined) return;
    const pace = new Pace();
    for (const slot of this.#waiting) {
      const bytes = this.#readRow(slot, means);
      if (++this.#read % ROWS_PER_MERGE === 0) {
        this.#index?.merge(MERGED_AT_ONCE);
        yield;
      } else if (pace.isDue(bytes)) yield;
    }
  }

  /**
   * As `prepare`, and then makes the index fast. Yields now and then.
   *
   * @throws `OUT_OF_MEMORY`
   */
  *tidy(): Generator<undefined, void> {
    while (this.#isChanged) {
      this.#isChanged = false;
      yield* this.prepare();
      while (this.#index?.merge(MERGED_AT_ONCE) === true) yield;
    }
  }

  /** The words of a query. The last word, and the end of a last identifier, may go on. */
  wordsOf({ text, prefix, fuzzy }: WordQuery): WordSearch[] {
    const tokens: { readonly token: string; readonly end: number }[] = [];
    this.#means?.code.queryTokensOf(text, (token, _, end) => tokens.push({ token, end }));
    const last = tokens.reduce((most, { end }) => Math.max(most, end), 0);
    return tokens.map(({ token, end }) => ({ token, prefix: prefix && end === last, fuzzy }));
  }

  /**
   * The best `k` rows for some words.
   *
   * @param allow a bit for each slot that the search may find
   * @throws the error of `get`, if the metadata of a row cannot be read: nobody knows the words of
   * the row. `OUT_OF_MEMORY`
   */
  search(words: readonly WordSearch[], k: number, allow?: Uint32Array): TextHits {
    for (const error of this.#unread.values()) throw error;
    return this.#index?.search(words, k, allow) ?? { slots: [], scores: [] };
  }

  /** Makes a function that finds the words of the last search in the metadata of a row. */
  highlighter(): (metadata: object | undefined) => Record<string, Ranges> {
    const words = new Set(this.#index?.words());
    const means = this.#means;
    return (metadata) => {
      const found: Record<string, Ranges> = {};
      if (means === undefined) return found;
      const { settings, code } = means;
      for (const field of settings.fields) {
        const ranges = rangesIn(textOf(metadata, field), words, code.tokensOf);
        if (ranges.length > 0) found[field.name] = ranges;
      }
      return found;
    };
  }

  set(slot: number, old: number | undefined, { id, metadata }: SlotRecord): void {
    if (this.#index === undefined) return;
    if (old !== undefined && old !== slot) this.delete(old);
    this.delete(slot);
    if (metadata instanceof Unread) this.#unread.set(slot, amend(metadata.error, { id }));
    else this.#waiting.add(slot);
  }

  delete(slot: number): void {
    if (this.#index === undefined) return;
    this.#isChanged = true;
    this.#waiting.delete(slot);
    this.#unread.delete(slot);
    this.#index.remove(slot);
  }

  /** The words are made of the metadata, and no checkpoint has the words. */
  chunks(): Iterable<SlotChunk> {
    return [];
  }

  bytes(): number {
    return this.#index?.memory() ?? 0;
  }

  /** Reads the words of a row that waits. @returns about how many bytes were read */
  #readRow(slot: number, { settings, code }: TextMeans): number {
    let metadata: object | undefined;
    try {
      metadata = this.#metadata.peek(slot);
    } catch (error) {
      if (!(error instanceof EdgeVecError)) throw error;
      this.#waiting.delete(slot);
      this.#unread.set(slot, error);
      return this.#metadata.lineBytes(slot);
    }
    let lines = '';
    for (const field of settings.fields) {
      const text = textOf(metadata, field);
      if (text === '') continue;
      lines += weightLine(field.weight);
      code.tokensOf(text, (token) => {
        lines += `${token}\n`;
      });
    }
    if (lines !== '') this.#index?.add(slot, this.#slots.orderOf(slot), lines);
    // Only now: if memory is missing, the next search tries again.
    this.#waiting.delete(slot);
    return lines.length;
  }
}

/** The text of a field, or no text if the field is missing or no string. */
function textOf(metadata: object | undefined, { path }: TextField): string {
  const value = valueAt(metadata, path);
  return typeof value === 'string' ? value : '';
}
