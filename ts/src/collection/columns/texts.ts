// Strings by slot, as codes of a dictionary.

import { Bits } from '../../base/bits.js';
import { mergeRuns } from '../merge.js';
import { Dictionary, NO_CODE } from './dictionary.js';
import { CODE_NS, COUNTED_CODES, grouped, type VisitCodes } from './groups.js';
import { type Run, SlotOrder } from './order.js';
import { placeOf } from './place.js';
import { isAbove, isBelow, type ValueRange } from './range.js';
import { withRoomFor } from './room.js';
import { LOOK_NS, NONE, type RowSelection, SCAN_NS, scanned } from './selection.js';
import { Index } from './touched.js';

/** Slots in order of a key of their texts, at the time of ordering. */
interface Keyed {
  /** How many slots are in the order. */
  readonly length: number;
  /** By key, where the slots of the key start. One more element than keys. */
  readonly starts: Uint32Array;
  readonly order: SlotOrder;
}

/** The key of a slot is the place of its text among the texts in ascending order, by code unit. */
interface Sorted extends Keyed {
  readonly texts: readonly string[];
}

/** The place of a code without a text. */
const NO_PLACE = -1;
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
  /** Slots in order of their codes. */
  readonly groups = new Index<Keyed>(() => this.#group());
  /** Slots in order of their texts. */
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
    this.#codes[slot] = this.#dictionary.add(text);
    this.#limit = Math.max(this.#limit, slot + 1);
    this.#count++;
    this.groups.touch(slot);
    this.order.touch(slot);
  }

  delete(slot: number): void {
    this.#dictionary.release(this.#codes[slot] as number);
    this.#codes[slot] = NO_CODE;
    this.#count--;
    this.groups.touch(slot);
    this.order.touch(slot);
  }

  equalTo(texts: readonly string[]): RowSelection {
    const wanted = [...new Set(texts.map((text) => this.#dictionary.codeOf(text)))].filter((code) => code !== NO_CODE);
    if (wanted.length === 0) return NONE;
    const [codes, limit] = [this.#codes, this.#limit];
    let table: Uint8Array | undefined;
    const isWanted = (): Uint8Array => {
      if (table === undefined) {
        table = new Uint8Array(this.#dictionary.limit);
        for (const code of wanted) table[code] = 1;
      }
      return table;
    };
    const [first] = wanted;
    const has =
      wanted.length === 1
        ? (slot: number) => codes[slot] === first
        : (slot: number) => isWanted()[codes[slot] as number] === 1;
    const scanning: RowSelection = { cost: SCAN_NS * limit, bits: () => withWanted(codes, limit, isWanted()), has };
    const { current } = this.groups;
    if (current === undefined || wanted.length > COUNTED_CODES) return scanning;
    const { starts, order } = current.index;
    const runs: Run[] = [];
    for (const code of wanted) {
      // A code from after the grouping has only touched slots.
      if (code + 1 < starts.length) runs.push({ from: starts[code] as number, to: starts[code + 1] as number });
    }
    const selection = order.select(runs, current.touched, limit, has);
    const cost = selection.cost + CODE_NS * runs.length;
    return cost < scanning.cost ? { ...selection, cost } : scanning;
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
    const indexes: (Keyed | undefined)[] = [this.groups.current?.index, this.order.current?.index];
    const ofOrders = indexes.map((index) => (index === undefined ? 0 : index.starts.byteLength + index.order.bytes()));
    const ofTexts = 8 * (this.order.current?.index.texts.length ?? 0);
    return ofOrders.reduce((a, b) => a + b, this.#codes.byteLength + this.#dictionary.bytes() + ofTexts);
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
    const limit = this.#limit;
    if (current === undefined) return { cost: LOOK_NS * limit, bits: () => scanned(limit, has), has };
    const { texts, starts, order } = current.index;
    const from = placeOf(texts, (text) => !isBefore(text));
    const to = Math.max(from, placeOf(texts, isAfter));
    const run = { from: starts[from] as number, to: starts[to] as number };
    return order.select([run], current.touched, limit, has);
  }

  #textOf(code: number): string | undefined {
    return this.#dictionary.valueOf(code) as string | undefined;
  }

  *#group(): Generator<undefined, Keyed> {
    // A copy, since writes change codes between two steps.
    const codes = this.#codes.slice();
    return yield* keyed(this.#limit, this.#dictionary.limit, (slot, visit) => {
      const code = codes[slot] as number;
      if (code !== NO_CODE) visit(code);
    });
  }

  *#sort(): Generator<undefined, Sorted> {
    // Copies, since writes change codes, and use codes again. The slots of a code that changes in
    // the meantime are touched, so the code may have any text here.
    const codes = this.#codes.slice();
    const [limit, codeLimit] = [this.#limit, this.#dictionary.limit];
    const texts = new Array<string | undefined>(codeLimit);
    const used = new Uint32Array(codeLimit);
    let length = 0;
    for (let code = 1; code < codeLimit; code++) {
      texts[code] = this.#textOf(code);
      if (texts[code] !== undefined) used[length++] = code;
      if (code % STEP === 0) yield;
    }
    const textOf = (code: number): string => texts[code] as string;
    const runs: Uint32Array[] = [];
    for (let from = 0; from < length; from += SORTED_AT_ONCE) {
      const run = used.subarray(from, Math.min(length, from + SORTED_AT_ONCE));
      runs.push(run.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1)));
      yield;
    }
    const sorted = yield* mergeRuns(runs, (a, b) => textOf(a) <= textOf(b), MERGED_AT_ONCE);
    const inOrder = new Array<string>(sorted.length);
    const places = new Int32Array(codeLimit).fill(NO_PLACE);
    for (const [place, code] of sorted.entries()) {
      inOrder[place] = textOf(code);
      places[code] = place;
      if (place % STEP === STEP - 1) yield;
    }
    const byPlace = yield* keyed(limit, sorted.length, (slot, visit) => {
      const place = places[codes[slot] as number] as number;
      if (place !== NO_PLACE) visit(place);
    });
    return { ...byPlace, texts: inOrder };
  }
}

/** The slots in order of their keys. Parameters as of `grouped`. Yields now and then. */
function* keyed(limit: number, keys: number, visit: VisitCodes): Generator<undefined, Keyed> {
  const { length, starts, slots } = yield* grouped(limit, keys, visit);
  return { length, starts, order: yield* SlotOrder.of(slots, limit) };
}

// A loop of its own, four slots at once: a loop that calls a function for each slot takes four
// times as long. Behind the last slot, the codes are `NO_CODE`.

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
