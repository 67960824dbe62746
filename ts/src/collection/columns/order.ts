// Slots in ascending order of a value. The slots of a range of values follow each other in the
// order, so a range is found by two binary searches.
//
// To set the bits of half of all slots one by one takes long. The order therefore keeps a few
// marks: a mark is the set of all slots before a place. A range is the difference between the two
// marks nearest to its ends, corrected by the slots between each mark and its end.

import { Bits, type ReadonlyBits } from '../../base/bits.js';
import { ENTRY_NS, type RowSelection, WORD_NS } from './selection.js';
import type { Touched } from './touched.js';

/** The most marks of an order, 2 bytes for each slot together. */
const MARKS = 16;
/** The fewest slots between two marks. */
const LEAST_SPACING = 4_096;
/** Slots added between two looks at the clock. */
const STEP = 16_384;

/** A part of the order: the places from `from` until before `to`. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

export class SlotOrder {
  readonly #slots: Uint32Array;
  /** By number, the slots before the place of the mark. The first mark is the empty set. */
  readonly #marks: readonly ReadonlyBits[];
  readonly #spacing: number;
  readonly #words: number;

  private constructor(slots: Uint32Array, marks: readonly ReadonlyBits[], spacing: number, words: number) {
    this.#slots = slots;
    this.#marks = marks;
    this.#spacing = spacing;
    this.#words = words;
  }

  /**
   * Makes the marks. Yields now and then.
   *
   * @param slots each slot once
   * @param limit the slots are below
   */
  static *of(slots: Uint32Array, limit: number): Generator<undefined, SlotOrder> {
    const { length } = slots;
    const words = Math.ceil(limit / 32);
    // To apply a mark reads all words. With few slots in many words, marks would not pay.
    const count = Math.min(MARKS, Math.floor(length / Math.max(LEAST_SPACING, words)));
    const spacing = Math.max(1, Math.ceil(length / Math.max(1, count)));
    const before = Bits.withRoom(limit);
    const marks = [new Bits()];
    let place = 0;
    for (let mark = 1; mark <= count; mark++) {
      const end = Math.min(length, mark * spacing);
      for (; place < end; place = Math.min(end, place + STEP)) {
        before.addAll(slots, place, Math.min(end, place + STEP));
        yield;
      }
      marks.push(before.copy());
    }
    return new SlotOrder(slots, marks, spacing, words);
  }

  /**
   * The slots of some runs. No two runs share a place.
   *
   * @param touched slots that may have another value by now
   * @param limit all slots, the touched slots too, are below
   * @param has whether the present value of a slot is in one of the runs
   */
  select(runs: readonly Run[], touched: Touched, limit: number, has: (slot: number) => boolean): RowSelection {
    const toggled = this.#cheapest(joined(runs));
    return {
      cost: this.#costOf(toggled) + 4 * ENTRY_NS * touched.count,
      bits: () => {
        const bits = Bits.withRoom(limit);
        for (const run of toggled) this.#toggle(bits, run);
        touched.bits.forEach((slot) => void bits.set(slot, has(slot)));
        return bits;
      },
      has,
    };
  }

  bytes(): number {
    return this.#marks.reduce((sum, mark) => sum + mark.bytes(), this.#slots.byteLength);
  }

  /** The runs, or all places and the gaps between the runs: toggled, both give the same set. */
  #cheapest(runs: readonly Run[]): readonly Run[] {
    const all = { from: 0, to: this.#slots.length };
    const others = [all, ...gapsBetween(runs, all.to)];
    return this.#costOf(others) < this.#costOf(runs) ? others : runs;
  }

  #costOf(runs: readonly Run[]): number {
    return runs.reduce((sum, run) => sum + Math.min(this.#costOfSlots(run), this.#costOfMarks(run)), 0);
  }

  #costOfSlots({ from, to }: Run): number {
    return ENTRY_NS * (to - from);
  }

  #costOfMarks({ from, to }: Run): number {
    const slots = [from, to].reduce((sum, place) => sum + Math.abs(place - this.#placeOf(this.#markNear(place))), 0);
    return ENTRY_NS * slots + 2 * WORD_NS * this.#words;
  }

  /** Adds the slots of a run to the set. Slots in the set leave the set. */
  #toggle(bits: Bits, run: Run): void {
    const { from, to } = run;
    if (this.#costOfSlots(run) <= this.#costOfMarks(run)) {
      bits.toggleAll(this.#slots, from, to);
      return;
    }
    for (const place of [from, to]) {
      const mark = this.#markNear(place);
      const at = this.#placeOf(mark);
      bits.xor(this.#marks[mark] as ReadonlyBits);
      bits.toggleAll(this.#slots, Math.min(at, place), Math.max(at, place));
    }
  }

  #markNear(place: number): number {
    return Math.min(this.#marks.length - 1, Math.round(place / this.#spacing));
  }

  #placeOf(mark: number): number {
    return Math.min(this.#slots.length, mark * this.#spacing);
  }
}

/**
 * The runs in ascending order, without empty runs. Runs that follow each other without a gap become
 * one run.
 */
function joined(runs: readonly Run[]): Run[] {
  const whole: { from: number; to: number }[] = [];
  for (const { from, to } of runs.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = whole.at(-1);
    if (last?.to === from) last.to = to;
    else whole.push({ from, to });
  }
  return whole;
}

/** The parts before, between and after the runs, which are in ascending order. */
function gapsBetween(runs: readonly Run[], length: number): Run[] {
  const starts = [0, ...runs.map(({ to }) => to)];
  return starts.map((from, i) => ({ from, to: runs[i]?.from ?? length })).filter(({ from, to }) => from < to);
}
