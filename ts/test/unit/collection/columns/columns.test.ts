// When columns are made, kept, dropped, and made again.

import { describe, expect, test } from 'vitest';
import type { Clause } from '../../../../src/base/clause.js';
import { STEP_ROWS } from '../../../../src/base/time-slices.js';
import { COLUMNS } from '../../../../src/collection/columns/columns.js';
import { above, EVERY, is, not, numbered, Rows, run } from '../../../support/columns.js';

describe('Columns', () => {
  test('are made at the first use, in one pass for all fields, in small steps', () => {
    const rows = numbered(1_000);
    const both: Clause = { op: 'all', of: [is('parity', 'odd'), above('n', 990)] };
    expect(rows.columns.isReady(both)).toBe(false);
    expect(rows.columns.fields).toEqual([]);
    let seen = 0;
    run(rows.columns.prepare(both), () => {
      expect(rows.peeked.length - seen).toBeLessThanOrEqual(STEP_ROWS);
      seen = rows.peeked.length;
    });
    expect(rows.peeked).toHaveLength(1_000);
    expect(rows.columns.fields).toEqual([['parity'], ['n']]);
    expect(rows.matching(both)).toEqual([991, 993, 995, 997, 999]);
    expect(rows.matching(is('n', 5, 7, 2_000))).toEqual([5, 7]);
    expect(rows.peeked).toHaveLength(1_000);
  });

  test('are made of metadata that is still text, and leave the metadata as text', () => {
    const rows = numbered(500).loaded();
    const first = rows.records.metadata;
    expect(rows.matching(is('parity', 'odd'))).toHaveLength(250);
    expect(rows.matching(not(above('n', 3)))).toEqual([0, 1, 2, 3]);
    // An object that a caller has read is the same object again: nothing was kept before.
    expect(first.peek(7)).not.toBe(first.peek(7));
    expect(first.of(7)).toBe(first.of(7));
  });

  test('have the writes that come while they are made, before and behind the builder', () => {
    const rows = numbered(1_000);
    const steps = rows.columns.prepareFields([['parity']]);
    for (let step = 0; step < 4; step++) steps.next();
    const built = rows.peeked.length;
    expect(built).toBeGreaterThan(100);
    rows.set(0, { parity: 'neither' });
    rows.delete(1);
    rows.set(998, { parity: 'neither' });
    rows.delete(999);
    rows.set(1_000, { parity: 'neither' });
    run(steps);
    expect(rows.matching(is('parity', 'neither'))).toEqual([0, 998, 1_000]);
    expect(rows.matching(is('parity', 'odd'))).toHaveLength(498);
    expect(rows.matching(EVERY)).toHaveLength(999);
  });

  test('are made once, although two callers wait, and although one of them gives up', () => {
    const rows = numbered(1_000);
    const given = rows.columns.prepare(is('parity', 'odd'));
    const other = rows.columns.prepare(is('parity', 'odd'));
    given.next();
    other.next();
    given.next();
    run(other);
    expect(rows.columns.isReady(is('parity', 'odd'))).toBe(true);
    expect(rows.peeked).toHaveLength(1_000);
  });

  test('are asked only if they are there', () => {
    const rows = numbered(10);
    expect(() => rows.columns.select(is('n', 1))).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    rows.columns.prepare(is('n', 1)).next();
    expect(rows.columns.areFieldsReady([['n']])).toBe(true);
    expect(rows.columns.isReady(EVERY)).toBe(true);
    expect(rows.matching(EVERY)).toHaveLength(10);
    rows.set(10, undefined);
    rows.delete(0);
    expect(rows.matching(EVERY)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('tell apart fields whose names look alike', () => {
    const rows = new Rows();
    rows.set(0, { a: { b: 1 } });
    rows.set(1, { 'a.b': 1 });
    rows.set(2, { '["a","b"]': 1 });
    expect(rows.matching({ op: 'exists', path: ['a', 'b'] })).toEqual([0]);
    expect(rows.matching({ op: 'exists', path: ['a.b'] })).toEqual([1]);
    expect(rows.matching({ op: 'exists', path: ['["a","b"]'] })).toEqual([2]);
  });

  test('make their indexes again after many writes', () => {
    const rows = numbered(200);
    const clauses = [
      above('n', 10_000),
      is('parity', 'new'),
      { op: 'startsWith', path: ['parity'], prefix: 'n' },
    ] as const;
    for (const clause of clauses) expect(rows.matching(clause)).toEqual([]);
    for (let slot = 0; slot < 3_000; slot++) rows.set(slot, { n: 20_000 + slot, parity: 'new' });
    expect(rows.columns.isReady(clauses[0])).toBe(false);
    expect(rows.columns.isReady(clauses[1])).toBe(false);
    for (const clause of clauses) {
      // Right before and after.
      expect(rows.columns.select(clause).count()).toBe(3_000);
      expect(rows.matching(clause)).toHaveLength(3_000);
    }
  });

  test('have the writes that come while their indexes are made', () => {
    const count = 20_000;
    const values = Array.from({ length: count }, (_, slot) => slot);
    const metadata = (value: number): object => ({ n: value, text: `t${value % 3_000}`, list: [value % 7, 'all'] });
    const rows = new Rows();
    for (const [slot, value] of values.entries()) rows.set(slot, metadata(value));
    const clauses: readonly (readonly [Clause, (value: number) => boolean])[] = [
      [{ op: 'range', path: ['n'], from: { value: 1_000, open: true } }, (value) => value > 1_000],
      [is('text', ...Array.from({ length: 1_000 }, (_, i) => `t${i}`)), (value) => value % 3_000 < 1_000],
      [{ op: 'startsWith', path: ['text'], prefix: 't12' }, (value) => `t${value % 3_000}`.startsWith('t12')],
      [{ op: 'contains', path: ['list'], values: [3], every: false }, (value) => value % 7 === 3],
    ];
    let next = 0;
    for (const [clause, passes] of clauses) {
      run(rows.columns.prepareFields([['n'], ['text'], ['list']]));
      let steps = 0;
      const write = (): void => {
        if (++steps > 15) return;
        for (let i = 0; i < 100; i++) {
          const slot = (next * 7_919) % count;
          values[slot] = (values[slot] as number) + 1 + next++;
          rows.set(slot, metadata(values[slot] as number));
        }
      };
      // Many writes make the next index due at once.
      while (!rows.columns.isReady(clause)) run(rows.columns.prepare(clause), write);
      expect(steps).toBeGreaterThan(2);
      const expected = [...values.keys()].filter((slot) => passes(values[slot] as number));
      expect([...rows.columns.select(clause)]).toEqual(expected);
    }
  });

  test('keep an answer until a write changes a field of the clause, or the set of rows', () => {
    const rows = numbered(100);
    const odd = is('parity', 'odd');
    rows.matching(odd);
    rows.matching(not(odd));
    const [first, inverse] = [rows.columns.select(odd), rows.columns.select(not(odd))];
    expect(rows.columns.select(is('parity', 'odd', 'odd'))).toBe(first);
    // Another field.
    rows.set(3, { n: 1_000, parity: 'odd' });
    expect(rows.columns.select(odd)).toBe(first);
    // A new row without the field.
    rows.set(100, {});
    expect(rows.columns.select(odd)).toBe(first);
    expect(rows.columns.select(not(odd))).not.toBe(inverse);
    expect(rows.columns.select(not(odd)).has(100)).toBe(true);
    rows.set(4, { parity: 'odd' });
    expect(rows.columns.select(odd).has(4)).toBe(true);
    expect([...first]).not.toContain(4);
  });

  test('leave if no clause has used them for long, unless they are declared', () => {
    const rows = numbered(20);
    rows.set(3, { 'field 0': 1 });
    rows.columns.declare([['declared']]);
    run(rows.columns.prepareFields([['declared']]));
    const fields = Array.from({ length: 300 }, (_, i) => `field ${i}`);
    expect(rows.matching(is('field 0', 1))).toEqual([3]);
    for (const field of fields) {
      expect(rows.matching(is(field, 2))).toEqual([]);
      expect(rows.matching(is('n', 7))).toEqual([7]);
    }
    expect(rows.columns.fields.length).toBeLessThan(200);
    expect(rows.columns.fields).toEqual(expect.arrayContaining([['declared'], ['n']]));
    expect(rows.columns.fields).not.toContainEqual(['field 0']);
    // Each column was made once.
    expect(rows.peeked).toHaveLength(20 * (1 + 1 + fields.length));
    // A column that is made again knows nothing of answers from before.
    rows.set(3, {});
    expect(rows.matching(is('field 0', 1))).toEqual([]);
  });

  test('that have left since are copied for no checkpoint: they lack the writes that came then', () => {
    const rows = numbered(20);
    rows.matching(is('n', 3));
    const [chunk] = rows.columns.chunksOf(['n']) ?? [];
    for (let i = 0; i < 200; i++) rows.matching(is(`field ${i}`, 1));
    expect(rows.columns.fields).not.toContainEqual(['n']);
    rows.set(3, { n: 4 });
    rows.matching(is('n', 3));
    expect(run(chunk?.copy() as Generator<undefined, Uint8Array>)).toBeUndefined();
  });

  test('that are there stay too, while a caller waits for further columns', () => {
    const rows = numbered(1_000);
    rows.matching(is('n', 3));
    const others = Array.from({ length: 100 }, (_, i) => `field ${i}`);
    for (const field of others) rows.matching(is(field, 1));
    const both: Clause = { op: 'all', of: [is('late', 1), is('n', 3)] };
    const steps = rows.columns.prepare(both);
    expect(steps.next().done).toBe(false);
    for (let i = 0; i < 40; i++) rows.matching(is(`other ${i}`, 1));
    run(steps);
    expect(rows.columns.isReady(both)).toBe(true);
  });

  test('stay until the caller who waits for them has used them', () => {
    const rows = numbered(20);
    for (let i = 0; i < 200; i++) rows.matching(is(`field ${i}`, 1));
    run(rows.columns.prepare(is('waits', 1)));
    for (let i = 0; i < 100; i++) run(rows.columns.prepare(is(`other ${i}`, 1)));
    expect(rows.columns.isReady(is('waits', 1))).toBe(true);
  });

  test('count their memory', () => {
    const rows = numbered(1_000);
    expect(rows.columns.name).toBe(COLUMNS);
    expect(rows.columns.bytes()).toBe(0);
    rows.matching(is('n', 3));
    expect(rows.columns.bytes()).toBeGreaterThan(8 * 1_000);
    expect([...rows.columns.chunks()]).toEqual([]);
  });
});
