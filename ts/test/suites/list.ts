// The list of stored databases, with what is stored of each.

import { describe, expect, test } from 'vitest';
import { EdgeVec, type OpenOptions } from '../../src/index.js';
import { failure } from '../support/open.js';
import { openedIn } from '../support/opened.js';

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ id: from + i, vector: [from + i, 1, 1] }));

/** @param defaults options of every database. `directory` says where the databases are */
export function defineListSuite(label: string, defaults: Partial<OpenOptions>): void {
  describe(`The list of stored databases, ${label}`, () => {
    const { where, open } = openedIn({ dimensions: 3, metric: 'euclidean', ...defaults });
    const detailsOf = async (name: string) =>
      (await EdgeVec.list({ ...where, details: true })).find((database) => database.name === name);

    test('details are right before, between and after checkpoints, while the database is open', async () => {
      const before = Date.now();
      const db = await open('list-rows');
      expect(await detailsOf('list-rows')).toMatchObject({ rows: 0 });
      await db.insert(rows(0, 500));
      await db.insert({ vector: [1, 2, 3] });
      expect(await detailsOf('list-rows')).toMatchObject({ rows: 501 });
      await db.save();
      expect(await detailsOf('list-rows')).toMatchObject({ rows: 501 });
      await db.upsert(rows(400, 700));
      await db.update({ id: 3, metadata: { changed: true } });
      await db.delete([0, 1, 2]);
      const details = await detailsOf('list-rows');
      expect(details?.rows).toBe(await db.count());
      expect(details?.bytes).toBe((await db.stats()).storage.bytes);
      const savedAt = details?.savedAt?.getTime() as number;
      expect(savedAt).toBeGreaterThanOrEqual(before);
      expect(savedAt).toBeLessThanOrEqual(Date.now());
      const count = await db.count();
      await db.close();
      expect((await detailsOf('list-rows'))?.rows).toBe(count);
    });

    test('a write too large for one frame counts', async () => {
      const db = await open('list-large');
      const text = 'x'.repeat(10_000);
      await db.insert(rows(0, 300).map((row) => ({ ...row, metadata: { text } })));
      const { bytes } = (await db.stats()).storage;
      expect(await detailsOf('list-large')).toMatchObject({ rows: 300, bytes });
    });

    test('names come in the same order as without details', async () => {
      for (const name of ['list-b', 'list-a']) await (await open(name)).close();
      const names = await EdgeVec.list(where);
      expect((await EdgeVec.list({ ...where, details: true })).map(({ name }) => name)).toEqual(names);
      expect(names.filter((name) => /^list-[ab]$/.test(name))).toEqual(['list-a', 'list-b']);
      expect(await EdgeVec.list({ ...where, details: false })).toEqual(names);
      const error = await failure(() => EdgeVec.list({ details: 'yes' as never }), 'INVALID_OPTIONS');
      expect(error.expected).toBe('true or false');
    });
  });
}
