// What callers of columns hear of metadata that cannot be read.

import { describe, expect, test } from 'vitest';
import { EdgeVecError } from '../../../../src/base/errors.js';
import { Columns } from '../../../../src/collection/columns/columns.js';
import type { LoadedChunk } from '../../../../src/collection/slot-store.js';
import { parseNodes } from '../../../../src/format/value/read.js';
import { readOrKeep } from '../../../../src/format/value/unread.js';
import { EVERY, is, not, numbered, Rows, run } from '../../../support/columns.js';

describe('Metadata that cannot be read', () => {
  const unread = (): object => {
    const nodes = parseNodes('[{"n":1,"at":2},7,["Temporal.Instant","2026-01-01T00:00:00Z"]]');
    return readOrKeep(nodes, 0) as object;
  };
  const error = (id: number) => expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', id });

  test.each(['is written', 'is loaded', 'has stored columns'])(
    'that %s gives the error of `get`, until the row is replaced',
    async (how) => {
      let rows = numbered(20);
      if (how !== 'is loaded') rows.matching(is('n', 3));
      rows.set(7, unread());
      if (how === 'is loaded') rows = rows.loaded();
      if (how === 'has stored columns') {
        rows = await rows.restored([['n']]);
        expect(() => rows.matching(is('n', 3))).toThrow(error(7));
        expect(rows.columns.made).toEqual({ ofStored: 1, ofMetadata: 0 });
      }
      const other = rows;
      expect(() => other.records.metadata.of(7)).toThrow(error(7));
      for (const clause of [is('n', 3), not(is('n', 3)), is('other', 1)]) {
        expect(() => other.matching(clause)).toThrow(error(7));
      }
      const facet = rows.columns.facet(['n'], rows.columns.select(EVERY), 10);
      expect(() => run(facet)).toThrow(error(7));
      // The rows themselves are known.
      expect(rows.matching(EVERY)).toHaveLength(20);
      rows.set(7, { n: 3 });
      expect(rows.matching(is('n', 3))).toEqual([3, 7]);
      rows.set(8, unread());
      expect(() => other.matching(is('n', 3))).toThrow(error(8));
      rows.delete(8);
      expect(rows.matching(not(is('n', 3)))).toHaveLength(17);
    },
  );

  test('changes a stored column, although the value of the field is missing before and after', () => {
    const rows = numbered(20);
    rows.matching(is('other', 1));
    const ref = { name: '', bytes: 0, crc: 0 };
    const stored = { ref, time: rows.records.changes.mark() };
    const isDirty = (): boolean | undefined => rows.columns.chunksOf(['other'])?.[0]?.isDirty(stored);
    expect(isDirty()).toBe(false);
    rows.set(3, { n: 3 });
    expect(isDirty()).toBe(false);
    rows.set(3, unread());
    expect(isDirty()).toBe(true);
  });

  test('is damaged', () => {
    const { records } = numbered(3);
    run(records.metadata.measure());
    const [ids, metadata] = [records.ids, records.metadata].map((store) =>
      [...store.chunks()].map(({ copy, slots }) => ({ bytes: run(copy()) as Uint8Array, slots })),
    ) as [LoadedChunk[], LoadedChunk[]];
    const lines = new TextDecoder().decode(metadata[0]?.bytes).split('\n');
    lines[1] = '[{"n":9}]';
    const bytes = new TextEncoder().encode(lines.join('\n'));
    const rows = Rows.from(
      new Map([
        ['ids', ids],
        ['metadata', [{ bytes, slots: 1_024 }]],
      ]),
    );
    expect(() => rows.matching(is('n', 2))).toThrow(expect.objectContaining({ code: 'DAMAGED', id: 1 }));
    rows.delete(1);
    expect(rows.matching(is('n', 2))).toEqual([2]);
  });

  test('and that another field finds out: the answers from before are not given again', () => {
    let isDamaged = false;
    const slots = { count: 3, now: 1, has: () => true, haveChanged: () => true };
    const peek = (slot: number): object => {
      if (isDamaged && slot === 1) throw new EdgeVecError('DAMAGED', 'as the test wants');
      return { n: slot };
    };
    const columns = new Columns(slots, { peek, lineBytes: () => 1 });
    run(columns.prepare(is('n', 1)));
    expect([...columns.select(is('n', 1))]).toEqual([1]);
    isDamaged = true;
    run(columns.prepare(is('other', 1)));
    expect(() => columns.select(is('n', 1))).toThrow(expect.objectContaining({ code: 'DAMAGED' }));
    columns.set(1, 1, { id: 1, metadata: {} });
    expect([...columns.select(is('n', 1))]).toEqual([]);
  });

  test('is another error than a fault of the reader, after which the columns are made again', () => {
    let isBroken = true;
    const slots = { count: 3, now: 1, has: () => true, haveChanged: () => true };
    const peek = (slot: number): object => {
      if (isBroken) throw new TypeError('a fault');
      return { n: slot };
    };
    const columns = new Columns(slots, { peek, lineBytes: () => 1 });
    expect(() => run(columns.prepare(is('n', 1)))).toThrow(TypeError);
    expect(new TypeError()).not.toBeInstanceOf(EdgeVecError);
    isBroken = false;
    run(columns.prepare(is('n', 1)));
    expect([...columns.select(is('n', 1))]).toEqual([1]);
  });

  test('is another error than a fault of the reader, which leaves a second caller to begin again', () => {
    const slots = { count: 3_000, now: 1, has: () => true, haveChanged: () => true };
    let isBroken = false;
    const peek = (slot: number): object => {
      if (isBroken) throw new TypeError('a fault');
      return { a: slot, b: slot };
    };
    const columns = new Columns(slots, { peek, lineBytes: () => 1 });
    const fields = [['a'], ['b']];
    const [first, second] = [columns.prepareFields(fields), columns.prepareFields(fields)];
    for (const steps of [first, second]) expect(steps.next().done).toBe(false);
    isBroken = true;
    expect(() => run(first)).toThrow('a fault');
    isBroken = false;
    run(second);
    expect(columns.areFieldsReady(fields)).toBe(false);
    run(columns.prepareFields(fields));
    expect(columns.areFieldsReady(fields)).toBe(true);
  });
});
