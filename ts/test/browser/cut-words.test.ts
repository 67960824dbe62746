import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type Language } from '../../src/index.js';
import { defineCutWordsSuite } from '../suites/cut-words.js';

defineCutWordsSuite('worker', { worker: true });
defineCutWordsSuite('in-thread', { worker: false });

const LANGUAGES = 'ar da de el en es fi fr ga hi hu hy id it lt ne nl no pt ro ru sr sv ta tr'.split(' ') as Language[];

test.each(LANGUAGES)('a worker has the language %s', async (language) => {
  const db = await EdgeVec.open<{ body: string }>({ dimensions: 2, text: ['body'], language, worker: true });
  onTestFinished(() => db.close());
  expect(db.host).toBe('worker');
  await db.insert({ id: 1, vector: [1, 2], metadata: { body: '2024' } });
  expect((await db.search({ text: '2024' })).map(({ id }) => id)).toEqual([1]);
});

test('a module beside the page', async () => {
  const tokenize = new URL('../support/tokens.js', import.meta.url);
  for (const worker of [true, false]) {
    const db = await EdgeVec.open<{ path: string }>({ dimensions: 2, text: ['path'], tokenize, worker });
    onTestFinished(() => db.close());
    await db.insert({ id: 1, vector: [1, 2], metadata: { path: 'usr/local bin' } });
    expect((await db.search({ text: 'local bin' })).map(({ id }) => id)).toEqual([1]);
  }
});
