// Many calls at once give no warning of Node. An app may end its process at a warning, or show
// warnings to its users.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { embedder } from '../../src/integrations/transformers/index.js';
import * as fakeTransformers from '../support/fake-transformers.js';

/** Node warns from the eleventh listener of a signal on. */
const CALLS = Array.from({ length: 40 }, (_, call) => call);
const directory = mkdtempSync(join(tmpdir(), 'edgevec-warnings-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the calls at once. @returns the warnings of Node */
async function warningsOf(run: (call: number) => PromiseLike<unknown>): Promise<string[]> {
  const warnings: string[] = [];
  const note = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', note);
  try {
    await Promise.all(CALLS.map(run));
    // Node tells a warning in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', note);
  }
  return warnings;
}

interface Doc {
  text: string;
  source?: string;
}

async function open(name?: string): Promise<EdgeVec<Doc>> {
  const embed = async (texts: readonly string[]): Promise<number[][]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return texts.map((text) => [text.length, 1]);
  };
  const stored = name === undefined ? {} : { name, directory };
  const db = await EdgeVec.open<Doc>({ ...stored, embed: { model: 'lengths', dimensions: 2, embed } });
  onTestFinished(() => db.close());
  await db.insert({ text: 'a first text' });
  return db;
}

async function* stream<T>(item: T): AsyncGenerator<T> {
  yield item;
}

test.each(['in memory', 'stored'])('calls with texts, %s', async (where) => {
  const db = await open(where === 'stored' ? where : undefined);
  expect(await warningsOf((i) => db.insert({ text: `text ${i}` }))).toEqual([]);
  expect(await warningsOf((i) => db.insert(stream({ text: `text ${i}` })))).toEqual([]);
  expect(await warningsOf((i) => db.search(`question ${i}`))).toEqual([]);
  expect(await warningsOf((i) => db.replace(`source ${i}`, [{ text: `text ${i}` }]))).toEqual([]);
  expect(await db.count()).toBe(1 + 3 * CALLS.length);
});

test('calls that share a signal', async () => {
  const db = await open();
  const { signal } = new AbortController();
  const vector = [1, 2];
  expect(await warningsOf((i) => db.insert({ text: `text ${i}` }, { signal }))).toEqual([]);
  expect(await warningsOf((i) => db.insert(stream({ vector, metadata: { text: `text ${i}` } }), { signal }))).toEqual(
    [],
  );
  expect(await warningsOf(() => db.search('question', { signal }))).toEqual([]);
  expect(
    await warningsOf(async () =>
      db.live(
        () => db.count(),
        () => {},
        { signal },
      ),
    ),
  ).toEqual([]);
});

test('calls of an embedder that share a signal', async () => {
  const model = await embedder('fake', { transformers: fakeTransformers as never, worker: false });
  onTestFinished(() => model.dispose());
  const { signal } = new AbortController();
  expect(await warningsOf((i) => model.embed(`text ${i}`, { signal }))).toEqual([]);
});
