// A list with details tells the error of a damaged database, and goes on with the others.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { temporaryFolders } from '../support/folders.js';
import { failure } from '../support/open.js';

const folder = temporaryFolders('list-damaged');

test('a database without its chunks has an error in place of its rows', async () => {
  const directory = folder();
  for (const name of ['bad', 'good']) {
    const db = await EdgeVec.open({ name, dimensions: 2, directory });
    await db.insert([1, 2]);
    await db.save();
    await db.close();
  }
  const chunks = join(directory, 'db-bad', 'chunks');
  expect(readdirSync(chunks).length).toBeGreaterThan(0);
  rmSync(chunks, { recursive: true });
  const listed = await EdgeVec.list({ directory, details: true });
  expect(listed).toEqual([
    { name: 'bad', error: expect.objectContaining({ code: 'DAMAGED' }) },
    { name: 'good', rows: 1, bytes: expect.any(Number), savedAt: expect.any(Date) },
  ]);
  await failure(() => EdgeVec.load('bad', { directory }), 'DAMAGED');
});
