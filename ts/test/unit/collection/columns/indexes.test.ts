// Indexes are made in steps, and rows are written between two steps. A slot that gets a value ahead
// of the steps, or that loses its value, must not push out another slot.

import { expect, test } from 'vitest';
import type { ReadonlyBits } from '../../../../src/base/bits.js';
import type { AnyIndex } from '../../../../src/collection/columns/column.js';
import { Lists } from '../../../../src/collection/columns/lists.js';
import { Numbers } from '../../../../src/collection/columns/numbers.js';
import { Texts } from '../../../../src/collection/columns/texts.js';

/** At first, every slot with an even number below has a value. */
const SLOTS = 40_000;

interface Part {
  set(slot: number): void;
  delete(slot: number): void;
  readonly index: AnyIndex;
  /** The slots with a value, as the index finds the slots. */
  found(): ReadonlyBits;
}

const parts: Record<string, () => Part> = {
  'sorted numbers'() {
    const numbers = new Numbers();
    return {
      set: (slot) => numbers.set(slot, slot % 1_000),
      delete: (slot) => numbers.delete(slot),
      index: numbers.order,
      found: () => numbers.within({ from: 0, isFromOpen: false, to: undefined, isToOpen: false }).bits(),
    };
  },
  'grouped texts'() {
    const texts = new Texts();
    const all = Array.from({ length: 10 }, (_, i) => `text ${i}`);
    return {
      set: (slot) => texts.set(slot, all[slot % 10] as string),
      delete: (slot) => texts.delete(slot),
      index: texts.groups,
      found: () => texts.equalTo(all).bits(),
    };
  },
  'sorted texts'() {
    const texts = new Texts();
    return {
      set: (slot) => texts.set(slot, `text ${slot}`),
      delete: (slot) => texts.delete(slot),
      index: texts.order,
      found: () => texts.startingWith('text').bits(),
    };
  },
  'grouped elements'() {
    const lists = new Lists();
    return {
      set: (slot) => lists.set(slot, ['all', slot]),
      delete: (slot) => lists.delete(slot),
      index: lists.groups,
      found: () => lists.containing(['all'], false).bits(),
    };
  },
};

test.each(Object.keys(parts))('%s: slots get and lose values between two steps', (name) => {
  for (const changedAfter of [1, 2, 3, 5, 8]) {
    const part = (parts[name] as () => Part)();
    const expected = new Set<number>();
    const set = (slot: number): void => {
      part.set(slot);
      expected.add(slot);
    };
    const remove = (slot: number): void => {
      part.delete(slot);
      expected.delete(slot);
    };
    for (let slot = 0; slot < SLOTS; slot += 2) set(slot);
    const steps = part.index.prepare();
    for (let step = 0; step < changedAfter; step++) expect(steps.next().done).toBe(false);
    for (const slot of [1, 1_001, SLOTS - 3, SLOTS - 5, 2 * SLOTS]) set(slot);
    for (const slot of [2, SLOTS - 4]) remove(slot);
    for (const _ of steps);
    expect(part.index.isFresh).toBe(true);
    expect([...part.found()]).toEqual([...expected].sort((a, b) => a - b));
  }
});
