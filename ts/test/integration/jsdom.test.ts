// @vitest-environment jsdom

// Tests of web pages often run in jsdom. jsdom has many interfaces of a browser, some of them
// incomplete, beside the interfaces of Node.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { failure } from '../support/open.js';

test('this environment is jsdom, with a Blob without stream()', () => {
  expect(navigator.userAgent).toContain('jsdom');
  expect('stream' in Blob.prototype).toBe(false);
});

test('a database opens, is written, searched, stored, exported and imported', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'edgevec-jsdom-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const db = await EdgeVec.open<{ n: number; at: Date }>({ name: 'page', directory, dimensions: 2 });
  const at = new Date(5);
  await db.insert([
    { id: 'a', vector: [1, 0], metadata: { n: 1, at } },
    { id: 'b', vector: Float32Array.of(0, 1), metadata: { n: 2, at } },
  ]);
  expect((await db.search([1, 0.1], 1))[0]).toMatchObject({ id: 'a', metadata: { n: 1, at } });
  await db.save();
  const file = new Uint8Array(await new Response(db.export()).arrayBuffer());
  await db.close();
  const again = await EdgeVec.load<{ n: number; at: Date }>('page', { directory });
  expect(await again.get('b')).toMatchObject({ metadata: { n: 2, at } });
  await again.close();
  for (const source of [file, file.buffer, new Response(file)]) {
    const copy = await EdgeVec.import(source);
    expect(await copy.count()).toBe(2);
    await copy.close();
  }
});

test('import reports an unreadable Blob', async () => {
  const error = await failure(() => EdgeVec.import(new Blob(['EVDB'])), 'INVALID_OPTIONS');
  expect(error.got).toBe('a Blob');
});
