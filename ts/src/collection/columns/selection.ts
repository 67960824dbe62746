// The rows of a clause, not yet evaluated. The evaluator chooses between the set of all rows of the
// clause, and a look at single rows.

import { Bits, type ReadonlyBits } from '../../base/bits.js';

/** Rough costs in nanoseconds, for the choice between two ways to the same rows. */
export const SCAN_NS = 1;
export const ENTRY_NS = 2;
export const WORD_NS = 0.5;
/** To look at a single row: a few calls and reads that miss the cache. */
export const LOOK_NS = 15;

export interface RowSelection {
  /** What `bits` takes, in nanoseconds, about. */
  readonly cost: number;
  /** The slots of all rows. The set may be shared: nobody changes it. */
  bits(): ReadonlyBits;
  /** Whether the row of a slot is among the rows. */
  has(slot: number): boolean;
}

export const NONE: RowSelection = { cost: 0, bits: () => new Bits(), has: () => false };

/** The rows of a set that nobody changes any more. */
export function rowsOf(bits: ReadonlyBits): RowSelection {
  return { cost: 0, bits: () => bits, has: (slot) => bits.has(slot) };
}

/** The present rows of a set that writes go on to change. */
export function presentRowsOf(bits: ReadonlyBits): RowSelection {
  return { cost: WORD_NS * bits.words.length, bits: () => bits.copy(), has: (slot) => bits.has(slot) };
}

/** The rows of any of the selections. */
export function anyOf(selections: readonly RowSelection[]): RowSelection {
  const [first, ...others] = selections.filter((selection) => selection !== NONE);
  if (first === undefined) return NONE;
  if (others.length === 0) return first;
  const all = [first, ...others];
  return {
    cost: all.reduce((sum, { cost }) => sum + cost, 0),
    bits() {
      const bits = first.bits().copy();
      for (const other of others) bits.or(other.bits());
      return bits;
    },
    has: (slot) => all.some((selection) => selection.has(slot)),
  };
}

/**
 * The rows of all the selections, the cheapest first. Without selections, all of `rows`. If few
 * rows are left, the further selections are asked row by row.
 */
export function allOf(selections: readonly RowSelection[], rows: ReadonlyBits): RowSelection {
  const [first, ...others] = [...selections].sort((a, b) => a.cost - b.cost);
  if (first === undefined) return presentRowsOf(rows);
  if (others.length === 0) return first;
  return {
    cost: selections.reduce((sum, { cost }) => sum + cost, 0),
    bits() {
      const bits = first.bits().copy();
      for (const other of others) {
        const count = bits.count();
        if (count === 0) break;
        if (count * LOOK_NS >= other.cost) bits.and(other.bits());
        else bits.forEach((slot) => void (other.has(slot) || bits.delete(slot)));
      }
      return bits;
    },
    has: (slot) => selections.every((selection) => selection.has(slot)),
  };
}

/** The rows that are not among the rows of the selection. */
export function notOf(selection: RowSelection, rows: ReadonlyBits): RowSelection {
  return {
    cost: selection.cost + WORD_NS * rows.words.length,
    bits: () => rows.copy().andNot(selection.bits()),
    has: (slot) => rows.has(slot) && !selection.has(slot),
  };
}

/** The slots below `limit` that pass, looked at one by one. */
export function scanned(limit: number, passes: (slot: number) => boolean): Bits {
  const bits = Bits.withRoom(limit);
  const { words } = bits;
  for (let slot = 0; slot < limit; ) {
    const end = Math.min(limit, slot + 32);
    let word = 0;
    for (let bit = 1; slot < end; slot++, bit <<= 1) if (passes(slot)) word |= bit;
    words[(end - 1) >>> 5] = word;
  }
  return bits;
}
