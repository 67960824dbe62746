// Makes columns for all rows: of stored columns where a checkpoint has these, else of metadata. The
// work goes in small steps, and writes go on. The builder reads the present metadata of each slot
// that has changed, so a slot written before or after its turn is right.

import { EdgeVecError } from '../../base/errors.js';
import { COLUMN_SLOTS, type ColumnChunk } from '../../format/columns/chunk.js';
import { MISSING, UNREAD } from '../../format/columns/kinds.js';
import { LOADED } from '../changes.js';
import { Pace } from '../pace.js';
import type { Slots } from '../slot-store.js';
import type { Column } from './column.js';
import { decoded, type RawChunk } from './stored-columns.js';
import { ChunkValues } from './stored-values.js';

/** Stored values taken between two looks at the clock. */
const STEP = 1_024;

/** The metadata of rows, as columns read the metadata. */
export interface MetadataReader {
  /** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` */
  peek(slot: number): object | undefined;
  /** The bytes that `peek` reads, about. */
  lineBytes(slot: number): number;
}

/** Gives the metadata of a row to columns. */
export interface MetadataTaker {
  set(columns: Iterable<Column>, slot: number, metadata: object | undefined): void;
  /** The metadata of the row cannot be read. */
  setUnread(slot: number, error: EdgeVecError): void;
}

/** A new column, and its stored chunks, if the chunks have been read. */
export type NewColumn = readonly [column: Column, chunks: readonly RawChunk[] | undefined];

export class Builder {
  readonly #slots: Slots;
  readonly #metadata: MetadataReader;
  readonly #taker: MetadataTaker;
  /** The numbers of columns made so far, by source. */
  readonly made = { ofStored: 0, ofMetadata: 0 };

  constructor(slots: Slots, metadata: MetadataReader, taker: MetadataTaker) {
    this.#slots = slots;
    this.#metadata = metadata;
    this.#taker = taker;
  }

  /** Adds all rows to new columns. Yields now and then. */
  *make(columns: Iterable<NewColumn>): Generator<undefined, void> {
    const left = new Set<Column>();
    for (const [column, chunks] of columns) {
      if (chunks !== undefined && (yield* this.#load(column, chunks))) this.made.ofStored++;
      else left.add(column);
    }
    if (left.size === 0) return;
    yield* this.#fill(left);
    this.made.ofMetadata += left.size;
  }

  /** Adds all rows out of their metadata, in a single pass. */
  *#fill(columns: ReadonlySet<Column>): Generator<undefined, void> {
    const pace = new Pace();
    for (let slot = 0; slot < this.#slots.count; slot++) {
      if (this.#slots.has(slot) && pace.isDue(this.#read(columns, slot))) yield;
    }
  }

  /**
   * Adds all rows out of the stored chunks of a column.
   *
   * @returns false if a chunk cannot be used. Rows with wrong values are then in the column
   */
  *#load(column: Column, chunks: readonly RawChunk[]): Generator<undefined, boolean> {
    for (let chunk = 0; chunk * COLUMN_SLOTS < this.#slots.count; chunk++) {
      const raw = chunks[chunk];
      const read = raw && decoded(raw);
      if (raw !== undefined && read === undefined) return false;
      yield;
      if (!(yield* this.#loadChunk(column, chunk * COLUMN_SLOTS, read))) return false;
    }
    column.times.setLoaded();
    return true;
  }

  /**
   * @param chunk undefined if the checkpoint has no chunk of these slots. All their rows must then
   * be later than the checkpoint
   */
  *#loadChunk(column: Column, first: number, chunk: ColumnChunk | undefined): Generator<undefined, boolean> {
    const pace = new Pace();
    const values = chunk && new ChunkValues(chunk);
    for (let slot = first; slot < Math.min(first + COLUMN_SLOTS, this.#slots.count); slot++) {
      const kind = values?.next();
      const isChanged = this.#slots.haveChanged(LOADED, slot, 1);
      if (!isChanged && kind !== UNREAD) {
        if (!this.#slots.has(slot)) {
          if (kind !== undefined && kind !== MISSING) return false;
        } else if (kind === undefined) return false;
        else if (kind !== MISSING) column.put(slot, kind, values?.value);
      } else {
        column.times.touch(slot, this.#slots.now);
        if (this.#slots.has(slot) && pace.isDue(this.#read([column], slot))) yield;
      }
      if (slot % STEP === STEP - 1) yield;
    }
    return true;
  }

  /** Gives the present metadata of a row to columns. @returns about how many bytes were read */
  #read(columns: Iterable<Column>, slot: number): number {
    const bytes = this.#metadata.lineBytes(slot);
    let metadata: object | undefined;
    try {
      metadata = this.#metadata.peek(slot);
    } catch (error) {
      if (!(error instanceof EdgeVecError)) throw error;
      this.#taker.setUnread(slot, error);
      return bytes;
    }
    this.#taker.set(columns, slot, metadata);
    return bytes;
  }
}
