// Columns answer each clause as filter/match.ts answers the clause for each row, and count values
// as a plain count does, whatever is written before, between and during the making of columns.

import { describe, expect, test } from 'vitest';
import type { Bound, Clause, Path } from '../../../../src/base/clause.js';
import type { FilterValue } from '../../../../src/base/filter-types.js';
import type { FacetCount } from '../../../../src/base/queries.js';
import { Columns } from '../../../../src/collection/columns/columns.js';
import { fieldClausesOf } from '../../../../src/collection/columns/fields.js';
import { elementsOf, matches, valueAt } from '../../../../src/filter/match.js';
import { type DrawBelow, randomClause, randomMetadata } from '../../../support/clauses.js';
import { soaked } from '../../../support/soak.js';
import { random } from '../../../support/vectors.js';

const picks = (seed: number): DrawBelow => {
  const next = random(seed);
  return (below) => Math.floor(next() * below);
};

/** Rows in a plain map, and columns that hear of each write as a store does. */
class Model {
  readonly rows = new Map<number, object | undefined>();
  readonly columns: Columns;
  readonly #pick: DrawBelow;
  readonly #most: number;

  constructor(pick: DrawBelow, most: number) {
    const { rows } = this;
    this.#pick = pick;
    this.#most = most;
    const slots = {
      get count() {
        return Math.max(-1, ...rows.keys()) + 1;
      },
      now: 1,
      has: (slot: number) => rows.has(slot),
      haveChanged: () => true,
    };
    this.columns = new Columns(slots, { peek: (slot) => rows.get(slot), lineBytes: () => 10_000 });
  }

  write(): void {
    const pick = this.#pick;
    const slot = pick(this.#most);
    if (this.rows.has(slot) && pick(3) === 0) {
      this.rows.delete(slot);
      this.columns.delete(slot);
      return;
    }
    const metadata = randomMetadata(pick);
    // An update with a new vector moves a row to a free slot.
    const moved = pick(3) > 0 ? undefined : [...this.rows.keys()][pick(this.rows.size)];
    const old = this.rows.has(slot) ? slot : moved;
    if (old !== undefined) this.rows.delete(old);
    this.rows.set(slot, metadata);
    this.columns.set(slot, old, { id: slot, metadata });
  }

  /** Steps to the end, with writes between. */
  run<T>(steps: Generator<undefined, T>, writes: boolean): T {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value as T;
      if (writes && this.#pick(3) === 0) this.write();
    }
  }

  matching(clause: Clause): number[] {
    return [...this.rows]
      .filter(([, metadata]) => matches(clause, metadata))
      .map(([slot]) => slot)
      .sort((a, b) => a - b);
  }
}

const fieldsOf = (clause: Clause): Path[] => fieldClausesOf(clause).map(({ path }) => path);

const keyOf = (value: unknown): string =>
  value instanceof Date ? `d${value.getTime()}` : `${typeof value} ${String(value)}`;

const isScalar = (value: unknown): value is FilterValue =>
  value !== undefined && (typeof value !== 'object' || value === null || value instanceof Date);

/** The number of rows with each value, by the value's key. */
function counted(rows: Iterable<object | undefined>, path: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const metadata of rows) {
    const value = valueAt(metadata, path);
    const values = new Set((elementsOf(value) ?? [value]).filter(isScalar).map(keyOf));
    for (const key of values) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const byKey = (facets: readonly FacetCount[]): Map<string, number> =>
  new Map(facets.map(({ value, count }) => [keyOf(value), count]));

describe('Columns', () => {
  test('agree with the plain evaluation of each row', () => {
    let found = 0;
    for (let seed = 1; seed <= soaked(40, 1_000); seed++) {
      const pick = picks(seed);
      const model = new Model(pick, [10, 70, 300][seed % 3] as number);
      const clauses = Array.from({ length: 12 }, () => randomClause(pick));
      for (let round = 0; round < 18; round++) {
        for (let left = pick(40); left > 0; left--) model.write();
        const clause = clauses[pick(clauses.length)] as Clause;
        // A clause whose columns are there, and whose indexes are not, is slow and right.
        if (round % 3 === 0) model.run(model.columns.prepareFields(fieldsOf(clause)), true);
        else model.run(model.columns.prepare(clause), true);
        for (const asked of clauses) {
          if (!model.columns.areFieldsReady(fieldsOf(asked))) continue;
          // The second answer comes from the cache.
          for (let time = 0; time < 2; time++) {
            const bits = model.columns.select(asked);
            expect([...bits], `seed ${seed}, round ${round}`).toEqual(model.matching(asked));
            found += bits.count();
          }
        }
      }
    }
    expect(found).toBeGreaterThan(10_000);
  });

  test('agree for ranges among many rows, before and after writes', () => {
    const pick = picks(11);
    const rows = new Map<number, object>();
    const rowOf = (): object => {
      const drawn = pick(30_000);
      return { number: drawn / 7, date: new Date(drawn * 1_000), text: `${drawn}`, few: `${drawn % 3}` };
    };
    for (let slot = 0; slot < 20_000; slot++) if (pick(10) > 0) rows.set(slot, rowOf());
    const slots = { count: 20_000, now: 1, has: (slot: number) => rows.has(slot), haveChanged: () => true };
    const columns = new Columns(slots, { peek: (slot) => rows.get(slot), lineBytes: () => 100 });
    const bound = (path: string): Bound['value'] => {
      const drawn = pick(32_000) - 1_000;
      return path === 'number' ? drawn / 7 : path === 'date' ? new Date(drawn * 1_000) : `${drawn % 30_000}`;
    };
    const write = (): void => {
      const slot = pick(20_000);
      if (rows.has(slot) && pick(2) === 0) {
        rows.delete(slot);
        columns.delete(slot);
      } else {
        const old = rows.has(slot) ? slot : undefined;
        const metadata = rowOf();
        rows.set(slot, metadata);
        columns.set(slot, old, { id: slot, metadata });
      }
    };
    let found = 0;
    for (let round = 0; round < 48; round++) {
      const path = ['number', 'date', 'text', 'few'][round % 4] as string;
      const [from, to] = [bound(path), bound(path)].sort((a, b) => (a < b ? -1 : 1)) as [
        Bound['value'],
        Bound['value'],
      ];
      const clause: Clause =
        path === 'few' && round % 3 === 0
          ? { op: 'startsWith', path: [path], prefix: `${pick(4)}` }
          : { op: 'range', path: [path], from: { value: from, open: true }, to: { value: to, open: false } };
      for (const steps = columns.prepare(clause); !steps.next().done; ) if (pick(2) === 0) write();
      const matching = [...rows].filter(([, metadata]) => matches(clause, metadata)).map(([slot]) => slot);
      expect([...columns.select(clause)], `round ${round}`).toEqual(matching.sort((a, b) => a - b));
      found += matching.length;
      for (let left = pick(400); left > 0; left--) write();
    }
    expect(found).toBeGreaterThan(100_000);
  });

  test('count the values of the rows that match', () => {
    for (let seed = 1; seed <= soaked(30, 300); seed++) {
      const pick = picks(seed);
      const model = new Model(pick, 200);
      for (let round = 0; round < 8; round++) {
        for (let left = pick(80); left > 0; left--) model.write();
        const clause = randomClause(pick);
        const path = [['a'], ['tags'], ['o', 'x'], ['nowhere']][pick(4)] as string[];
        model.run(model.columns.prepare(clause), true);
        model.run(model.columns.prepareFields([path]), true);
        const bits = model.columns.select(clause);
        const rows = model.matching(clause).map((slot) => model.rows.get(slot));
        const expected = counted(rows, path);
        const all = model.run(model.columns.facet(path, bits, 1_000), false);
        expect(byKey(all), `seed ${seed}`).toEqual(expected);
        expect(all.length).toBe(expected.size);
        const counts = all.map(({ count }) => count);
        expect(counts).toEqual([...counts].sort((a, b) => b - a));
        const few = model.run(model.columns.facet(path, bits, 3), false);
        expect(few).toEqual(all.slice(0, 3));
      }
    }
  });
});
