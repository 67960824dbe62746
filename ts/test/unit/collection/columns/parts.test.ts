// The parts of columns, each against a plain model: sorted numbers, slots in order, lists, counts,
// keys, the cache.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bits } from '../../../../src/base/bits.js';
import type { Clause } from '../../../../src/base/clause.js';
import type { FilterValue } from '../../../../src/base/filter-types.js';
import { BitsCache } from '../../../../src/collection/columns/cache.js';
import { keyOf } from '../../../../src/collection/columns/key.js';
import { Lists } from '../../../../src/collection/columns/lists.js';
import { Numbers } from '../../../../src/collection/columns/numbers.js';
import { SlotOrder } from '../../../../src/collection/columns/order.js';
import { sortedPlaces } from '../../../../src/collection/columns/radix.js';
import { Tally } from '../../../../src/collection/columns/tally.js';
import { Touched } from '../../../../src/collection/columns/touched.js';
import { cases } from '../../../support/property.js';
import { random } from '../../../support/vectors.js';

/** Steps to the end, and counts the steps. */
function run<T>(steps: Generator<undefined, T>): { result: T; steps: number } {
  for (let count = 1; ; count++) {
    const { done, value } = steps.next();
    if (done) return { result: value as T, steps: count };
  }
}

describe('Sorted numbers', () => {
  const number = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.constantFrom(0, -0, Number.NaN, Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE, 2 ** 52),
  );

  test('ascend, equal numbers in their order, NaN last', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 200 }), (numbers) => {
        const places = [...run(sortedPlaces(Float64Array.from(numbers))).result];
        const rank = (place: number): number => numbers[place] as number;
        const expected = [...numbers.keys()].sort((a, b) => {
          if (Number.isNaN(rank(a)) || Number.isNaN(rank(b))) {
            return Number(Number.isNaN(rank(a))) - Number(Number.isNaN(rank(b))) || a - b;
          }
          return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a - b;
        });
        expect(places).toEqual(expected);
      }),
      cases(300),
    );
  });

  test('are sorted in steps', () => {
    const numbers = Float64Array.from({ length: 100_000 }, (_, i) => ((i * 7_919) % 100_003) / 7);
    const { result, steps } = run(sortedPlaces(numbers));
    expect(steps).toBeGreaterThan(100_000 / 16_384);
    const sorted = Float64Array.from(result, (place) => numbers[place] as number);
    expect(Buffer.compare(Buffer.from(sorted.buffer), Buffer.from(numbers.slice().sort().buffer))).toBe(0);
  });
});

describe('Slots in order', () => {
  /** Some slots below a limit, in random order. */
  const shuffled = (length: number, limit: number): Uint32Array => {
    const next = random(length + 1);
    const slots = Uint32Array.from({ length: limit }, (_, slot) => slot);
    for (let i = limit - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [slots[i], slots[j]] = [slots[j] as number, slots[i] as number];
    }
    return slots.slice(0, length);
  };
  const sizes: [length: number, limit: number][] = [
    [0, 0],
    [0, 100],
    [100, 100],
    [4_096, 4_096],
    [8_191, 20_000],
    [9_000, 300_000],
    [70_000, 70_000],
    [70_001, 100_000],
  ];

  test.each(sizes)('%i of %i slots: every run is found', (length, limit) => {
    const slots = shuffled(length, limit);
    const { result: order } = run(SlotOrder.of(slots, limit));
    const next = random(7);
    const place = (): number => Math.floor(next() * (length + 1));
    // Comparing bytes takes less time than comparing lists of numbers.
    const bytesOf = (of: Iterable<number>): Buffer => Buffer.from(Uint32Array.from(of).sort().buffer);
    const expectSame = (bits: Iterable<number>, expected: Iterable<number>): void =>
      expect(Buffer.compare(bytesOf(bits), bytesOf(expected))).toBe(0);
    const runs = Array.from({ length: 25 }, () => {
      const [a, b] = [place(), place()];
      return { from: Math.min(a, b), to: Math.max(a, b) };
    });
    // Everything, all but a few slots, and nothing.
    runs.push({ from: 0, to: length }, { from: Math.min(1, length), to: Math.max(0, length - 1) });
    runs.push({ from: 0, to: 0 }, { from: length, to: length });
    for (const { from, to } of runs) {
      const expected = slots.slice(from, to);
      const never = (): boolean => false;
      expectSame(order.select([{ from, to }], new Touched(), limit, never).bits(), expected);
      const middle = from + ((to - from) >> 1);
      // Two runs around a gap. A part of the slots is touched, and has other values.
      const parts = [
        { from, to: middle },
        { from: Math.min(to, middle + 3), to },
      ];
      const touched = new Touched();
      for (const slot of slots.subarray(0, 50)) touched.add(slot);
      const has = (slot: number): boolean => slot % 3 === 0;
      const inParts = parts.flatMap((part) => [...slots.subarray(part.from, part.to)]);
      const present = inParts.filter((slot) => !touched.bits.has(slot));
      const both = order.select(parts, touched, limit, has).bits();
      expectSame(both, [...present, ...[...touched.bits].filter(has)]);
    }
  });

  test.each(sizes)('%i of %i slots: many runs are found, in any order', (length, limit) => {
    const slots = shuffled(length, limit);
    const { result: order } = run(SlotOrder.of(slots, limit));
    const next = random(11);
    for (const share of [0.02, 0.5, 0.98]) {
      const cuts = Array.from({ length: 100 }, () => Math.floor(next() * (length + 1)));
      const places = Array.from(Uint32Array.from([0, ...cuts, length]).sort());
      const runs = places.slice(1).map((to, i) => ({ from: places[i] as number, to }));
      // Some runs follow each other without a gap.
      const chosen = runs.filter(() => next() < share).reverse();
      const bits = order.select(chosen, new Touched(), limit, () => false).bits();
      const expected = Bits.of(chosen.flatMap(({ from, to }) => [...slots.subarray(from, to)]));
      expect(bits.copy().xor(expected).isEmpty()).toBe(true);
    }
  });

  test.each(sizes)('%i of %i slots: marks take no more memory than the slots', (length, limit) => {
    const slots = shuffled(length, limit);
    expect(run(SlotOrder.of(slots, limit)).result.bytes()).toBeLessThanOrEqual(2 * slots.byteLength + 8);
  });

  test('a range of half of the slots costs little more than reading two sets', () => {
    const { result: order, steps } = run(SlotOrder.of(shuffled(100_000, 100_000), 100_000));
    const half = order.select([{ from: 20_000, to: 70_000 }], new Touched(), 100_000, () => false);
    // To add the slots one by one would cost 100,000.
    expect(half.cost).toBeLessThan(20_000);
    expect(steps).toBeGreaterThan(16);
  });

  test('most places in many runs cost little more than the gaps', () => {
    const { result: order } = run(SlotOrder.of(shuffled(100_000, 100_000), 100_000));
    const runs = Array.from({ length: 500 }, (_, i) => ({ from: 200 * i, to: 200 * i + 190 }));
    expect(order.select(runs, new Touched(), 100_000, () => false).cost).toBeLessThan(2 * 10 * 500 + 10_000);
  });
});

describe('Numbers', () => {
  test('are found from a list of numbers, NaN and absent numbers too, before and after writes', () => {
    const next = random(5);
    const drawn = (): number =>
      [Math.floor(next() * 40) / 4, Number.NaN, -0, Number.POSITIVE_INFINITY][
        next() < 0.9 ? 0 : 1 + Math.floor(next() * 3)
      ] as number;
    const numbers = new Numbers();
    const model = new Map<number, number>();
    const set = (slot: number): void => {
      const number = drawn();
      numbers.set(slot, number);
      model.set(slot, number);
    };
    for (let slot = 0; slot < 5_000; slot++) if (slot % 7 !== 0) set(slot);
    const expectFound = (): void => {
      for (const length of [0, 1, 5, 20, 60]) {
        const wanted = [...Array.from({ length }, drawn), -1, 3.14];
        const expected = Bits.of([...model].filter(([, number]) => wanted.includes(number)).map(([slot]) => slot));
        expect(numbers.equalTo(wanted).bits().copy().xor(expected).isEmpty()).toBe(true);
      }
    };
    expectFound();
    run(numbers.order.prepare());
    expectFound();
    for (let slot = 0; slot < 5_000; slot += 100) {
      if (model.delete(slot)) numbers.delete(slot);
      set(slot + 50_000);
    }
    expectFound();
  });
});

describe('Lists', () => {
  test('give back the room of lists that were replaced, also while slots are grouped', () => {
    const lists = new Lists();
    const grouping = [];
    for (let round = 0; round < 40; round++) {
      for (let slot = 0; slot < 1_000; slot++) {
        if (round > 0) lists.delete(slot);
        lists.set(slot, [round, 'all', slot % 10, `${slot}`]);
      }
      // A grouping that is begun in each round, and ended later.
      const steps = lists.groups.prepare();
      steps.next();
      grouping.push(steps);
    }
    for (const steps of grouping) run(steps);
    expect([...lists.containing([39, 'all'], true).bits()]).toHaveLength(1_000);
    expect(lists.containing([38], false).bits().isEmpty()).toBe(true);
    expect([...lists.containing(['17', '18'], false).bits()]).toEqual([17, 18]);
    // 5 codes of 4 bytes for each slot, and as much again. A list of every round would take 40
    // times as much.
    expect(lists.bytes()).toBeLessThan(1_000_000);
  });
});

describe('A tally', () => {
  test('orders equal counts by kind, and by value', () => {
    const values: FilterValue[] = [
      null,
      false,
      true,
      Number.NEGATIVE_INFINITY,
      -1,
      0,
      2,
      10,
      Number.NaN,
      -5n,
      2n,
      new Date(-1),
      new Date(5),
      new Date(Number.NaN),
      '',
      '10',
      '2',
      'B',
      'a',
      '\ud800',
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(values, { minLength: values.length }), (shuffled) => {
        const tally = new Tally(100);
        for (const value of shuffled) tally.add(value, 3);
        tally.add('frequent', 4);
        expect(tally.facets().map(({ value }) => value)).toEqual(['frequent', ...values]);
      }),
      cases(50),
    );
  });

  test('keeps the highest counts of many values', () => {
    const facets = Array.from({ length: 30_000 }, (_, i) => ({ value: `${i}`, count: 1 + ((i * 7_919) % 10_007) }));
    const byText = (a: string, b: string): number => (a < b ? -1 : 1);
    const sorted = [...facets].sort((a, b) => b.count - a.count || byText(a.value, b.value));
    for (const limit of [1, 3, 500, 40_000]) {
      const tally = new Tally(limit);
      for (const { value, count } of facets) tally.add(value, count);
      expect(tally.facets()).toEqual(sorted.slice(0, limit));
    }
  });
});

describe('A key', () => {
  const is = (...values: FilterValue[]): Clause => ({ op: 'in', path: ['a'], values });

  test('does not depend on the order of operands', () => {
    expect(keyOf(is(1, 'b', null))).toBe(keyOf(is(null, 'b', 1, 1)));
    expect(keyOf({ op: 'any', of: [is(1), is(2)] })).toBe(keyOf({ op: 'any', of: [is(2), is(1)] }));
    expect(keyOf(is(0))).toBe(keyOf(is(-0)));
    expect(keyOf(is(new Date(5)))).toBe(keyOf(is(new Date(5))));
  });

  test('differs for different clauses', () => {
    const bound = { value: 1, open: false };
    const clauses: Clause[] = [
      is(),
      is(1),
      is('1'),
      is(1n),
      is(new Date(1)),
      is(null),
      is('null'),
      is(true),
      is('true'),
      is(Number.NaN),
      is('NaN'),
      is('a', 'b'),
      is('a,b'),
      is('a","b'),
      { op: 'in', path: ['b'], values: [1] },
      { op: 'in', path: ['a', 'b'], values: [1] },
      { op: 'in', path: ['a","b'], values: [1] },
      { op: 'contains', path: ['a'], values: [1], every: true },
      { op: 'contains', path: ['a'], values: [1], every: false },
      { op: 'exists', path: ['a'] },
      { op: 'startsWith', path: ['a'], prefix: '1' },
      { op: 'startsWith', path: ['a'], prefix: '' },
      { op: 'range', path: ['a'], from: bound },
      { op: 'range', path: ['a'], to: bound },
      { op: 'range', path: ['a'], from: { ...bound, open: true } },
      { op: 'range', path: ['a'], from: { ...bound, value: 1n } },
      { op: 'range', path: ['a'], from: { ...bound, value: '1' } },
      { op: 'range', path: ['a'], from: { ...bound, value: new Date(1) } },
      { op: 'range', path: ['a'], from: bound, to: bound },
      { op: 'all', of: [] },
      { op: 'all', of: [is(1)] },
      { op: 'any', of: [is(1)] },
      { op: 'not', of: is(1) },
    ];
    const keys = clauses.map(keyOf);
    expect(keys.every((key) => key !== undefined)).toBe(true);
    expect(new Set(keys).size).toBe(clauses.length);
  });

  test('is not made for very many operands', () => {
    const many = is(...Array.from({ length: 300 }, (_, i) => i));
    expect(keyOf(many)).toBeUndefined();
    expect(keyOf({ op: 'not', of: { op: 'all', of: [many] } })).toBeUndefined();
  });
});

describe('The cache', () => {
  test('keeps the sets used last, within its bytes', () => {
    const bits = (): Bits => Bits.withRoom(8_000);
    const cache = new BitsCache(4_500);
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, bits(), 1);
    expect(cache.bytes()).toBeLessThanOrEqual(4_500);
    expect(cache.get('a', 1)).toBeDefined();
    cache.set('e', bits(), 1);
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => cache.get(key, 1) !== undefined)).toEqual(['a', 'c', 'd', 'e']);
    expect(cache.get('c', 2)).toBeUndefined();
    expect(cache.get('c', 0)).toBeUndefined();
    const before = cache.bytes();
    cache.set('a', bits(), 2);
    expect(cache.bytes()).toBe(before);
    cache.set('large', Bits.withRoom(100_000), 2);
    expect(cache.get('large', 2)).toBeUndefined();
    expect(cache.bytes()).toBe(before);
  });
});
