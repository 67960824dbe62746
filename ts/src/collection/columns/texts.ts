// Strings by slot, as codes of a dictionary.

import { Bits } from '../../base/bits.js';
import { mergeRuns } from '../merge.js';
import { Dictionary, NO_CODE } from './dictionary.js';
import { type Groups, grouped, withCodes } from './groups.js';
import { placeOf } from './place.js';
import { isAbove, isBelow, type ValueRange } from './range.js';
import { withRoomFor } from './room.js';
import { LOOK_NS, NONE, type RowSelection, scanned } from './selection.js';
import { Index } from './touched.js';

/** Codes in ascending order of their texts, by code unit, at the time of sorting. */
interface Sorted {
  readonly length: number;
  readonly codes: Uint32Array;
  readonly texts: readonly string[];
}

/** Texts sorted between two looks at the clock. */
const SORTED_AT_ONCE = 512;
/** Entries merged between two looks at the clock. */
const MERGED_AT_ONCE = 2_048;
/** Entries read between two looks at the clock. */
const STEP = 16_384;
/** Texts with counts visited between two looks at the clock. */
const VISITED_AT_ONCE = 1_024;

export class Texts {
  #codes = new Uint32Array();
  /** All slots with a text are below. */
  #limit = 0;
  #count = 0;
  readonly #dictionary = new Dictionary();
  readonly groups = new Index<Groups>(() => this.#group());
  readonly order = new Index<Sorted>(() => this.#sort());

  /** How many slots have a text. */
  get count(): number {
    return this.#count;
  }

  at(slot: number): string | undefined {
    const code = this.#codes[slot] ?? NO_CODE;
    return this.#dictionary.valueOf(code) as string | undefined;
  }

  /** The slot has no text yet. */
  set(slot: number, text: string): void {
    this.#codes = withRoomFor(this.#codes, slot);
    const { code, isNew } = this.#dictionary.add(text);
    if (isNew) this.order.touch(code);
    this.#codes[slot] = code;
    this.#limit = Math.max(this.#limit, slot + 1);
    this.#count++;
    this.groups.touch(slot);
  }

  delete(slot: number): void {
    this.#dictionary.release(this.#codes[slot] as number);
    this.#codes[slot] = NO_CODE;
    this.#count--;
    this.groups.touch(slot);
  }

  equalTo(texts: readonly string[]): RowSelection {
    const wanted = new Set(texts.map((text) => this.#dictionary.codeOf(text)));
    wanted.delete(NO_CODE);
    return this.#withCodes(Uint32Array.from(wanted));
  }

  within(range: ValueRange<string>): RowSelection {
    return this.#between(
      (text) => isBelow(text, range),
      (text) => isAbove(text, range),
    );
  }

  startingWith(prefix: string): RowSelection {
    return this.#between(
      (text) => text < prefix,
      (text) => text > prefix && !text.startsWith(prefix),
    );
  }

  /** Visits the texts with their counts among `rows`. Yields now and then. */
  *counted(
    rows: { has(slot: number): boolean },
    visit: (text: string, count: number) => void,
  ): Generator<undefined, void> {
    const counts = new Uint32Array(this.#dictionary.limit);
    for (let slot = 0; slot < this.#limit; slot++) {
      const code = this.#codes[slot] as number;
      if (code !== NO_CODE && rows.has(slot)) counts[code] = (counts[code] as number) + 1;
      if (slot % STEP === STEP - 1) yield;
    }
    for (const [code, count] of counts.entries()) {
      if (count > 0) visit(this.#dictionary.valueOf(code) as string, count);
      if (code % VISITED_AT_ONCE === VISITED_AT_ONCE - 1) yield;
    }
  }

  bytes(): number {
    const slots = this.groups.current?.index.length ?? 0;
    const sorted = this.order.current?.index.length ?? 0;
    return this.#codes.byteLength + this.#dictionary.bytes() + 4 * slots + 12 * sorted;
  }

  /**
   * The texts that are neither before nor after.
   *
   * @param isBefore passes the least texts
   * @param isAfter passes the greatest texts
   */
  #between(isBefore: (text: string) => boolean, isAfter: (text: string) => boolean): RowSelection {
    const isWithin = (text: string | undefined): boolean => text !== undefined && !isBefore(text) && !isAfter(text);
    const has = (slot: number): boolean => isWithin(this.at(slot));
    const { current } = this.order;
    if (current === undefined) {
      const limit = this.#limit;
      return { cost: LOOK_NS * limit, bits: () => scanned(limit, has), has };
    }
    const { index: sorted, touched } = current;
    const from = placeOf(sorted.texts, (text) => !isBefore(text));
    const to = Math.max(from, placeOf(sorted.texts, isAfter));
    const codes = sorted.codes.subarray(from, to);
    if (touched.count === 0) return { ...this.#withCodes(codes), has };
    const wanted: number[] = [];
    for (const code of codes) if (!touched.bits.has(code)) wanted.push(code);
    touched.bits.forEach((code) => void (isWithin(this.#textOf(code)) && wanted.push(code)));
    return { ...this.#withCodes(Uint32Array.from(wanted)), has };
  }

  #textOf(code: number): string | undefined {
    return this.#dictionary.valueOf(code) as string | undefined;
  }

  #withCodes(wanted: Uint32Array): RowSelection {
    if (wanted.length === 0) return NONE;
    const codes = this.#codes;
    const [limit, dictionary, groups] = [this.#limit, this.#dictionary, this.groups];
    const coded = { limit, groups, rows: (code: number) => dictionary.rows(code) };
    if (wanted.length === 1) {
      const code = wanted[0] as number;
      const scan = (): Bits => withCode(codes, limit, code);
      return withCodes({ ...coded, scan }, wanted, (slot) => codes[slot] === code);
    }
    let table: Uint8Array | undefined;
    const isWanted = (): Uint8Array => {
      if (table === undefined) {
        table = new Uint8Array(dictionary.limit);
        for (let i = 0; i < wanted.length; i++) table[wanted[i] as number] = 1;
      }
      return table;
    };
    const scan = (): Bits => withWanted(codes, limit, isWanted());
    return withCodes({ ...coded, scan }, wanted, (slot) => isWanted()[codes[slot] as number] === 1);
  }

  #group(): Generator<undefined, Groups> {
    // A copy, since writes change codes between two steps.
    const codes = this.#codes.slice();
    return grouped(this.#limit, this.#dictionary.limit, (slot, visit) => {
      const code = codes[slot] as number;
      if (code !== NO_CODE) visit(code);
    });
  }

  *#sort(): Generator<undefined, Sorted> {
    // A copy, since writes use codes again. A code that changes before the copy is touched, so the
    // code may have any text here.
    const { limit } = this.#dictionary;
    const texts = new Array<string | undefined>(limit);
    const codes = new Uint32Array(limit);
    let length = 0;
    for (let code = 1; code < limit; code++) {
      texts[code] = this.#textOf(code);
      if (texts[code] !== undefined) codes[length++] = code;
      if (code % STEP === 0) yield;
    }
    const textOf = (code: number): string => texts[code] as string;
    const runs: Uint32Array[] = [];
    for (let from = 0; from < length; from += SORTED_AT_ONCE) {
      const run = codes.subarray(from, Math.min(length, from + SORTED_AT_ONCE));
      runs.push(run.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1)));
      yield;
    }
    const sorted = yield* mergeRuns(runs, (a, b) => textOf(a) <= textOf(b), MERGED_AT_ONCE);
    const inOrder = new Array<string>(sorted.length);
    for (const [i, code] of sorted.entries()) {
      inOrder[i] = textOf(code);
      if (i % STEP === STEP - 1) yield;
    }
    return { length: sorted.length, codes: sorted, texts: inOrder };
  }
}

// Loops of their own, four slots at once: a loop that calls a function for each slot takes four
// times as long. Behind the last slot, the codes are `NO_CODE`.

function withCode(codes: Uint32Array, limit: number, wanted: number): Bits {
  const bits = Bits.withRoom(limit);
  const { words } = bits;
  for (let first = 0; first < limit; first += 32) {
    let others = 0;
    for (let bit = 0; bit < 32; bit += 4) {
      const slot = first + bit;
      const a = (codes[slot] as number) ^ wanted;
      const b = (codes[slot + 1] as number) ^ wanted;
      const c = (codes[slot + 2] as number) ^ wanted;
      const d = (codes[slot + 3] as number) ^ wanted;
      // The sign of x | -x is set unless x is 0.
      const four = ((a | -a) >>> 31) | (((b | -b) >>> 31) << 1) | (((c | -c) >>> 31) << 2) | (((d | -d) >>> 31) << 3);
      others |= four << bit;
    }
    words[first >>> 5] = ~others;
  }
  return bits;
}

/** @param isWanted by code, 1 or 0 */
function withWanted(codes: Uint32Array, limit: number, isWanted: Uint8Array): Bits {
  const bits = Bits.withRoom(limit);
  const { words } = bits;
  for (let first = 0; first < limit; first += 32) {
    let word = 0;
    for (let bit = 0; bit < 32; bit += 4) {
      const slot = first + bit;
      const a = isWanted[codes[slot] as number] as number;
      const b = isWanted[codes[slot + 1] as number] as number;
      const c = isWanted[codes[slot + 2] as number] as number;
      const d = isWanted[codes[slot + 3] as number] as number;
      word |= (a | (b << 1) | (c << 2) | (d << 3)) << bit;
    }
    words[first >>> 5] = word;
  }
  return bits;
}
