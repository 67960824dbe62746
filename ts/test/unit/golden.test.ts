// Files that earlier versions exported: read for ever, and exported again as they are. scripts/golden.mjs writes them.

import { readdirSync, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type Id } from '../../src/index.js';

interface Known {
  readonly dimensions: number;
  readonly rows: number;
  readonly queries: number[][];
  /** Ids of the nearest rows of each query. */
  readonly expected: Id[][];
}

const folder = fileURLToPath(new URL('../golden/', import.meta.url));
const names = readdirSync(folder).filter((file) => file.endsWith('.edgevec'));

test.each(names)('%s is read, answers as it did, and is exported as it was', async (file) => {
  const [, metric, , written] = file.replace('.edgevec', '').split('-');
  const known: Known = JSON.parse(readFileSync(`${folder}${file.replace('.edgevec', '.json')}`, 'utf8'));
  const bytes = readFileSync(`${folder}${file}`);
  const db = await EdgeVec.import(new Blob([bytes]), { worker: false });
  onTestFinished(() => db.close());

  expect([db.dimensions, db.metric, await db.count()]).toEqual([known.dimensions, metric, known.rows]);
  expect((await db.stats()).levels > 0).toBe(Number(written) > 2000);
  for (const how of [{ exact: true }, { ef: 400 }]) {
    const found = await db.searchMany(known.queries, { k: 5, ...how });
    expect(found.map((hits) => hits.map(({ id }) => id))).toEqual(known.expected);
  }
  for (const id of known.expected.flat().filter((id) => typeof id === 'string')) {
    const i = Number(id.replace('row-', ''));
    expect((await db.get(id))?.metadata).toEqual({ title: `Row ${i}`, even: i % 2 === 0, at: new Date(i * 1e9) });
  }
  expect((await buffer(db.export())).equals(bytes)).toBe(true);
});

test('there is one of each kind', () => {
  expect(names.length).toBeGreaterThanOrEqual(3);
});
