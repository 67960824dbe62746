// The graph's answers against exact search, on seeded clustered data.

import { describe, expect, test } from 'vitest';
import type { Id } from '../../src/base/types.js';
import known from '../same-bytes.json' with { type: 'json' };
import type { Open } from '../support/open.js';
import { seededExport } from '../support/seeded-export.mjs';
import { clustered, nearest, normal } from '../support/vectors.js';

export function defineRecallSuite(label: string, open: Open): void {
  describe(`Recall, ${label}`, () => {
    test.each([
      ['cosine', 24],
      ['dot', 24],
      ['euclidean', 24],
      ['cosine', 129],
    ] as const)('%s, %i dimensions: recall@10 is at least 0.95 at ef 100', async (metric, dimensions) => {
      const rows = clustered(3500, dimensions, 11);
      const asked = near(rows, clustered(50, dimensions, 12));
      const db = await open({ dimensions, metric });
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      expect((await db.stats()).levels).toBeGreaterThan(0);
      const exact = await db.searchMany(asked, { k: 10, exact: true });
      expect(exact[0]?.map((hit) => hit.id)).toEqual(nearest(metric, asked[0] as Float32Array, rows, 10));
      const found = await db.searchMany(asked, { k: 10, ef: 100 });
      expect(share(found, exact)).toBeGreaterThanOrEqual(0.95);
    });

    test('a search finds the requested share of the true neighbours', async () => {
      const dimensions = 64;
      const rows = clustered(4100, dimensions, 21);
      const db = await open({ dimensions, recall: 0.9 });
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      const asked = near(rows, clustered(200, dimensions, 22));
      // A write resolves after the calibration that the write causes: at 2,000 rows, and after each
      // doubling.
      expect(await db.stats()).toMatchObject({ calibratedRows: 4000, unlinked: 0 });
      for (const k of [1, 10, 100]) {
        const truth = await db.searchMany(asked, { k, exact: true });
        for (const recall of [undefined, 0.8, 0.95, 0.99]) {
          const found = await db.searchMany(asked, recall === undefined ? { k } : { k, recall });
          expect(share(found, truth)).toBeGreaterThanOrEqual((recall ?? 0.9) - 0.02);
        }
      }
      // A lower recall costs less work.
      const work = async (recall: number): Promise<number> => {
        const before = (await db.stats()).distances;
        await db.searchMany(asked, { k: 10, recall });
        return (await db.stats()).distances - before;
      };
      expect(await work(0.8)).toBeLessThan(await work(0.99));
    });

    test('data without any structure is found as well, as soon as the write resolves', async () => {
      const dimensions = 48;
      const db = await open({ dimensions, metric: 'euclidean', efConstruction: 100 });
      const rows = normal(4100, dimensions, 41);
      const asked = normal(150, dimensions, 42);
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      const found = await db.searchMany(asked, { k: 10 });
      const truth = await db.searchMany(asked, { k: 10, exact: true });
      expect(share(found, truth)).toBeGreaterThanOrEqual(0.93);
    });

    test('the same calls lead to the same hits and the same bytes, with and without pauses', async () => {
      const hits = async (pauses: readonly number[]): Promise<unknown> => {
        const dimensions = 16;
        const db = await open({ dimensions, m: 8, efConstruction: 40 });
        const rows = clustered(2700, dimensions, 51);
        const found: unknown[] = [];
        for (const [part, pause] of pauses.entries()) {
          await db.insert(
            rows.slice(part * 900, (part + 1) * 900).map((vector, i) => ({ id: 900 * part + i, vector })),
          );
          await new Promise((resolve) => setTimeout(resolve, pause));
          found.push(await db.searchMany(clustered(40, dimensions, 52), { k: 10 }));
        }
        return found;
      };
      const [first, ...others] = [await hits([0, 0, 0]), await hits([0, 40, 0]), await hits([40, 0, 40])];
      for (const other of others) expect(other).toEqual(first);
    });

    test.each([
      ['float32', 0, 5.5],
      ['int16', 1 / 57_330, 3],
      ['int8', 1 / 210, 2],
    ] as const)('%s: finds the neighbours, and keeps its precision', async (precision, error, mostBytes) => {
      const dimensions = 256;
      const rows = clustered(6000, dimensions, 31);
      const db = await open({ dimensions, metric: 'euclidean', precision });
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      const asked = near(rows, clustered(60, dimensions, 32));
      const truth = asked.map((query) => nearest('euclidean', query, rows, 10).map((id) => ({ id })));
      expect(share(await db.searchMany(asked, { k: 10, ef: 120 }), truth)).toBeGreaterThanOrEqual(0.95);
      const { memory } = await db.stats();
      expect(memory.codes).toBeGreaterThan(0);
      expect(memory.graph).toBeGreaterThan(0);
      // The last chunk of rows is only partly full.
      expect((memory.rows + memory.codes) / (rows.length * dimensions)).toBeLessThan(mostBytes);
      const [hit] = await db.search(rows[7] as Float32Array, { k: 1, includeVectors: true });
      for (const stored of [(await db.get(7))?.vector, hit?.vector]) {
        const row = rows[7] as Float32Array;
        // Twice the largest number is above the largest less the mean.
        const most = 2 * Math.max(...row.map(Math.abs)) * error;
        expect(stored?.every((value, i) => Math.abs(value - (row[i] as number)) <= most)).toBe(true);
      }
      expect((await db.stats()).precision).toBe(precision);
    });

    test.each([
      ['rows of few dimensions', 3, 1, 'float32'],
      ['groups far narrower than their distances', 64, 0.02, 'int16'],
    ] as const)('int8 keeps more of %s, and loses no neighbour', async (_, dimensions, spread, kept) => {
      const centres = clustered(50, dimensions, 41);
      const rows = clustered(2500, dimensions, 42).map((row, i) =>
        row.map((value, j) => ((centres[i % 50] as Float32Array)[j] as number) + spread * value),
      );
      const db = await open({ dimensions, metric: 'euclidean', precision: 'int8', m: 4, efConstruction: 20 });
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      const queries = rows.slice(0, 40).map((row) => row.map((value, j) => value + (spread * ((j % 5) - 2)) / 10));
      const truth = queries.map((query) => nearest('euclidean', query, rows, 10).map((id) => ({ id })));
      expect(share(await db.searchMany(queries, { k: 10, exact: true }), truth)).toBeGreaterThan(0.985);
      expect((await db.stats()).precision).toBe(kept);
    });
  });
}

/** Every host must save the same bytes, so the suite runs in every browser. */
export function defineSameBytesSuite(label: string, open: Open): void {
  describe(`Same bytes, ${label}`, () => {
    test('the same calls give an export of the same bytes on every platform', async () => {
      const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
      expect(await seededExport(open, pause)).toBe(known.export);
    });
  });
}

/** Queries from the clusters of the rows, as in practice. */
function near(rows: readonly Float32Array[], others: readonly Float32Array[]): Float32Array[] {
  return others.map((other, i) => other.map((x, j) => (x + ((rows[i * 7] as Float32Array)[j] as number) * 9) / 10));
}

/** The share of the true hits that were found. */
function share(found: readonly { id: Id }[][], truth: readonly { id: Id }[][]): number {
  let right = 0;
  let wanted = 0;
  for (const [i, hits] of truth.entries()) {
    const ids = new Set(hits.map((hit) => hit.id));
    right += (found[i] ?? []).filter((hit) => ids.has(hit.id)).length;
    wanted += ids.size;
  }
  return right / wanted;
}
