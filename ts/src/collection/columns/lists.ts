// Arrays and Sets by slot: the codes of their distinct elements. Elements that no clause can name,
// such as objects, are left out.

import { Bits } from '../../base/bits.js';
import type { FilterValue } from '../../base/filter-types.js';
import { Dictionary, NO_CODE } from './dictionary.js';
import { type Groups, grouped, type VisitCodes, withCodes } from './groups.js';
import { withRoomFor } from './room.js';
import { allOf, NONE, type RowSelection, scanned } from './selection.js';
import { Index } from './touched.js';

/** Less garbage than this, in codes, is not worth a copy of all codes. */
const GARBAGE_FROM = 65_536;
/** Slots visited between two looks at the clock. */
const STEP = 8_192;
/** Elements with counts visited between two looks at the clock. */
const VISITED_AT_ONCE = 1_024;

export class Lists {
  readonly slots = new Bits();
  readonly #dictionary = new Dictionary();
  /** By slot, the place of the slot's codes in `#codes`. */
  #places = new Uint32Array();
  /** For each slot, the number of codes, and the codes. Nothing is at place 0. */
  #codes = new Uint32Array(1);
  #used = 1;
  #garbage = 0;
  readonly groups = new Index<Groups>(() => this.#group());

  /**
   * The slot has no list yet.
   *
   * @param elements without equal elements
   */
  set(slot: number, elements: readonly FilterValue[]): void {
    this.#places = withRoomFor(this.#places, slot);
    this.#codes = withRoomFor(this.#codes, this.#used + elements.length);
    this.#places[slot] = this.#used;
    this.#codes[this.#used++] = elements.length;
    for (const element of elements) this.#codes[this.#used++] = this.#dictionary.add(element);
    this.slots.add(slot);
    this.groups.touch(slot);
  }

  delete(slot: number): void {
    const codes = this.#codesOf(slot);
    for (const code of codes) this.#dictionary.release(code);
    this.slots.delete(slot);
    this.groups.touch(slot);
    this.#garbage += 1 + codes.length;
    if (this.#garbage > GARBAGE_FROM && 2 * this.#garbage > this.#used) this.#collect();
  }

  /** The distinct elements of the list of a slot. */
  at(slot: number): FilterValue[] {
    const elements: FilterValue[] = [];
    const place = this.#places[slot] as number;
    const end = place + (this.#codes[place] as number);
    for (let i = place + 1; i <= end; i++) {
      elements.push(this.#dictionary.valueOf(this.#codes[i] as number) as FilterValue);
    }
    return elements;
  }

  /** `NO_CODE` if no list has the element. */
  codeOf(element: FilterValue): number {
    return this.#dictionary.codeOf(element);
  }

  /** Whether the list of a slot has exactly these elements, in any order. */
  equals(slot: number, elements: readonly FilterValue[]): boolean {
    const codes = this.#codesOf(slot);
    return codes.length === elements.length && elements.every((element) => codes.includes(this.codeOf(element)));
  }

  /** @param every whether a list must contain all values, or any value */
  containing(values: readonly FilterValue[], every: boolean): RowSelection {
    const codes = [...new Set(values.map((value) => this.codeOf(value)))];
    if (!every) return this.#withAny(codes.filter((code) => code !== NO_CODE));
    if (codes.includes(NO_CODE)) return NONE;
    return allOf(
      codes.map((code) => this.#withAny([code])),
      this.slots,
    );
  }

  /** The numbers of lists among `rows`, by the code of an element. Yields now and then. */
  *counts(rows: { has(slot: number): boolean }): Generator<undefined, Uint32Array> {
    const counts = new Uint32Array(this.#dictionary.limit);
    let seen = 0;
    for (const slot of this.slots) {
      if (++seen % STEP === 0) yield;
      if (!rows.has(slot)) continue;
      for (const code of this.#codesOf(slot)) counts[code] = (counts[code] as number) + 1;
    }
    return counts;
  }

  /** Visits the elements with counts above 0. Yields now and then. */
  *counted(counts: Uint32Array, visit: (element: FilterValue, count: number) => void): Generator<undefined, void> {
    for (const [code, count] of counts.entries()) {
      if (count > 0) visit(this.#dictionary.valueOf(code) as FilterValue, count);
      if (code % VISITED_AT_ONCE === VISITED_AT_ONCE - 1) yield;
    }
  }

  bytes(): number {
    const own = this.#places.byteLength + this.#codes.byteLength + this.slots.bytes();
    return own + this.#dictionary.bytes() + 4 * (this.groups.current?.index.length ?? 0);
  }

  #codesOf(slot: number): Uint32Array {
    const place = this.#places[slot] as number;
    return this.#codes.subarray(place + 1, place + 1 + (this.#codes[place] as number));
  }

  #withAny(wanted: readonly number[]): RowSelection {
    if (wanted.length === 0) return NONE;
    const isWanted = new Uint8Array(this.#dictionary.limit);
    for (const code of wanted) isWanted[code] = 1;
    const [places, codes] = [this.#places, this.#codes];
    const has = (slot: number): boolean => {
      if (!this.slots.has(slot)) return false;
      const place = places[slot] as number;
      const end = place + (codes[place] as number);
      for (let i = place + 1; i <= end; i++) if (isWanted[codes[i] as number] === 1) return true;
      return false;
    };
    const rows = (code: number): number => this.#dictionary.rows(code);
    const limit = places.length;
    return withCodes(
      { limit, groups: this.groups, rows, scan: () => scanned(limit, has) },
      Uint32Array.from(wanted),
      has,
    );
  }

  #group(): Generator<undefined, Groups> {
    // A copy of the places, and the codes as of now. Writes only add codes behind the last code, or
    // copy the codes into another array.
    const [places, codes, slots] = [this.#places.slice(), this.#codes, this.slots.copy()];
    const visitCodes: VisitCodes = (slot, visit) => {
      if (!slots.has(slot)) return;
      const place = places[slot] as number;
      const end = place + (codes[place] as number);
      for (let i = place + 1; i <= end; i++) visit(codes[i] as number);
    };
    return grouped(places.length, this.#dictionary.limit, visitCodes);
  }

  /** Copies the codes in use, without the garbage between. */
  #collect(): void {
    const codes = new Uint32Array(this.#used - this.#garbage);
    let used = 1;
    this.slots.forEach((slot) => {
      const own = this.#codesOf(slot);
      this.#places[slot] = used;
      codes[used] = own.length;
      codes.set(own, used + 1);
      used += 1 + own.length;
    });
    this.#codes = codes;
    this.#used = used;
    this.#garbage = 0;
  }
}
