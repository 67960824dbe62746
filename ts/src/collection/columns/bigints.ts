// Bigints by slot: kept exactly in a map, and compared one by one.

import { Bits } from '../../base/bits.js';
import { isAbove, isBelow, type ValueRange } from './range.js';
import type { RowSelection } from './selection.js';

/** An entry of a map takes so long, in nanoseconds. */
const VISIT_NS = 30;
/** An entry of a map, and a bigint of 64 bits. */
const ENTRY_BYTES = 64;
/** Bigints visited between two looks at the clock. */
const STEP = 8_192;

export class BigInts {
  readonly #values = new Map<number, bigint>();

  at(slot: number): bigint | undefined {
    return this.#values.get(slot);
  }

  set(slot: number, value: bigint): void {
    this.#values.set(slot, value);
  }

  delete(slot: number): void {
    this.#values.delete(slot);
  }

  equalTo(values: readonly bigint[]): RowSelection {
    const wanted = new Set(values);
    return this.#where((value) => wanted.has(value));
  }

  within(range: ValueRange<bigint>): RowSelection {
    return this.#where((value) => !isBelow(value, range) && !isAbove(value, range));
  }

  /** Visits the bigints with their counts among `rows`. Yields now and then. */
  *counted(
    rows: { has(slot: number): boolean },
    visit: (value: bigint, count: number) => void,
  ): Generator<undefined, void> {
    const counts = new Map<bigint, number>();
    let seen = 0;
    for (const [slot, value] of this.#values) {
      if (rows.has(slot)) counts.set(value, (counts.get(value) ?? 0) + 1);
      if (++seen % STEP === 0) yield;
    }
    for (const [value, count] of counts) {
      visit(value, count);
      if (++seen % STEP === 0) yield;
    }
  }

  bytes(): number {
    return ENTRY_BYTES * this.#values.size;
  }

  #where(passes: (value: bigint) => boolean): RowSelection {
    const values = this.#values;
    return {
      cost: VISIT_NS * values.size,
      bits() {
        const bits = new Bits();
        for (const [slot, value] of values) if (passes(value)) bits.add(slot);
        return bits;
      },
      has(slot) {
        const value = values.get(slot);
        return value !== undefined && passes(value);
      },
    };
  }
}
