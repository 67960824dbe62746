// In the caller's own thread, the event loop turns even during a loop of short calls.

import { describe, expect, test } from 'vitest';
import type { EdgeVec } from '../../src/index.js';
import type { Open } from '../support/open.js';
import { uniform } from '../support/vectors.js';

/** Far more calls than fit into a turn, on any machine. */
const MOST = 500_000;

export function defineTurnSuite(label: string, open: Open): void {
  const rows = uniform(500, 32);

  async function filled(): Promise<EdgeVec> {
    const db = await open({ dimensions: 32 });
    await db.insert(rows.map((vector, id) => ({ id, vector })));
    return db;
  }

  const calls: [string, (db: EdgeVec, i: number) => Promise<unknown>][] = [
    ['search', (db, i) => db.search(rows[i % rows.length] as Float32Array, 3)],
    ['failing search', (db) => db.search(new Float32Array(32)).catch(() => {})],
    ['get', (db, i) => db.get(i % rows.length)],
    ['count', (db) => db.count()],
    ['delete of a missing row', (db) => db.delete('absent')],
    ['flush', (db) => db.flush()],
  ];

  describe(`A loop of awaited calls, ${label}`, () => {
    test.each(calls)('%s: a timer fires meanwhile', async (_what, call) => {
      const db = await filled();
      let fired = false;
      setTimeout(() => {
        fired = true;
      }, 1);
      let made = 0;
      for (; !fired && made < MOST; made++) await call(db, made);
      expect(fired).toBe(true);
      expect(made).toBeGreaterThan(0);
    });

    test('many concurrent searches: a timer fires before the last search is answered', async () => {
      const db = await filled();
      let fired = false;
      setTimeout(() => {
        fired = true;
      }, 1);
      const queries = Array.from({ length: 20_000 }, (_, i) => rows[i % rows.length] as Float32Array);
      let before = 0;
      const searching = queries.map(async (query, i) => {
        const [hit] = await db.search(query, 1);
        expect(hit?.id).toBe(i % rows.length);
        if (!fired) before++;
      });
      await Promise.all(searching);
      expect(before).toBeLessThan(queries.length);
    });

    test('a waiting query uses the values from the time of the call', async () => {
      const db = await filled();
      const query = new Float32Array(32);
      const searching = Array.from({ length: 20_000 }, (_, i) => {
        query.set(rows[i % rows.length] as Float32Array);
        return db.search(query, 1);
      });
      const found = (await Promise.all(searching)).map(([hit]) => hit?.id);
      expect(found).toEqual(found.map((_, i) => i % rows.length));
    });
  });
}
