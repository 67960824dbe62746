// The values of a column as chunks for storage, and back.

import type { FilterValue } from '../../base/filter-types.js';
import { type ColumnChunk, encodeColumnChunk, MAX_COLUMN_BYTES } from '../../format/columns/chunk.js';
import { BIGINT, DATE, LIST, MISSING, NUMBER, TEXT, UNREAD } from '../../format/columns/kinds.js';
import type { Column, KindValue } from './column.js';
import { Dictionary } from './dictionary.js';

/** Values encoded between two looks at the clock. */
const STEP = 1_024;

/**
 * The chunk of the slots from `first` up to `limit`. Yields now and then.
 *
 * @param isUnread whether the metadata of a slot cannot be read here
 * @returns undefined if the chunk is too long to be stored
 */
export function* encodeSlots(
  column: Column,
  first: number,
  limit: number,
  isUnread: (slot: number) => boolean,
): Generator<undefined, Uint8Array | undefined> {
  const chunk = new ChunkMaker();
  let left = STEP;
  for (let slot = first; slot < limit; slot++) {
    const kind = isUnread(slot) ? UNREAD : column.kindAt(slot);
    left -= chunk.add(kind, column.valueAt(slot, kind));
    if (chunk.bytes > MAX_COLUMN_BYTES) return undefined;
    if (left > 0) continue;
    left = STEP;
    yield;
  }
  const bytes = encodeColumnChunk(chunk.made());
  return bytes.length > MAX_COLUMN_BYTES ? undefined : bytes;
}

class ChunkMaker {
  readonly #kinds: number[] = [];
  readonly #numbers: number[] = [];
  readonly #dates: number[] = [];
  readonly #textCodes: number[] = [];
  readonly #lists: number[] = [];
  readonly #bigints: bigint[] = [];
  readonly #texts = new Values();
  readonly #elements = new Values();
  #bytesOfBigints = 0;

  /** The chunk has at least so many bytes. */
  get bytes(): number {
    const doubles = this.#numbers.length + this.#dates.length;
    const codes = this.#textCodes.length + this.#lists.length;
    return 8 * doubles + 4 * codes + this.#texts.bytes + this.#elements.bytes + this.#bytesOfBigints;
  }

  /** Adds the value of the next slot. @returns about how many values were encoded */
  add(kind: number, value: KindValue): number {
    this.#kinds.push(kind);
    if (kind === NUMBER) this.#numbers.push(value as number);
    else if (kind === DATE) this.#dates.push(value as number);
    else if (kind === TEXT) this.#textCodes.push(this.#texts.placeOf(value as string));
    else if (kind === BIGINT) {
      this.#bigints.push(value as bigint);
      this.#bytesOfBigints += jsonBytes(value as bigint);
    } else if (kind === LIST) return this.#addList(value as readonly FilterValue[]);
    return 1;
  }

  #addList(list: readonly FilterValue[]): number {
    this.#lists.push(list.length);
    const places: number[] = [];
    for (const element of list) {
      places.push(this.#elements.placeOf(element));
      // The rest of a very long list takes long, and the chunk is too long already.
      if (4 * places.length + this.#elements.bytes > MAX_COLUMN_BYTES) break;
    }
    for (const place of places.sort((a, b) => a - b)) this.#lists.push(place);
    return 1 + places.length;
  }

  made(): ColumnChunk {
    const last = this.#kinds.findLastIndex((kind) => kind !== MISSING);
    return {
      kinds: Uint8Array.from(this.#kinds.slice(0, last + 1)),
      numbers: Float64Array.from(this.#numbers),
      dates: Float64Array.from(this.#dates),
      textCodes: Uint32Array.from(this.#textCodes),
      lists: Uint32Array.from(this.#lists),
      texts: this.#texts.all as string[],
      bigints: this.#bigints,
      elements: this.#elements.all,
    };
  }
}

/** Distinct values in the order of their first use. */
class Values {
  readonly all: FilterValue[] = [];
  /** The values take at least so many bytes. */
  bytes = 0;
  readonly #dictionary = new Dictionary();

  placeOf(value: FilterValue): number {
    // Codes begin at 1, and a new value gets the next code.
    const place = this.#dictionary.add(value) - 1;
    if (place === this.all.length) {
      this.all.push(value);
      this.bytes += jsonBytes(value);
    }
    return place;
  }
}

/**
 * A value takes at least so many bytes as JSON, its comma included. To count the decimal digits of
 * a large bigint takes long, and the hexadecimal digits are fewer.
 */
function jsonBytes(value: FilterValue): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value === 'bigint') return value.toString(16).length + 3;
  return typeof value === 'number' ? String(value).length + 1 : 5;
}

/** Reads the values of a chunk, slot by slot. */
export class ChunkValues {
  readonly #chunk: ColumnChunk;
  #slots = 0;
  #numbers = 0;
  #dates = 0;
  #texts = 0;
  #bigints = 0;
  #lists = 0;
  /** The value of the last slot read. */
  value: KindValue;

  constructor(chunk: ColumnChunk) {
    this.#chunk = chunk;
  }

  /** Reads the next slot. @returns its kind */
  next(): number {
    const { kinds, numbers, dates, textCodes, texts, bigints } = this.#chunk;
    const kind = kinds[this.#slots++] ?? MISSING;
    if (kind === NUMBER) this.value = numbers[this.#numbers++] as number;
    else if (kind === DATE) this.value = dates[this.#dates++] as number;
    else if (kind === TEXT) this.value = texts[textCodes[this.#texts++] as number] as string;
    else if (kind === BIGINT) this.value = bigints[this.#bigints++] as bigint;
    else this.value = kind === LIST ? this.#nextList() : undefined;
    return kind;
  }

  #nextList(): FilterValue[] {
    const { lists, elements } = this.#chunk;
    const list: FilterValue[] = [];
    // A loop: a view and an iterator for each list take longer than everything else.
    for (let left = lists[this.#lists++] as number; left > 0; left--) {
      list.push(elements[lists[this.#lists++] as number] as FilterValue);
    }
    return list;
  }
}
