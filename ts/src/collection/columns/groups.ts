// Slots in groups: for each code, the slots with the code, ascending.

import { Bits } from '../../base/bits.js';
import { ENTRY_NS, type RowSelection, SCAN_NS } from './selection.js';
import type { Index } from './touched.js';

export interface Groups {
  /** How many slots are in the groups. A slot with several codes counts several times. */
  readonly length: number;
  /** By code, where the group starts. One more element than groups. */
  readonly starts: Uint32Array;
  readonly slots: Uint32Array;
}

/** Calls `visit` with each code of a slot. */
export type VisitCodes = (slot: number, visit: (code: number) => void) => void;

/** Slots between two looks at the clock. */
const STEP = 8_192;
/** If a clause has more codes, the codes' rows are not added up for an estimate. */
export const COUNTED_CODES = 4_096;
/** To begin with the slots of a code takes so long, in nanoseconds. */
export const CODE_NS = 15;

/**
 * Groups the slots by code. Yields now and then.
 *
 * @param limit the slots are below
 * @param codes one above the highest code
 * @param visit must give the same codes until the end
 */
export function* grouped(limit: number, codes: number, visit: VisitCodes): Generator<undefined, Groups> {
  const starts = new Uint32Array(codes + 1);
  for (let slot = 0; slot < limit; slot++) {
    visit(slot, (code) => {
      starts[code + 1] = (starts[code + 1] as number) + 1;
    });
    if (slot % STEP === STEP - 1) yield;
  }
  for (let code = 0; code < codes; code++) starts[code + 1] = (starts[code + 1] as number) + (starts[code] as number);
  const length = starts[codes] as number;
  const slots = new Uint32Array(length);
  const next = starts.slice();
  for (let slot = 0; slot < limit; slot++) {
    visit(slot, (code) => {
      const place = next[code] as number;
      slots[place] = slot;
      next[code] = place + 1;
    });
    if (slot % STEP === STEP - 1) yield;
  }
  return { length, starts, slots };
}

/** Slots with codes, as a selection sees the slots. */
export interface Coded {
  /** The slots are below. */
  readonly limit: number;
  readonly groups: Index<Groups>;
  /** How many rows have the code. */
  rows(code: number): number;
  /** Looks at each slot. */
  scan(): Bits;
}

/** The slots with any of the codes. No code is listed twice. */
export function withCodes(
  { limit, groups: { current }, rows, scan }: Coded,
  codes: Uint32Array,
  has: (slot: number) => boolean,
): RowSelection {
  const scanning: RowSelection = { cost: SCAN_NS * limit, bits: scan, has };
  if (current === undefined || codes.length > COUNTED_CODES) return scanning;
  const { index, touched } = current;
  let count = 0;
  for (let i = 0; i < codes.length; i++) count += rows(codes[i] as number);
  const cost = CODE_NS * codes.length + ENTRY_NS * (count + 4 * touched.count);
  if (cost >= scanning.cost) return scanning;
  return {
    cost,
    bits() {
      const bits = Bits.withRoom(limit);
      for (let i = 0; i < codes.length; i++) {
        const code = codes[i] as number;
        // A code from after the grouping has only touched slots.
        if (code + 1 >= index.starts.length) continue;
        bits.addAll(index.slots, index.starts[code] as number, index.starts[code + 1] as number);
      }
      touched.bits.forEach((slot) => void bits.set(slot, has(slot)));
      return bits;
    },
    has,
  };
}
