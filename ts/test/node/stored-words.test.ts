import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { Metadata } from '../../src/collection/metadata/metadata.js';
import { EdgeVec } from '../../src/index.js';
import { Checkpoints } from '../../src/persistence/checkpoints.js';
import { answers, defineStoredWordsSuite, type Page, page, ROWS } from '../suites/stored-words.js';
import { inFiles } from '../support/tampering-files.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-words-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineStoredWordsSuite('files', { worker: false, directory }, inFiles(directory));

test('opening reads the metadata of the newest rows only', async () => {
  const read = vi.spyOn(Metadata.prototype, 'peek');
  const open = (): Promise<EdgeVec<Page>> =>
    EdgeVec.open<Page>({ name: 'counted', directory, worker: false, dimensions: 2, text: ['title', 'body'] });
  const first = await open();
  await first.insert(Array.from({ length: ROWS }, (_, id) => page(id)));
  const expected = await answers(first);
  expect(read.mock.calls.length).toBeGreaterThanOrEqual(ROWS);
  await first.save();
  await first.close();
  read.mockClear();
  const again = await open();
  expect(await answers(again)).toEqual(expected);
  // Rows of about 32,768 words, or fewer rows, are in no segment yet.
  expect(read.mock.calls.length).toBeLessThan(400);
  // No row is read twice.
  expect(new Set(read.mock.calls.map(([slot]) => slot)).size).toBe(read.mock.calls.length);
  await again.close();
});

test('opening after a checkpoint without text search reads the metadata of the newest and changed rows only', async () => {
  const read = vi.spyOn(Metadata.prototype, 'peek');
  const options = { name: 'kept', directory, worker: false, dimensions: 2 } as const;
  const first = await EdgeVec.open<Page>({ ...options, text: ['title', 'body'] });
  await first.insert(Array.from({ length: ROWS }, (_, id) => page(id)));
  await first.save();
  await first.close();
  const without = await EdgeVec.open<Page>(options);
  await without.update(Array.from({ length: 50 }, (_, id) => ({ id, metadata: { title: 'zebra' } })));
  await without.save();
  await without.close();
  read.mockClear();
  const again = await EdgeVec.open<Page>({ ...options, text: ['title', 'body'] });
  expect(await again.search({ text: 'zebra', k: ROWS })).toHaveLength(ROWS / 5 + 40);
  const slots = new Set(read.mock.calls.map(([slot]) => slot));
  expect(slots.size).toBeGreaterThanOrEqual(50);
  expect(slots.size).toBeLessThan(450);
  await again.close();
});

test('only words that a checkpoint can store are worth a checkpoint', async () => {
  const told = vi.spyOn(Checkpoints.prototype, 'madeWords');
  const options = { name: 'nameless', directory, worker: false, dimensions: 2 } as const;
  const first = await EdgeVec.open<Page>(options);
  await first.insert(Array.from({ length: ROWS }, (_, id) => page(id)));
  await first.save();
  await first.close();
  const made: number[] = [];
  const cut = (text: string): string[] => text.split(' ');
  for (const more of [{ tokenize: cut }, {}]) {
    told.mockClear();
    const db = await EdgeVec.open<Page>({ ...options, ...more, text: ['title', 'body'] });
    await expect.poll(() => told.mock.calls.length, { timeout: 60_000 }).toBeGreaterThan(0);
    made.push(told.mock.calls[0]?.[0] as number);
    await db.close();
  }
  expect(made[0]).toBe(0);
  expect(made[1]).toBeGreaterThan(1 << 20);
});

test('a database that was embedded again has the same words', async () => {
  const embedder = (model: string, factor: number) => ({
    model,
    dimensions: 2,
    embed: async (texts: readonly string[]) => texts.map((text) => Float32Array.of(factor, text.length)),
  });
  const name = 'reembedded';
  const options = { name, directory, worker: false, text: { title: 3, body: 1 } } as const;
  const first = await EdgeVec.open<Page>({ ...options, embed: embedder('one', 1), dimensions: 2 });
  const rows = Array.from({ length: ROWS }, (_, id) => ({ id, metadata: page(id).metadata }));
  await first.insert(rows.map((row) => ({ ...row, text: row.metadata.body })));
  const expected = await answers(first);
  await first.save();
  await first.close();
  const second = await EdgeVec.open<Page>(options);
  await second.reembed(embedder('two', 2));
  expect(await answers(second)).toEqual(expected);
  await second.save();
  await second.close();
  const third = await EdgeVec.open<Page>({ ...options, embed: embedder('two', 2) });
  expect(await answers(third)).toEqual(expected);
  await third.close();
});
