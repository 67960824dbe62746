import { describe, expect, it } from 'vitest';
import { widenBf16 } from '../../../bench/data/bf16.js';
import { makeRows, normalize, rowAt, slice } from '../../../bench/data/rows.js';
import { synthesize } from '../../../bench/data/synthetic.js';
import { exactNeighbours } from '../../../bench/measure/truth.js';
import { random } from '../../support/random.mjs';

describe('bfloat16', () => {
  it('widens to the float32 with the same upper half', () => {
    const bits = Uint16Array.of(0x3f80, 0xbf80, 0x4049, 0x0000, 0x8000, 0x7f80);
    expect([...widenBf16(bits, 6, 6)]).toEqual([1, -1, 3.140625, 0, -0, Number.POSITIVE_INFINITY]);
  });

  it('takes the first columns of each row', () => {
    const bits = Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0, 0x40c0);
    expect([...widenBf16(bits, 3, 2)]).toEqual([1, 2, 4, 5]);
  });
});

describe('rows', () => {
  it('scale to unit length', () => {
    const rows = normalize(makeRows(Float32Array.of(3, 4, 0, -2), 2));
    expect([...rowAt(rows, 0)]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
    expect([...rowAt(rows, 1)]).toEqual([0, -1]);
  });

  it('refuse a row without direction', () => {
    expect(() => normalize(makeRows(Float32Array.of(1, 0, 0, 0), 2))).toThrow('Row 1 is all zeros');
  });

  it('slice short at the end', () => {
    const part = slice(makeRows(Float32Array.of(1, 2, 3, 4, 5, 6), 2), 2, 5);
    expect(part.count).toBe(1);
    expect([...part.values]).toEqual([5, 6]);
  });
});

describe('the synthetic set', () => {
  const spec = { n: 300, queries: 20, dimensions: 48, seed: 7 };

  it('is fixed by the seed, to the bit', () => {
    expect(synthesize(spec).base.values).toEqual(synthesize(spec).base.values);
    expect(synthesize({ ...spec, seed: 8 }).base.values).not.toEqual(synthesize(spec).base.values);
    // If the values here change, results on this set cannot be compared with earlier results.
    const { base } = synthesize(spec);
    expect(new Uint32Array(base.values.buffer, 0, 3)).toMatchInlineSnapshot(`
      Uint32Array [
        1042163523,
        1020504245,
        3197874947,
      ]
    `);
  });

  it('has unit rows, and queries that are not rows', () => {
    const { base, queries } = synthesize(spec);
    expect([base.count, queries.count]).toEqual([300, 20]);
    for (const rows of [base, queries]) {
      for (let i = 0; i < rows.count; i++) expect(Math.hypot(...rowAt(rows, i))).toBeCloseTo(1, 5);
    }
    const known = new Set(Array.from({ length: base.count }, (_, i) => rowAt(base, i).join()));
    for (let i = 0; i < queries.count; i++) expect(known).not.toContain(rowAt(queries, i).join());
  });

  it('draws uniform numbers', () => {
    const next = random(1);
    const drawn = Array.from({ length: 10_000 }, next);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(drawn.reduce((sum, value) => sum + value) / drawn.length).toBeCloseTo(0.5, 1);
  });
});

describe('exact neighbours', () => {
  it('equal the result of a full sort', () => {
    const { base, queries } = synthesize({ n: 257, queries: 11, dimensions: 19, seed: 3 });
    const k = 10;
    const truth = exactNeighbours(base, queries, 11, k);
    for (let query = 0; query < 11; query++) {
      const products = Array.from({ length: base.count }, (_, row) => {
        const product = rowAt(base, row).reduce((sum, x, i) => sum + x * (rowAt(queries, query)[i] as number), 0);
        return { row, product };
      });
      const expected = products.sort((a, b) => b.product - a.product).map(({ row }) => row);
      expect([...truth.subarray(query * k, query * k + k)]).toEqual(expected.slice(0, k));
    }
  });

  it('prefer the lower row in a tie', () => {
    const base = makeRows(Float32Array.of(0, 1, 1, 0, 1, 0, 1, 0), 2);
    expect([...exactNeighbours(base, makeRows(Float32Array.of(1, 0), 2), 1, 2)]).toEqual([1, 2]);
  });

  it('refuse more neighbours than rows', () => {
    const base = makeRows(Float32Array.of(1, 0), 2);
    expect(() => exactNeighbours(base, base, 1, 2)).toThrow('only 1 rows');
  });
});
