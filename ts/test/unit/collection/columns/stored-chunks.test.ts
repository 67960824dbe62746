// The chunks that a checkpoint makes of a column, and which columns are too long to be stored.

import { describe, expect, test } from 'vitest';
import { ChunkTimes } from '../../../../src/collection/columns/chunk-times.js';
import { Column } from '../../../../src/collection/columns/column.js';
import { Columns } from '../../../../src/collection/columns/columns.js';
import { encodeSlots } from '../../../../src/collection/columns/stored-values.js';
import type { SlotChunk } from '../../../../src/collection/slot-store.js';
import { COLUMN_SLOTS, MAX_COLUMN_BYTES } from '../../../../src/format/columns/chunk.js';
import { run } from '../../../support/columns.js';

const PATH = ['field'];

const slotsOf = (count: number) => ({ count, now: 1, has: () => true, haveChanged: () => true });

describe('A column with a chunk that is too long', () => {
  const count = COLUMN_SLOTS + 10;
  // The first chunk has a text that is too long.
  const peek = (slot: number): object => ({ field: slot === 3 ? 'x'.repeat(MAX_COLUMN_BYTES) : `text ${slot}` });

  test('is not encoded further, and not again', () => {
    const columns = new Columns(slotsOf(count), { peek, lineBytes: () => 1 });
    run(columns.prepareFields([PATH]));
    const [first, second] = columns.chunksOf(PATH) as [SlotChunk, SlotChunk];
    expect(run(first.copy())).toBeUndefined();
    expect(run(second.copy())).toBeUndefined();
    expect(columns.chunksOf(PATH)).toBeUndefined();
    expect(columns.storable).toEqual([]);
  });
});

test('A chunk counts for a checkpoint as many bytes as its last encoding had', () => {
  const columns = new Columns(slotsOf(100), {
    peek: (slot) => ({ field: `${slot} ${'x'.repeat(9_000)}` }),
    lineBytes: () => 1,
  });
  run(columns.prepareFields([PATH]));
  const chunk = (): SlotChunk => (columns.chunksOf(PATH) as [SlotChunk])[0];
  const { length } = run(chunk().copy()) as Uint8Array;
  expect(length).toBeGreaterThan(900_000);
  expect(chunk().bytes()).toBe(length);
  columns.set(7, 7, { id: 7, metadata: { field: 'short' } });
  expect(chunk().bytes()).toBe(length);
  const shorter = run(chunk().copy()) as Uint8Array;
  expect(shorter.length).toBeLessThan(length);
  expect(chunk().bytes()).toBe(shorter.length);
});

describe('The chunk of a column', () => {
  /** A column with the values, from slot 0 on. */
  function columnOf(values: Iterable<unknown>): Column {
    const column = new Column(PATH, new ChunkTimes(1));
    let slot = 0;
    for (const value of values) column.set(slot++, value);
    return column;
  }

  /** The bytes of the chunk, and how many slots were looked at. */
  function encoded(values: readonly unknown[]): { bytes: Uint8Array | undefined; slots: number; steps: number } {
    const [slots, steps] = [new Set<number>(), encodeSlots(columnOf(values), 0, values.length, see)];
    function see(slot: number): boolean {
      slots.add(slot);
      return false;
    }
    let count = 1;
    for (;;) {
      const { done, value } = steps.next();
      if (done) return { bytes: value, slots: slots.size, steps: count };
      count++;
    }
  }

  const numbers = Array.from({ length: 1_000 }, (_, i) => i);
  const large = 1n << 33_000n;
  test.each<readonly [string, (slot: number) => unknown, number]>([
    ['long arrays of the same numbers', () => numbers, 300],
    ['arrays of other numbers', (slot) => numbers.map((n) => n + slot / 1_024), 100],
    ['large bigints', (slot) => large + BigInt(slot), 150],
    ['arrays of large bigints', (slot) => [large + BigInt(slot)], 150],
    ['long texts', (slot) => `${slot} ${'x'.repeat(9_000)}`, 150],
  ])('of %s is given up early', (_, valueAt, most) => {
    const { bytes, slots } = encoded(Array.from({ length: 500 }, (_, slot) => valueAt(slot)));
    expect(bytes).toBeUndefined();
    expect(slots).toBeLessThan(most);
  });

  test('of arrays is encoded in steps of few elements', () => {
    const { bytes, steps } = encoded(Array.from({ length: 200 }, () => numbers));
    expect(bytes).toBeDefined();
    expect(steps).toBeGreaterThan(90);
  });

  test('with a single very long array is given up', () => {
    expect(encoded([Array.from({ length: 300_000 }, (_, i) => i)]).bytes).toBeUndefined();
  });

  test('of every kind of value is stored up to the limit', () => {
    const value = (i: number): unknown =>
      [i, i / 3, 10n ** 15n + BigInt(i), new Date(i), `text ${i}`, null, true][i % 7];
    const values = [
      ...Array.from({ length: 7_000 }, (_, i) => value(i)),
      ...Array.from({ length: 500 }, (_, i) => [
        i,
        -i / 7,
        BigInt(i),
        new Date(i),
        null,
        false,
        `\u00e4 ${i}`,
        Number.NaN,
      ]),
    ];
    const filled = (length: number): number | undefined => encoded([...values, 'x'.repeat(length)]).bytes?.length;
    const left = MAX_COLUMN_BYTES - (filled(0) as number);
    expect(left).toBeGreaterThan(500_000);
    expect(filled(left)).toBe(MAX_COLUMN_BYTES);
    expect(filled(left + 1)).toBeUndefined();
  });
});
