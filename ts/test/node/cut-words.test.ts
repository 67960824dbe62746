import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { defineCutWordsSuite } from '../suites/cut-words.js';
import { failure } from '../support/open.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-cut-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineCutWordsSuite('in-thread', { worker: false, directory });

test('a module in a file', async () => {
  const file = join(directory, 'tokens.mjs');
  writeFileSync(file, `export default (text) => text.split('/');`);
  const db = await EdgeVec.open<{ path: string }>({ dimensions: 2, text: ['path'], tokenize: pathToFileURL(file) });
  await db.insert({ id: 1, vector: [1, 2], metadata: { path: 'usr/local bin' } });
  expect((await db.search({ text: 'local bin' })).map(({ id }) => id)).toEqual([1]);
  await db.close();
  // Node has no address of a page.
  const { message } = await failure(
    () => EdgeVec.open({ dimensions: 2, text: ['path'], tokenize: './tokens.mjs' }),
    'INVALID_OPTIONS',
  );
  expect(message).toContain('import.meta.url');
});

test('a tokenizer is asked for the newest rows only, if the stored words are of the same name', async () => {
  const asked: string[] = [];
  const tokens = (text: string): string[] => {
    asked.push(text);
    return text.split(' ');
  };
  const open = (): Promise<EdgeVec<{ body: string }>> =>
    EdgeVec.open<{ body: string }>({
      name: 'asked',
      directory,
      dimensions: 2,
      text: ['body'],
      tokenize: { name: 'blanks', tokens },
    });
  const first = await open();
  const body = Array.from({ length: 100 }, (_, i) => `w${i}`).join(' ');
  await first.insert(Array.from({ length: 2_000 }, (_, id) => ({ id, vector: [1, id], metadata: { body } })));
  await first.search({ text: 'w1' });
  expect(asked.length).toBe(2_001);
  await first.save();
  await first.close();
  asked.length = 0;
  const again = await open();
  expect(await again.search({ text: 'w1', k: 3_000 })).toHaveLength(2_000);
  expect(asked.length).toBeLessThan(400);
  await again.close();
});
