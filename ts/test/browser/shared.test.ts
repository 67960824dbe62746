// Databases of a page with the same name and the same options are one database.

import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type OpenOptions } from '../../src/index.js';
import { failure } from '../support/open.js';

let number = 0;

/** Options of a new name. The name is free again when the test is over. */
function stored(more: Partial<OpenOptions> = {}) {
  const name = `shared ${number++} ${Date.now()}`;
  onTestFinished(() => EdgeVec.drop(name));
  return { name, dimensions: 2, ...more };
}

/** The workers of databases: each worker holds a lock for as long as the worker lives. */
async function workers(): Promise<string[]> {
  const { held = [] } = await navigator.locks.query();
  return held.map(({ name }) => String(name)).filter((name) => name.startsWith('edgevec:worker:'));
}

type Db = EdgeVec<{ n?: number }>;

async function openTwice(options: OpenOptions & { dimensions: number }): Promise<[Db, Db, EdgeVecEvent[][]]> {
  const heard: EdgeVecEvent[][] = [[], []];
  const dbs = await Promise.all(
    heard.map((events) => EdgeVec.open<{ n?: number }>({ ...options, onEvent: (event) => void events.push(event) })),
  );
  return [...dbs, heard] as unknown as [Db, Db, EdgeVecEvent[][]];
}

for (const worker of [true, false]) {
  const where = worker ? 'in a worker' : "in the page's thread";

  test(`opened again ${where}, each sees the other's rows at once, and hears of them`, async () => {
    const [one, other, [toOne, toOther]] = await openTwice(stored({ worker }));
    await one.insert([{ id: 'a', vector: [1, 0] }]);
    expect(await other.keys()).toEqual(['a']);
    const changed = { type: 'changed', all: false, inserted: [], updated: [], deleted: [] };
    expect([toOne, toOther]).toEqual([[], [{ ...changed, inserted: ['a'] }]]);
    await other.update({ id: 'a', metadata: { n: 1 } });
    expect((await one.get('a'))?.metadata).toEqual({ n: 1 });
    expect(toOne).toEqual([{ ...changed, updated: ['a'] }]);
    await other.delete('no such row');
    await one.insert([]);
    expect([toOne?.length, toOther?.length]).toEqual([1, 1]);
    await other.delete('a');
    expect([await one.count(), toOne?.length]).toEqual([0, 2]);
    await Promise.all([one.close(), other.close()]);
  });

  test(`closing one ${where} leaves the other open, and its own calls refused`, async () => {
    const options = stored({ worker });
    const [one, other] = await openTwice(options);
    await one.insert({ id: 1, vector: [1, 0] });
    // The write is under way: close waits for the write, and the write succeeds.
    const writing = one.insert({ id: 2, vector: [0, 1] });
    const [, closing] = [await Promise.resolve(), one.close()];
    expect(await writing).toBe(2);
    await closing;
    await failure(() => one.count(), 'CLOSED');
    expect(await other.keys()).toEqual([1, 2]);
    await other.close();
    const again = await EdgeVec.open(options);
    expect(await again.count()).toBe(2);
    await again.close();
  });

  test(`a closed one ${where} takes its unfinished write and its export along`, async () => {
    const [one, other] = await openTwice(stored({ worker }));
    await other.insert({ id: 'kept', vector: [1, 0] });
    let begun = (): void => {};
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const writing = one.insert(
      (async function* () {
        for (let i = 0; i < 2_000; i++) yield { vector: [i, 1] };
        begun();
        await new Promise(() => {});
      })(),
    );
    const refused = failure(() => writing, 'CLOSED');
    const reader = one.export().getReader();
    await reader.read();
    await hasBegun;
    await one.close();
    await refused;
    await failure(() => reader.read(), 'CLOSED');
    await other.compact();
    expect((await other.stats()).hidden).toBe(0);
    expect(await other.has(['kept'])).toEqual([true]);
    await other.close();
  });

  test(`transactions of two ${where} do not mix`, async () => {
    const [one, other] = await openTwice(stored({ worker, metric: 'euclidean' }));
    const rows = (first: number) => Array.from({ length: 500 }, (_, i) => ({ id: first + i, vector: [i, first + 1] }));
    await Promise.all([one.insert(rows(0)), other.insert(rows(1_000)), one.insert(rows(2_000))]);
    expect((await other.keys()).length).toBe(1_500);
    expect((await one.get(1_007))?.vector).toEqual(new Float32Array([7, 1_001]));
    expect((await other.get(2_007))?.vector).toEqual(new Float32Array([7, 2_001]));
    await Promise.all([one.close(), other.close()]);
  });
}

test('a page that opens a database six times has one worker', async () => {
  const others = await workers();
  const options = stored({ worker: true });
  const dbs = await Promise.all(Array.from({ length: 6 }, () => EdgeVec.open(options)));
  expect((await workers()).filter((name) => !others.includes(name))).toHaveLength(1);
  await Promise.all(dbs.map((db) => db.close()));
});

test('other options make a database of its own, and a name must still fit', async () => {
  const options = stored();
  const one = await EdgeVec.open(options);
  await failure(() => EdgeVec.open({ ...options, dimensions: 3 }), 'OPTIONS_DIFFER');
  const other = await EdgeVec.open({ ...options, recall: 0.9 });
  await one.insert({ id: 'a', vector: [1, 0] });
  await expect.poll(() => other.count()).toBe(1);
  // A copy of its own behaves as another tab. An opener still finds what was written before.
  await other.insert({ id: 'b', vector: [0, 1] });
  const again = await EdgeVec.open(options);
  expect(await again.keys()).toEqual(['a', 'b']);
  await Promise.all([one, other, again].map((db) => db.close()));
});

test('each opener gets its own error, and a later one may succeed', async () => {
  const { dimensions: _, ...options } = stored();
  const errors = await Promise.all([1, 2, 3].map(() => failure(() => EdgeVec.load(options.name), 'NOT_FOUND')));
  expect(new Set(errors).size).toBe(3);
  const db = await EdgeVec.open({ ...options, dimensions: 2 });
  await db.close();
});

test('dropped, all are told and closed, and the name opens as a new database', async () => {
  const options = stored();
  const [one, other, heard] = await openTwice(options);
  await one.insert({ id: 'a', vector: [1, 0] });
  await EdgeVec.drop(options.name);
  for (const db of [one, other]) await failure(() => db.count(), 'CLOSED');
  for (const events of heard) expect(events.at(-1)?.type).toBe('storage-gone');
  const again = await EdgeVec.open(options);
  expect(await again.count()).toBe(0);
  await Promise.all([one, other, again].map((db) => db.close()));
});

test('opened while the last one closes, the database opens again', async () => {
  const options = stored();
  const one = await EdgeVec.open(options);
  await one.insert({ id: 'a', vector: [1, 0] });
  const [, again] = await Promise.all([one.close(), EdgeVec.open(options)]);
  expect(await again.keys()).toEqual(['a']);
  await again.close();
});
