// The metadata of each row. A row that is as it was loaded keeps its line of the chunk it came in: it is read when it is asked for, and saved again by
// copying the line. All others are objects, written as lines when they are saved.

import { amend, damaged, EdgeVecError } from '../../base/errors.js';
import type { Id } from '../../base/types.js';
import { BLOCK_ROWS, cutBlock, MAX_RANGE_BYTES, type SlotRange } from '../../format/blocks.js';
import { joinBytes } from '../../format/bytes.js';
import { METADATA, rangeKey } from '../../format/contents.js';
import { STORED_VIEWS, VIEWS } from '../../format/value/kinds.js';
import { type Nodes, parseNodes, readMetadata, rootOf } from '../../format/value/read.js';
import { toText } from '../../format/value/text.js';
import { merged, readOrKeep, Unread } from '../../format/value/unread.js';
import { Pace } from '../pace.js';
import type { LoadableStore, LoadedChunk, SlotChunk, SlotRecord, Slots } from '../slot-store.js';

/** The lines of some slots, one behind the other. */
interface Lines {
  readonly first: number;
  readonly bytes: Uint8Array;
  /** Where each slot's line starts. */
  readonly starts: Uint32Array;
}

/** The length of a line that is not written yet. Where there is no row, it is 0. */
const UNKNOWN = -1;
/** Written lines that are kept from the moment they are measured until they are copied, in characters. Others are written twice. */
const KEPT_TEXT = 16 << 20;
const NEWLINE = 0x0a;

export class Metadata implements LoadableStore {
  readonly name = METADATA;
  readonly #slots: Slots;
  readonly #idOf: (slot: number) => Id | undefined;
  // By slot.
  readonly #values: (object | undefined)[] = [];
  readonly #lines: (Lines | undefined)[] = [];
  readonly #lengths: number[] = [];
  /** Lines that have been measured, and not copied yet. */
  readonly #texts = new Map<number, string>();
  #keptText = 0;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  /** Blocks with lines that have not been measured. */
  readonly #unmeasured = new Set<number>();
  /** By block, as far as they have been asked for since the block changed. */
  readonly #ranges: (readonly SlotRange[] | undefined)[] = [];

  /** @param idOf whose metadata it is, for errors */
  constructor(slots: Slots, idOf: (slot: number) => Id | undefined) {
    this.#slots = slots;
    this.#idOf = idOf;
  }

  /** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` where it was loaded, and cannot be read */
  of(slot: number): object | undefined {
    const value = this.#values[slot];
    if (value instanceof Unread) throw this.#named(value.error, slot);
    if (value !== undefined || this.#lines[slot] === undefined) return value;
    const read = this.#read(slot);
    this.#values[slot] = read;
    return read;
  }

  /** With the fields of another put over its own: what is not read here is kept. @throws `DAMAGED` */
  merged(slot: number, change: object | undefined): object | undefined {
    let before = this.#values[slot];
    if (before === undefined && this.#lines[slot] !== undefined) before = this.#readOrKeep(slot);
    return merged(before, change);
  }

  set(slot: number, old: number | undefined, { metadata }: SlotRecord): void {
    if (old !== undefined && old !== slot) this.delete(old);
    this.#forget(slot, UNKNOWN);
    this.#values[slot] = metadata;
    this.#unmeasured.add(Math.floor(slot / BLOCK_ROWS));
  }

  /** There is no row any more. */
  delete(slot: number): void {
    this.#forget(slot, 0);
  }

  /** Writes the lines that are not written, to know how long they are. Yields now and then, until all are measured that there are by then. */
  *measure(): Generator<undefined, void> {
    const pace = new Pace();
    for (const block of this.#unmeasured) {
      const end = (block + 1) * BLOCK_ROWS;
      for (let slot = block * BLOCK_ROWS; slot < end; slot++) {
        if (this.#lengths[slot] === UNKNOWN && pace.isDue(this.#measure(slot))) yield;
      }
      this.#unmeasured.delete(block);
      // Those that have changed meanwhile have their turn again.
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
    return this.#lengths.reduce((sum, length) => sum + Math.max(0, length), 0);
  }

  /** The chunks a block is stored as, once all of it is measured. */
  #rangesOf(block: number): readonly SlotRange[] {
    const ranges = this.#ranges[block] ?? cutBlock((slot) => Math.max(0, this.#lengths[slot] ?? 0), block * BLOCK_ROWS);
    this.#ranges[block] = ranges;
    return ranges;
  }

  /**
   * The lines of a range, copied. Yields now and then.
   *
   * @returns undefined where they have become more than fit into one chunk
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

  /** Takes up the lines of a range. @throws `DAMAGED` if there is not a line for each row */
  *#load(first: number, slots: number, bytes: Uint8Array): Generator<undefined, void> {
    const pace = new Pace();
    const lines: Lines = { first, bytes, starts: new Uint32Array(slots) };
    let start = 0;
    for (let slot = first; slot < first + slots; slot++) {
      if (!this.#slots.has(slot)) continue;
      const end = bytes.indexOf(NEWLINE, start) + 1;
      if (end === 0) throw damaged('the metadata');
      // Without holes: an array that grows from its end stays dense.
      while (this.#lines.length <= slot) {
        this.#values.push(undefined);
        this.#lines.push(undefined);
        this.#lengths.push(0);
      }
      lines.starts[slot - first] = start;
      this.#lines[slot] = lines;
      this.#lengths[slot] = end - start;
      start = end;
      if (pace.isDue(this.#lengths[slot] as number)) yield;
    }
    if (start !== bytes.length) throw damaged('the metadata');
  }

  /**
   * Reads all that was loaded, once, to know that a write might have brought it. Yields now and then.
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

  /** The line of a row that is as it was loaded. */
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
    this.#lengths[slot] = length;
    if (this.#keptText + text.length <= KEPT_TEXT) {
      this.#texts.set(slot, text);
      this.#keptText += text.length;
    }
    return length;
  }

  /** Ended as no text of devalue's goes on: it is JSON, where the end of a line within a string is written otherwise. */
  #write(slot: number): string {
    const value = this.#values[slot];
    return `${value instanceof Unread ? value.text : toText(value)}\n`;
  }

  #takeText(slot: number): string {
    const text = this.#texts.get(slot);
    if (text === undefined) return this.#write(slot);
    this.#texts.delete(slot);
    this.#keptText -= text.length;
    return text;
  }

  #forget(slot: number, length: number): void {
    if (this.#texts.has(slot)) this.#takeText(slot);
    if (slot < this.#lines.length) this.#lines[slot] = undefined;
    this.#values[slot] = undefined;
    this.#lengths[slot] = length;
    this.#ranges[Math.floor(slot / BLOCK_ROWS)] = undefined;
  }
}
