// The name of the model in stored databases and in files: every later open knows the model.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type OpenOptions, type TextModel } from '../../src/index.js';
import init, { EdgeVec as SyncEdgeVec } from '../../src/sync.js';
import { failure } from '../support/open.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-model-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const modelOf = (model: string, dimensions = 3): TextModel => ({
  model,
  dimensions,
  embed: (texts) => texts.map((text) => Array.from({ length: dimensions }, (_, i) => text.length + i)),
});

const ONE = modelOf('one');

let names = 0;

async function open(options: OpenOptions & { name: string }): Promise<EdgeVec> {
  const db = await EdgeVec.open({ directory, worker: false, ...options });
  onTestFinished(() => db.close());
  return db;
}

/** A database with a row, and its name. */
async function made(options: Partial<OpenOptions>): Promise<string> {
  const name = `model ${++names}`;
  const db = await EdgeVec.open({ directory, worker: false, ...options, name });
  await db.insert({ vector: [1, 2, 3] });
  await db.close();
  return name;
}

test('another model is refused, with the names of both', async () => {
  const name = await made({ embed: ONE });
  const error = await failure(() => open({ name, embed: modelOf('two') }), 'MODEL_DIFFERS');
  expect(error).toMatchObject({ expected: expect.stringContaining('one'), got: expect.stringContaining('two') });
  // Also if the other model has other dimensions.
  await failure(() => open({ name, embed: modelOf('two', 5) }), 'MODEL_DIFFERS');
  await failure(() => EdgeVec.load(name, { directory, embed: modelOf('two') }), 'MODEL_DIFFERS');
  const db = await open({ name, embed: ONE });
  expect([db.model, await db.count()]).toEqual(['one', 1]);
});

test('without a model the database opens, and keeps the model', async () => {
  const name = await made({ embed: ONE });
  const db = await EdgeVec.load(name, { directory });
  expect(db.model).toBe('one');
  await db.insert({ vector: [3, 2, 1] });
  await db.save();
  await db.close();
  await failure(() => open({ name, embed: modelOf('two') }), 'MODEL_DIFFERS');
});

test('a database without a model gets the model of the next open, with its next checkpoint', async () => {
  const name = await made({ dimensions: 3 });
  const before = await open({ name });
  expect(before.model).toBeUndefined();
  await before.close();
  await failure(() => open({ name, embed: modelOf('one', 4) }), 'OPTIONS_DIFFER');
  const db = await open({ name, embed: ONE });
  expect(db.model).toBe('one');
  await db.save();
  await db.close();
  await failure(() => open({ name, embed: modelOf('two') }), 'MODEL_DIFFERS');
  expect((await EdgeVec.load(name, { directory })).model).toBe('one');
});

test('exports, copies, imports and edgevec/sync keep the model', async () => {
  const name = await made({ embed: ONE });
  const db = await open({ name, embed: ONE });
  const file = await new Response(db.export()).blob();
  await db.save(`${name} copy`);
  expect((await EdgeVec.load(`${name} copy`, { directory })).model).toBe('one');
  const memory = await EdgeVec.import(file, { worker: false });
  expect(memory.model).toBe('one');
  expect(await (await new Response(memory.export()).blob()).arrayBuffer()).toEqual(await file.arrayBuffer());
  await memory.close();
  await failure(() => EdgeVec.import(file, { worker: false, embed: modelOf('two') }), 'MODEL_DIFFERS');
  const stored = await EdgeVec.import(file, { worker: false, directory, name: `${name} import`, embed: ONE });
  expect([stored.model, (await stored.search('abc', 1)).length]).toEqual(['one', 1]);
  await stored.close();
  await failure(() => open({ name: `${name} import`, embed: modelOf('two') }), 'MODEL_DIFFERS');
  await db.close();

  await init();
  await (await EdgeVec.open({ directory, worker: false, name: 'sync', embed: ONE })).close();
  const index = await SyncEdgeVec.load('sync', { directory });
  index.insert([1, 2, 3]);
  await index.save('sync', { directory });
  expect((await EdgeVec.load('sync', { directory })).model).toBe('one');
});

test('a database in memory knows its model, and a salvaged database too', async () => {
  const db = await EdgeVec.open({ embed: ONE, worker: false });
  expect(db.model).toBe('one');
  const file = await new Response(db.export()).blob();
  await db.close();
  await failure(() => EdgeVec.import(file, { worker: false, embed: modelOf('two') }), 'MODEL_DIFFERS');
  const { db: salvaged } = await EdgeVec.salvage(await made({ embed: ONE }), { directory });
  expect(salvaged.model).toBe('one');
  await salvaged.close();
});
