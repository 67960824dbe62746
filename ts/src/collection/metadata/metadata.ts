// The metadata of each row. An unchanged row keeps its line of the loaded chunk. The line is parsed
// when a caller reads the row, and a checkpoint copies the line. The metadata of changed and new
// rows is an object, and a checkpoint writes the object as a line.

import { amend, damaged, EdgeVecError } from '../../base/errors.js';
import type { Id } from '../../base/types.js';
import { BLOCK_ROWS, cutBlock, MAX_RANGE_BYTES, type SlotRange } from '../../format/blocks.js';
import { joinBytes } from '../../format/bytes.js';
import { METADATA, rangeKey } from '../../format/contents.js';
import { STORED_VIEWS, VIEWS } from '../../format/value/kinds.js';
import { type Nodes, parseNodes, readMetadata, rootOf } from '../../format/value/read.js';
import { serialize } from '../../format/value/text.js';
import { mergeFields, readOrKeep, Unread } from '../../format/value/unread.js';
import { Pace } from '../pace.js';
import type { LoadableStore, LoadedChunk, SlotChunk, SlotRecord, Slots } from '../slot-store.js';

/** The lines of some slots, one after the other. */
interface Lines {
  readonly first: number;
  readonly bytes: Uint8Array;
  /** The start of each slot's line in `bytes`. */
  readonly starts: Uint32Array;
}

/** The length of a line not yet written. The length is 0 for a slot without a row. */
const UNKNOWN = -1;
/**
 * How many characters of written lines are kept between measuring and copying. Lines beyond the
 * limit are written twice.
 */
const KEPT_TEXT = 16 << 20;
const NEWLINE = 0x0a;

export class Metadata implements LoadableStore {
  readonly name = METADATA;
  readonly #slots: Slots;
  readonly #idOf: (slot: number) => Id | undefined;
  // Indexed by slot.
  readonly #values: (object | undefined)[] = [];
  readonly #lines: (Lines | undefined)[] = [];
  readonly #lengths: number[] = [];
  /** The sum of all known lengths. */
  #bytes = 0;
  /** Lines that have been measured and not yet copied. */
  readonly #texts = new Map<number, string>();
  #keptText = 0;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  /** Blocks with lines that have not been measured yet. */
  readonly #unmeasured = new Set<number>();
  /** By block: the cut of the block, if computed since the last change of the block. */
  readonly #ranges: (readonly SlotRange[] | undefined)[] = [];

  /** @param idOf the id of a slot, for errors */
  constructor(slots: Slots, idOf: (slot: number) => Id | undefined) {
    this.#slots = slots;
    this.#idOf = idOf;
  }

  /** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` if loaded metadata cannot be read */
  of(slot: number): object | undefined {
    const value = this.#values[slot];
    if (value instanceof Unread) throw this.#named(value.error, slot);
    if (value !== undefined || this.#lines[slot] === undefined) return value;
    const read = this.#read(slot);
    this.#values[slot] = read;
    return read;
  }

  /**
   * As `of`, for a reader of all rows: an unchanged row is parsed, and only its line is kept.
   *
   * @throws as `of`
   */
  peek(slot: number): object | undefined {
    const value = this.#values[slot];
    return value === undefined && this.#lines[slot] !== undefined ? this.#read(slot) : this.of(slot);
  }

  /** The bytes of a slot's line. 0 if the line is not written yet. */
  lineBytes(slot: number): number {
    return Math.max(0, this.#lengths[slot] ?? 0);
  }

  /**
   * The metadata of a slot, with the fields of `change` put over its own. Metadata that cannot be
   * read here is kept. @throws `DAMAGED`
   */
  merged(slot: number, change: object | undefined): object | undefined {
    let before = this.#values[slot];
    if (before === undefined && this.#lines[slot] !== undefined) before = this.#readOrKeep(slot);
    return mergeFields(before, change);
  }

  set(slot: number, old: number | undefined, { metadata }: SlotRecord): void {
    if (old !== undefined && old !== slot) this.delete(old);
    this.#forget(slot, UNKNOWN);
    this.#values[slot] = metadata;
    this.#unmeasured.add(Math.floor(slot / BLOCK_ROWS));
  }

  /** The slot has no row any more. */
  delete(slot: number): void {
    this.#forget(slot, 0);
  }

  /**
   * Writes the lines that are not written yet, to learn their lengths. Yields now and then. Lines
   * that change in the meantime are measured too.
   */
  *measure(): Generator<undefined, void> {
    const pace = new Pace();
    for (const block of this.#unmeasured) {
      const end = (block + 1) * BLOCK_ROWS;
      for (let slot = block * BLOCK_ROWS; slot < end; slot++) {
        if (this.#lengths[slot] === UNKNOWN && pace.isDue(this.#measure(slot))) yield;
      }
      this.#unmeasured.delete(block);
      // Lines that changed during the measuring are measured again.
      if (this.#lengths.slice(block * BLOCK_ROWS, end).includes(UNKNOWN)) this.#unmeasured.add(block);
      else this.#ranges[block] = undefined;
    }
  }

  *chunks(): Generator<SlotChunk> {
    for (let block = 0; block < Math.ceil(this.#slots.count / BLOCK_ROWS); block++) {
      for (const range of this.#rangesOf(block)) {
        const { first, slots, bytes } = range;
        yield {
          key: rangeKey(first, slots),
          slots,
          bytes: () => bytes,
          isDirty: (stored) => stored === undefined || this.#slots.haveChanged(stored.time, first, slots),
          copy: () => this.#copy(range),
          setClean: () => {},
        };
      }
    }
  }

  /** Bytes of the lines that have been measured. */
  bytes(): number {
    return this.#bytes;
  }

  /** The cut of a block into chunks. The block must be measured. */
  #rangesOf(block: number): readonly SlotRange[] {
    const ranges = this.#ranges[block] ?? cutBlock((slot) => Math.max(0, this.#lengths[slot] ?? 0), block * BLOCK_ROWS);
    this.#ranges[block] = ranges;
    return ranges;
  }

  /**
   * The lines of a range, copied. Yields now and then.
   *
   * @returns undefined if the lines have outgrown a chunk
   */
  *#copy({ first, slots }: SlotRange): Generator<undefined, Uint8Array | undefined> {
    const pace = new Pace();
    const lines: Uint8Array[] = [];
    let length = 0;
    for (let slot = first; slot < first + slots; slot++) {
      if ((this.#lengths[slot] ?? 0) === 0) continue;
      const line = this.#line(slot) ?? this.#encoder.encode(this.#takeText(slot));
      length += line.length;
      if (length > MAX_RANGE_BYTES && slots > 1) return undefined;
      lines.push(line);
      if (pace.isDue(line.length)) yield;
    }
    return joinBytes(lines);
  }

  *load(chunks: readonly LoadedChunk[]): Generator<undefined, void> {
    let first = 0;
    for (const { slots = BLOCK_ROWS, bytes } of chunks) {
      yield* this.#load(first, slots, bytes);
      first += slots;
      yield;
    }
  }

  /** Takes the lines of a range. @throws `DAMAGED` unless each row has exactly one line */
  *#load(first: number, slots: number, bytes: Uint8Array): Generator<undefined, void> {
    const pace = new Pace();
    const lines: Lines = { first, bytes, starts: new Uint32Array(slots) };
    let start = 0;
    for (let slot = first; slot < first + slots; slot++) {
      if (!this.#slots.has(slot)) continue;
      const end = bytes.indexOf(NEWLINE, start) + 1;
      if (end === 0) throw damaged('the metadata');
      // No holes: an array that grows only at its end stays dense.
      while (this.#lines.length <= slot) {
        this.#values.push(undefined);
        this.#lines.push(undefined);
        this.#lengths.push(0);
      }
      lines.starts[slot - first] = start;
      this.#lines[slot] = lines;
      this.#setLength(slot, end - start);
      if (pace.isDue(end - start)) yield;
      start = end;
    }
    if (start !== bytes.length) throw damaged('the metadata');
  }

  /**
   * Reads all loaded metadata once, to verify that a write could have stored the metadata. Yields
   * now and then.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`
   */
  *check(): Generator<undefined, void> {
    const pace = new Pace();
    for (const [slot, lines] of this.#lines.entries()) {
      if (lines === undefined) continue;
      this.#read(slot, VIEWS);
      if (pace.isDue(this.#lengths[slot] as number)) yield;
    }
  }

  /** The line of a row that is unchanged since loading. */
  #line(slot: number): Uint8Array | undefined {
    const lines = this.#lines[slot];
    if (lines === undefined) return undefined;
    const start = lines.starts[slot - lines.first] as number;
    return lines.bytes.subarray(start, start + (this.#lengths[slot] as number));
  }

  #read(slot: number, views = STORED_VIEWS): object | undefined {
    return this.#parsed(slot, (nodes) => readMetadata(nodes, rootOf(nodes), views));
  }

  #readOrKeep(slot: number): object | undefined {
    return this.#parsed(slot, (nodes) => readOrKeep(nodes, rootOf(nodes)));
  }

  #parsed<T>(slot: number, read: (nodes: Nodes) => T): T {
    try {
      return read(parseNodes(this.#decoder.decode(this.#line(slot))));
    } catch (cause) {
      throw this.#named(cause instanceof EdgeVecError ? cause : damaged('the metadata', cause), slot);
    }
  }

  #named(error: EdgeVecError, slot: number): EdgeVecError {
    return amend(error, { id: this.#idOf(slot) });
  }

  #measure(slot: number): number {
    const text = this.#write(slot);
    const length = this.#encoder.encode(text).length;
    this.#setLength(slot, length);
    if (this.#keptText + text.length <= KEPT_TEXT) {
      this.#texts.set(slot, text);
      this.#keptText += text.length;
    }
    return length;
  }

  /**
   * A newline ends the line. The text itself has no newline, since JSON escapes newlines in
   * strings.
   */
  #write(slot: number): string {
    const value = this.#values[slot];
    return `${value instanceof Unread ? value.text : serialize(value)}\n`;
  }

  #takeText(slot: number): string {
    const text = this.#texts.get(slot);
    if (text === undefined) return this.#write(slot);
    this.#texts.delete(slot);
    this.#keptText -= text.length;
    return text;
  }

  #setLength(slot: number, length: number): void {
    this.#bytes += Math.max(0, length) - Math.max(0, this.#lengths[slot] ?? 0);
    this.#lengths[slot] = length;
  }

  #forget(slot: number, length: number): void {
    if (this.#texts.has(slot)) this.#takeText(slot);
    if (slot < this.#lines.length) this.#lines[slot] = undefined;
    this.#values[slot] = undefined;
    this.#setLength(slot, length);
    this.#ranges[Math.floor(slot / BLOCK_ROWS)] = undefined;
  }
}
