// The graph's answers against exact search, on seeded clustered data.

import { describe, expect, test } from 'vitest';
import type { Open } from '../support/open.js';
import { clustered, nearest } from '../support/vectors.js';

export function defineRecallSuite(label: string, open: Open): void {
  describe(`Recall, ${label}`, () => {
    test.each([
      ['cosine', 24],
      ['dot', 24],
      ['euclidean', 24],
      ['cosine', 129],
    ] as const)('%s, %i dimensions: recall@10 is at least 0.95 at ef 100', async (metric, dimensions) => {
      const rows = clustered(5000, dimensions, 11);
      const queries = clustered(50, dimensions, 12);
      // Queries from the same clusters as the rows, as in use.
      const asked = queries.map((query, i) =>
        query.map((x, j) => (x + ((rows[i * 7] as Float32Array)[j] as number) * 9) / 10),
      );
      const db = await open({ dimensions, metric });
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      expect((await db.stats()).levels).toBeGreaterThan(0);
      const exact = await db.searchMany(asked, { k: 10, exact: true });
      expect(exact[0]?.map((hit) => hit.id)).toEqual(nearest(metric, asked[0] as Float32Array, rows, 10));
      const found = await db.searchMany(asked, { k: 10, ef: 100 });
      let right = 0;
      for (const [i, hits] of found.entries()) {
        const truth = new Set(exact[i]?.map((hit) => hit.id));
        right += hits.filter((hit) => truth.has(hit.id)).length;
      }
      expect(right / (10 * asked.length)).toBeGreaterThanOrEqual(0.95);
    });
  });
}
