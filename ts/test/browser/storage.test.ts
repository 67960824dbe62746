import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, type EdgeVecEvent } from '../../src/index.js';
import { IndexedDbSite } from '../../src/storage/indexeddb/site.js';
import { MemorySite } from '../../src/storage/memory.js';
import { defineStorageSuite } from '../suites/storage.js';
import { failure } from '../support/open.js';

defineStorageSuite('memory', { site: async () => new MemorySite() });
defineStorageSuite('indexeddb', {
  site: async () => new IndexedDbSite(),
  again: () => new IndexedDbSite(),
});

test('IndexedDB without a navigator', async () => {
  const site = new IndexedDbSite();
  const name = `no-navigator-${Date.now()}`;
  const storage = await site.open(name, () => {});
  vi.stubGlobal('navigator', undefined);
  const room = await storage.estimate().finally(() => vi.unstubAllGlobals());
  expect(room).toBeUndefined();
  await storage.close();
  await site.drop(name);
});

describe('IndexedDB cleared by the browser', () => {
  afterEach(() => void vi.restoreAllMocks());

  /** Imitates clearing the site's data: open connections end, and then the database is missing. */
  function clearing(): (name: string) => Promise<void> {
    const { open } = IDBFactory.prototype;
    const connections: IDBDatabase[] = [];
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(function (this: IDBFactory, ...args) {
      const request = open.apply(this, args);
      request.addEventListener('success', () => connections.push(request.result));
      return request;
    });
    return async (name) => {
      for (const connection of connections.splice(0)) {
        connection.close();
        connection.dispatchEvent(new Event('close'));
      }
      await new IndexedDbSite().drop(name);
    };
  }

  test('holders learn that a cleared storage is gone, and do not create the storage again', async () => {
    const clear = clearing();
    const site = new IndexedDbSite();
    const name = `cleared-${Date.now()}`;
    let gone = 0;
    const storage = await site.open(name, () => {
      gone++;
    });
    await storage.commit({ put: [['head', 0, Uint8Array.of(1)]] });
    await clear(name);
    const calls = [storage.read('head', 0), storage.chunks(), storage.commit({ delete: [['log', 1]] })];
    await Promise.all(calls.map((call) => failure(() => call, 'CLOSED')));
    await failure(() => storage.read('head', 0), 'CLOSED');
    expect(gone).toBe(1);
    expect(await site.list()).not.toContain(name);
  });

  test('a connection may end without a loss of the storage', async () => {
    const clear = clearing();
    const site = new IndexedDbSite();
    const name = `ended-${Date.now()}`;
    const storage = await site.open(name, () => expect.unreachable());
    onTestFinished(() => site.drop(name));
    await storage.commit({ put: [['head', 0, Uint8Array.of(1)]] });
    await clear(`${name}, not this one`);
    expect(await storage.read('head', 0)).toEqual(Uint8Array.of(1));
    await storage.close();
  });

  test('a database reports the loss once, and closes', async () => {
    const clear = clearing();
    const name = `cleared-database-${Date.now()}`;
    const events: EdgeVecEvent[] = [];
    const onEvent = (event: EdgeVecEvent) => events.push(event);
    const db = await EdgeVec.open({ name, dimensions: 1, worker: false, onEvent });
    onTestFinished(() => db.close());
    await db.insert({ vector: [1] });
    await clear(name);
    await failure(() => db.insert({ vector: [1] }), 'CLOSED');
    await failure(() => db.count(), 'CLOSED');
    expect(events).toMatchObject([{ type: 'storage-gone', error: { code: 'CLOSED' } }]);
    expect(await EdgeVec.list()).not.toContain(name);
  });
});

test.each([true, false])(
  'a request for a newer version by other code closes the database, and the database reports the request (worker: %s)',
  async (worker) => {
    const name = `storage-newer-${Date.now()}-${worker}`;
    onTestFinished(() => EdgeVec.drop(name));
    let tell = (_: EdgeVecEvent): void => {};
    const told = new Promise<EdgeVecEvent>((resolve) => {
      tell = resolve;
    });
    const db = await EdgeVec.open({ name, dimensions: 1, worker, onEvent: (event) => tell(event) });
    onTestFinished(() => db.close());
    await db.insert({ vector: [1] });
    const request = indexedDB.open(`edgevec:${name}`, 1_000);
    const newer = await new Promise<IDBDatabase>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const event = await told;
    expect(event).toMatchObject({ type: 'storage-gone', error: { code: 'CLOSED' } });
    expect('error' in event && event.error.message).toContain('asked for a newer version');
    expect('error' in event && event.error.message).not.toContain('is gone');
    await failure(() => db.insert({ vector: [1] }), 'CLOSED');
    newer.close();
    // The stored version is unknown to this library.
    await failure(() => EdgeVec.load(name, { worker }), 'UNSUPPORTED_FORMAT');
  },
);
