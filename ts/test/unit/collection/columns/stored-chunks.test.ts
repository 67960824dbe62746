// The chunks that a checkpoint makes of a column, and which columns are too long to be stored.

import { describe, expect, test } from 'vitest';
import { Columns } from '../../../../src/collection/columns/columns.js';
import type { SlotChunk } from '../../../../src/collection/slot-store.js';
import { COLUMN_SLOTS, MAX_COLUMN_BYTES } from '../../../../src/format/columns/chunk.js';

const PATH = ['field'];

/** Steps to the end. */
function run<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
  }
}

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
