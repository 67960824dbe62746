// Sets of slots, compared with JavaScript's own sets.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bits } from '../../../src/base/bits.js';
import { cases } from '../../support/property.js';

/** Slots around the borders of words, and others. */
const slot = fc.oneof(fc.constantFrom(0, 1, 30, 31, 32, 33, 63, 64, 65, 127, 128), fc.nat(2_000));
const slots = fc.array(slot, { maxLength: 60 }).map((list) => new Set(list));

const sorted = (set: Iterable<number>): number[] => [...set].sort((a, b) => a - b);

describe('Bits', () => {
  test('agree with a set: adding, deleting, counting, iterating', () => {
    fc.assert(
      fc.property(slots, slots, slot, (added, deleted, asked) => {
        const bits = Bits.of(added);
        const model = new Set(added);
        for (const each of deleted) {
          bits.delete(each);
          model.delete(each);
        }
        const visited: number[] = [];
        bits.forEach((each) => void visited.push(each));
        expect(visited).toEqual(sorted(model));
        expect([...bits]).toEqual(visited);
        expect(bits.count()).toBe(model.size);
        expect(bits.isEmpty()).toBe(model.size === 0);
        expect(bits.has(asked)).toBe(model.has(asked));
      }),
      cases(300),
    );
  });

  test('agree with sets when combined, whatever room each has', () => {
    fc.assert(
      fc.property(slots, slots, fc.nat(3_000), fc.nat(3_000), (a, b, limit, room) => {
        const bits = (): Bits => Bits.withRoom(room).or(Bits.of(a));
        const other = Bits.of(b);
        const model = sorted(a);
        expect([...bits().and(other)]).toEqual(model.filter((each) => b.has(each)));
        expect([...bits().or(other)]).toEqual(sorted(new Set([...a, ...b])));
        expect([...bits().andNot(other)]).toEqual(model.filter((each) => !b.has(each)));
        const list = Uint32Array.from(b);
        const added = bits();
        added.addAll(list, 1);
        expect([...added]).toEqual(sorted(new Set([...a, ...list.subarray(1)])));
        const first = list.slice(0, 3);
        const toggled = bits();
        toggled.toggleAll(list, 0, first.length);
        const either = [...model.filter((each) => !first.includes(each)), ...first.filter((each) => !a.has(each))];
        expect([...toggled]).toEqual(sorted(either));
        expect([...bits().xor(Bits.of(first))]).toEqual(sorted(either));
        const rest = Array.from({ length: limit }, (_, each) => each).filter((each) => !a.has(each));
        expect([...bits().complement(limit)]).toEqual(rest);
        expect([...other]).toEqual(sorted(b));
      }),
      cases(300),
    );
  });

  test('have a slot at a fixed bit of a fixed word, and an even number of words', () => {
    const bits = Bits.of([0, 31, 33, 64, 65]);
    expect([...bits.words.subarray(0, 3)]).toEqual([0x80000001, 2, 3]);
    expect(bits.words.subarray(3).every((word) => word === 0)).toBe(true);
    for (const limit of [0, 1, 64, 65, 100_000]) {
      expect(Bits.withRoom(limit).words.length % 2).toBe(0);
      expect(32 * Bits.withRoom(limit).words.length).toBeGreaterThanOrEqual(limit);
    }
    expect(bits.words.length % 2).toBe(0);
    expect(bits.bytes()).toBe(4 * bits.words.length);
  });

  test('the largest slot has a bit of its own', () => {
    // 2³¹ slots need 256 MiB, so only the arithmetic of one word is looked at.
    const bits = new Bits();
    expect(bits.has(2 ** 31 - 1)).toBe(false);
    bits.delete(2 ** 31 - 1);
    expect(bits.words.length).toBe(2);
  });

  test('a copy shares nothing, and a cleared set is empty', () => {
    const bits = Bits.of([3, 40]);
    const copy = bits.copy();
    copy.add(5);
    bits.delete(40);
    expect([...bits]).toEqual([3]);
    expect([...copy]).toEqual([3, 5, 40]);
    copy.clear();
    expect(copy.isEmpty()).toBe(true);
    expect(copy.count()).toBe(0);
  });
});
