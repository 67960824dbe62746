import { describe, expect, it } from 'vitest';
import { makeRows, rowAt } from '../../../bench/data/rows.js';
import { synthesize } from '../../../bench/data/synthetic.js';
import { type Case, makeCases } from '../../../bench/filters/cases.js';
import { allowedBits, type Condition, countBits, hasBit, testOf } from '../../../bench/filters/condition.js';
import {
  columnCount,
  type Fields,
  label,
  metadataAt,
  namesOf,
  packFields,
  ranksOf,
  unpackFields,
} from '../../../bench/filters/fields.js';
import { cellsByDistance, findCentres, nearestCell, shuffled } from '../../../bench/filters/kmeans.js';
import { toExpression, toFilter, toSql } from '../../../bench/filters/translate.js';
import { filteredNeighbours, NO_ROW } from '../../../bench/filters/truth.js';
import { matches } from '../../../src/filter/match.js';
import { parseFilter } from '../../../src/filter/parse.js';

const SHARES = [0.001, 0.01, 0.3, 0.9, 1];
const QUERIES = 7;
const { base, queries } = synthesize({ n: 700, queries: QUERIES, dimensions: 16, seed: 5 });
const centres = findCentres(base, 12, 3);
const cell = Int32Array.from({ length: base.count }, (_, row) => nearestCell(centres, rowAt(base, row)));
const AUTHORS = ['ann', 'ben', 'cy'];
const authorOf = (i: number): string => AUTHORS[(i * i) % 3] as string;
const names = Array.from({ length: base.count }, (_, row) => authorOf(row));
const fields: Fields = {
  count: base.count,
  bucket: shuffled(base.count, 4),
  cell,
  rank: ranksOf(cell),
  labels: { author: label(names), work: label(names.map((name) => `by "${name}"`)) },
};
const cells = Array.from({ length: QUERIES }, (_, i) => cellsByDistance(centres, rowAt(queries, i)));
const ownAuthors = Array.from({ length: QUERIES }, (_, i) => authorOf(i));
const own = { author: ownAuthors, work: ownAuthors.map((name) => `by "${name}"`) };
const cases = makeCases({ fields, cells, own, shares: SHARES, seed: 6 });

const conditionsOf = (all: readonly Case[]): Condition[] => all.flatMap(({ conditions }) => conditions);

describe('cells', () => {
  it('are fixed by the seed', () => {
    expect(findCentres(base, 12, 3).values).toEqual(centres.values);
    expect(findCentres(base, 12, 4).values).not.toEqual(centres.values);
  });

  it('have centres of unit length', () => {
    for (let i = 0; i < centres.count; i++) expect(Math.hypot(...rowAt(centres, i))).toBeCloseTo(1, 5);
  });

  it('divide rows better than the rows that the centres started from', () => {
    const inertia = (of: typeof centres): number => {
      let sum = 0;
      for (let row = 0; row < base.count; row++) {
        const vector = rowAt(base, row);
        const centre = rowAt(of, nearestCell(of, vector));
        sum += vector.reduce((total, value, i) => total + value * (centre[i] as number), 0);
      }
      return sum;
    };
    const start = shuffled(base.count, 3).subarray(0, 12);
    const first = makeRows(Float32Array.from([...start].flatMap((row) => [...rowAt(base, row)])), base.dimensions);
    expect(inertia(centres)).toBeGreaterThan(inertia(first));
  });

  it('come in the order of distance, each once', () => {
    for (const [i, order] of cells.entries()) {
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, number) => number));
      expect(order[0]).toBe(nearestCell(centres, rowAt(queries, i)));
    }
  });

  it('are no more than the rows', () => {
    expect(() => findCentres(base, base.count + 1, 3)).toThrow('only 700');
  });
});

describe('cases', () => {
  it('allow exactly the asked share of rows', () => {
    for (const { share, conditions } of cases.filter((one) => one.share !== null))
      for (const condition of conditions) {
        expect(countBits(allowedBits(condition, fields))).toBe(Math.max(1, Math.round((share as number) * base.count)));
      }
  });

  it('take the nearest cells, or the farthest', () => {
    for (const { kind, conditions } of cases.filter((one) => one.kind === 'nearest' || one.kind === 'farthest'))
      for (const [query, condition] of conditions.entries()) {
        const order = cells[query] as readonly number[];
        const places = Array.from({ length: base.count }, (_, row) => order.indexOf(cell[row] as number));
        const test = testOf(condition, fields);
        const inside = places.filter((_, row) => test(row));
        const outside = places.filter((_, row) => !test(row));
        if (kind === 'nearest') expect(Math.max(...inside)).toBeLessThanOrEqual(Math.min(...outside));
        else expect(Math.min(...inside)).toBeGreaterThanOrEqual(Math.max(...outside));
      }
  });

  it('have other random rows for each query', () => {
    const [random] = cases.filter(({ kind, share }) => kind === 'random' && share === 0.01);
    expect(new Set(random?.conditions.map((condition) => JSON.stringify(condition))).size).toBe(QUERIES);
  });

  it('ask for the label of the query, and for another label', () => {
    const byKind = new Map(cases.map((one) => [one.kind as string, one.conditions]));
    expect(byKind.get('own author')).toEqual(own.author.map((value) => ({ kind: 'label', field: 'author', value })));
    for (const [query, condition] of (byKind.get('other work') as Condition[]).entries()) {
      expect(condition).toMatchObject({ kind: 'label', field: 'work' });
      expect(condition.kind === 'label' && condition.value).not.toBe(own.work[query]);
    }
  });

  it('have no labels if the data have none', () => {
    const bare = makeCases({ fields: { ...fields, labels: null }, cells, own: null, shares: SHARES, seed: 6 });
    expect(bare).toEqual(cases.filter(({ share }) => share !== null));
  });
});

describe('fields', () => {
  it('come back from their file', () => {
    const packed = packFields(fields);
    expect(packed.length).toBe(columnCount(namesOf(fields)) * fields.count);
    expect(unpackFields(packed, fields.count, namesOf(fields))).toEqual(fields);
    const bare = { ...fields, labels: null };
    expect(unpackFields(packFields(bare), bare.count, namesOf(bare))).toEqual(bare);
  });

  it('number the rows of each cell', () => {
    expect([...ranksOf(Int32Array.of(2, 0, 2, 2, 0))]).toEqual([0, 0, 1, 2, 1]);
  });
});

describe('a filter', () => {
  const rows = Array.from({ length: base.count }, (_, row) => row);

  it('allows the same rows in the language of EdgeVec', () => {
    for (const condition of conditionsOf(cases)) {
      const clause = parseFilter(toFilter(condition));
      const found = rows.filter((row) => matches(clause, metadataAt(fields, row)));
      expect(found).toEqual(rows.filter(testOf(condition, fields)));
    }
  });

  it('is written in the language of each peer', () => {
    const one: Condition = { kind: 'cells', whole: [], last: 3, below: 5 };
    const some: Condition = { kind: 'cells', whole: [1, 2], last: 3, below: 5 };
    const named: Condition = { kind: 'label', field: 'work', value: 'by "ben"' };
    expect(toExpression({ kind: 'buckets', from: 2, to: 9 })).toBe('bucket >= 2 AND bucket < 9');
    expect(toExpression(one)).toBe('cell = 3 AND rank < 5');
    expect(toExpression(some)).toBe('cell IN [1, 2] OR (cell = 3 AND rank < 5)');
    expect(toExpression(named)).toBe('work = "by \\"ben\\""');
    expect(toSql({ kind: 'buckets', from: 2, to: 9 }, fields)).toBe('bucket >= 2 AND bucket < 9');
    expect(toSql(one, fields)).toBe('cell = 3 AND rank < 5');
    expect(toSql(some, fields)).toBe('(cell IN (1, 2) OR (cell = 3 AND rank < 5))');
    expect(toSql(named, fields)).toBe('work = 1');
  });

  it('is a bit for each allowed row', () => {
    const bits = allowedBits({ kind: 'buckets', from: 0, to: 40 }, fields);
    expect(rows.filter((row) => hasBit(bits, row))).toEqual(rows.filter((row) => (fields.bucket[row] as number) < 40));
    expect(hasBit(bits, base.count + 64)).toBe(false);
    expect(countBits(Uint32Array.of(0xffffffff, 0, 0x80000001))).toBe(34);
  });
});

describe('exact filtered neighbours', () => {
  it('equal a full sort of the allowed rows', () => {
    const k = 10;
    const truth = filteredNeighbours(base, queries, fields, cases, k);
    for (const [number, { conditions }] of cases.entries())
      for (const [query, condition] of conditions.entries()) {
        const vector = rowAt(queries, query);
        const product = (row: number): number =>
          rowAt(base, row).reduce((sum, value, i) => sum + value * (vector[i] as number), 0);
        const test = testOf(condition, fields);
        const rows = Array.from({ length: base.count }, (_, row) => row).filter(test);
        const sorted = rows.map((row) => ({ row, product: product(row) })).sort((a, b) => b.product - a.product);
        const expected = sorted.slice(0, k).map(({ row }) => row);
        while (expected.length < k) expected.push(NO_ROW);
        const start = (number * QUERIES + query) * k;
        expect([...truth.subarray(start, start + k)]).toEqual(expected);
      }
  });
});
