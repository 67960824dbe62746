// Dropping a database while connections stay open. WebKit keeps the connection of an ended worker
// for as long as the page lives: the tests imitate this connection.

import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent } from '../../src/index.js';
import { dropStores } from '../../src/storage/indexeddb/drop.js';
import { failure } from '../support/open.js';

/** How long a drop waits for a connection that stays, in milliseconds. */
const BLOCKED_MS = 1_000;
/** More than any tab needs to close. */
const CLOSING_MS = 300_000;

/** A connection that nobody closes when the database is to be deleted. */
async function connection(name: string, version?: number): Promise<IDBDatabase> {
  const opening = indexedDB.open(`edgevec:${name}`, version);
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  onTestFinished(() => db.close());
  return db;
}

/** The number of values in all stores. */
async function values(db: IDBDatabase): Promise<number> {
  const names = [...db.objectStoreNames];
  const transaction = db.transaction(names);
  const counts = names.map(
    (store) =>
      new Promise<number>((resolve, reject) => {
        const request = transaction.objectStore(store).count();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      }),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

let names = 0;
const fresh = (): string => `drop-${Date.now()}-${names++}`;

/** A closed database with a row. */
async function stored(): Promise<string> {
  const name = fresh();
  const db = await EdgeVec.open({ name, dimensions: 1, worker: false });
  await db.insert({ id: 1, vector: [1] });
  await db.save();
  await db.close();
  return name;
}

/** The browser has deleted the database. */
async function expectGone(name: string): Promise<void> {
  await expect.poll(() => EdgeVec.list()).not.toContain(name);
  const anew = await EdgeVec.open({ name, dimensions: 2, worker: false });
  expect(await anew.count()).toBe(0);
  await anew.close();
  await EdgeVec.drop(name);
}

test('a connection of an ended worker keeps the name, and no data', async () => {
  const name = await stored();
  const orphaned = await connection(name);
  expect(await values(orphaned)).toBeGreaterThan(2);
  const error = await failure(() => dropStores(name, BLOCKED_MS), 'BLOCKED');
  expect(error.problem).toContain('The browser has kept a connection to the dropped database');
  expect(await values(orphaned)).toBe(0);
  // The first deletion still waits.
  await failure(() => dropStores(name, BLOCKED_MS), 'BLOCKED');
  orphaned.close();
  await expectGone(name);
});

test.each([false, true])(
  'a database that is being written closes, and none of its writes is left (worker: %s)',
  async (worker) => {
    const name = await stored();
    const orphaned = await connection(name);
    const events: EdgeVecEvent[] = [];
    const db = await EdgeVec.load(name, { worker, onEvent: (event) => events.push(event) });
    onTestFinished(() => db.close());
    let written = 0;
    const writing = (async () => {
      // Each write has parts of its own in storage.
      for (;;) {
        await db.upsert(
          Array.from({ length: 3_000 }, (_, id) => ({ id, vector: [1], metadata: { text: 'x'.repeat(500) } })),
        );
        written++;
      }
    })();
    const ended = writing.catch((error) => error);
    await expect.poll(() => written).toBeGreaterThan(0);
    await failure(() => dropStores(name, BLOCKED_MS, CLOSING_MS), 'BLOCKED');
    expect(await ended).toMatchObject({ code: 'CLOSED' });
    expect(events).toMatchObject([{ type: 'storage-gone' }]);
    expect(await values(orphaned)).toBe(0);
    orphaned.close();
    await expectGone(name);
  },
);

test('a tab that does not close keeps its data', async ({ skip }) => {
  if (navigator.locks === undefined) return skip('without Web Locks, nobody sees a tab');
  const name = await stored();
  const frozen = await connection(name);
  const before = await values(frozen);
  let thaw = (): void => {};
  const isFrozen = new Promise<void>((resolve) => {
    thaw = resolve;
  });
  await new Promise<void>((resolve) => {
    void navigator.locks.request(`edgevec:${name}:open:frozen`, () => {
      resolve();
      return isFrozen;
    });
  });
  const error = await failure(() => dropStores(name, BLOCKED_MS), 'BLOCKED');
  expect(error.problem).toBe(`Another tab has kept the database "${name}" open for 1 s`);
  expect(await values(frozen)).toBe(before);
  thaw();
  frozen.close();
  await expectGone(name);
});

test('a database of a newer version, and a database that is not there, are dropped', async () => {
  const name = await stored();
  (await connection(name, 1_000)).close();
  await EdgeVec.drop(name);
  await expectGone(name);
  const never = fresh();
  await EdgeVec.drop(never);
  expect(await EdgeVec.list()).not.toContain(never);
});
