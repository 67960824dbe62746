// Numbers by slot: the numbers of a field, or the times of its dates.

import { Bits } from '../../base/bits.js';
import { type Run, SlotOrder } from './order.js';
import { placeOf } from './place.js';
import { sortedPlaces } from './radix.js';
import { isAbove, isBelow, type ValueRange } from './range.js';
import { withRoomFor } from './room.js';
import { type RowSelection, SCAN_NS, scanned } from './selection.js';
import { Index } from './touched.js';

/** Slots in ascending order of their numbers, at the time of sorting. NaN comes last. */
interface Sorted {
  readonly length: number;
  readonly order: SlotOrder;
  /** In the same order. */
  readonly numbers: Float64Array;
}

/** Slots collected between two looks at the clock. */
const STEP = 16_384;
/** About how many numbers are visited between two looks at the clock. */
const VISITED_AT_ONCE = 1_024;

export class Numbers {
  readonly slots = new Bits();
  #numbers = new Float64Array();
  #count = 0;
  readonly order = new Index<Sorted>(() => this.#sort());

  /** How many slots have a number. */
  get count(): number {
    return this.#count;
  }

  /** The number of a slot that has a number. */
  at(slot: number): number {
    return this.#numbers[slot] as number;
  }

  /** The slot has no number yet. */
  set(slot: number, number: number): void {
    this.#numbers = withRoomFor(this.#numbers, slot);
    this.#numbers[slot] = number;
    this.#count++;
    this.slots.add(slot);
    this.order.touch(slot);
  }

  delete(slot: number): void {
    this.slots.delete(slot);
    this.#count--;
    this.order.touch(slot);
  }

  /** NaN equals NaN, and -0 equals 0. */
  equalTo(numbers: readonly number[]): RowSelection {
    const wanted = new Set(numbers);
    return this.#selection(
      (number) => wanted.has(number),
      (sorted) => runsOf(sorted, wanted),
    );
  }

  /** NaN is in no range. */
  within(range: ValueRange<number>): RowSelection {
    const isAfter = (number: number): boolean => isAbove(number, range) || Number.isNaN(number);
    return this.#selection(
      (number) => !isBelow(number, range) && !isAfter(number),
      ({ numbers }) => {
        const from = placeOf(numbers, (number) => !isBelow(number, range));
        return [{ from, to: Math.max(from, placeOf(numbers, isAfter)) }];
      },
    );
  }

  /** Visits the distinct numbers with their counts among `rows`. Yields now and then. */
  *counted(
    rows: { has(slot: number): boolean },
    visit: (number: number, count: number) => void,
  ): Generator<undefined, void> {
    const numbers = new Float64Array(this.#count);
    let length = 0;
    let seen = 0;
    for (const slot of this.slots) {
      if (rows.has(slot)) numbers[length++] = this.at(slot) + 0;
      if (++seen % STEP === 0) yield;
    }
    // Sorted, since a map of very many numbers takes long to grow.
    const places = yield* sortedPlaces(numbers.subarray(0, length));
    let count = 0;
    for (const [i, place] of places.entries()) {
      const number = numbers[place] as number;
      count++;
      if (i % VISITED_AT_ONCE === VISITED_AT_ONCE - 1) yield;
      const next = numbers[places[i + 1] ?? -1];
      if (next === number || (Number.isNaN(next) && Number.isNaN(number))) continue;
      visit(number, count);
      count = 0;
    }
  }

  bytes(): number {
    const sorted = this.order.current?.index;
    const ofOrder = sorted === undefined ? 0 : sorted.numbers.byteLength + sorted.order.bytes();
    return this.#numbers.byteLength + this.slots.bytes() + ofOrder;
  }

  #selection(passes: (number: number) => boolean, runsIn: (sorted: Sorted) => Run[]): RowSelection {
    const has = (slot: number): boolean => this.slots.has(slot) && passes(this.at(slot));
    const { current } = this.order;
    const limit = this.#numbers.length;
    if (current === undefined) return { cost: 2 * SCAN_NS * limit, bits: () => scanned(limit, has), has };
    const { index, touched } = current;
    return index.order.select(runsIn(index), touched, limit, has);
  }

  *#sort(): Generator<undefined, Sorted> {
    const slots = new Uint32Array(this.#count);
    const numbers = new Float64Array(this.#count);
    let length = 0;
    // A copy, since between two steps slots get numbers and lose numbers. Each of these slots is
    // touched, so the slot may be missing here, or may have any number.
    for (const slot of this.slots.copy()) {
      slots[length] = slot;
      numbers[length] = this.at(slot);
      if (++length % STEP === 0) yield;
    }
    const places = yield* sortedPlaces(numbers.subarray(0, length));
    const inOrder = { slots: new Uint32Array(length), numbers: new Float64Array(length) };
    for (const [i, place] of places.entries()) {
      inOrder.slots[i] = slots[place] as number;
      inOrder.numbers[i] = numbers[place] as number;
      if (i % STEP === STEP - 1) yield;
    }
    const order = yield* SlotOrder.of(inOrder.slots, this.#numbers.length);
    return { length, order, numbers: inOrder.numbers };
  }
}

/** Where numbers are among the sorted numbers. */
function runsOf({ numbers }: Sorted, wanted: ReadonlySet<number>): Run[] {
  const runs: Run[] = [];
  let next = 0;
  for (const number of Float64Array.from(wanted).sort()) {
    if (Number.isNaN(number)) runs.push({ from: placeOf(numbers, Number.isNaN), to: numbers.length });
    else {
      const from = firstAbove(numbers, number, false, next);
      next = firstAbove(numbers, number, true, from);
      runs.push({ from, to: next });
    }
  }
  return runs;
}

/**
 * As `placeOf`, from a place on, without a call for each number: a filter may list hundreds of
 * numbers.
 *
 * @param isOpen whether the number itself is before the place
 */
function firstAbove(numbers: Float64Array, number: number, isOpen: boolean, start: number): number {
  let from = start;
  let to = numbers.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const present = numbers[middle] as number;
    // NaN comes last, and each comparison with NaN is false.
    if (isOpen ? present <= number : present < number) from = middle + 1;
    else to = middle;
  }
  return from;
}
