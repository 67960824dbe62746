// A database in IndexedDB after a power failure. A power failure is imitated: the test records the
// transactions with their durability, and replays the transactions on a simulated disk.

import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { IndexedDbSite } from '../../src/storage/indexeddb/site.js';
import type { Batch, Delete, Put, StoreName } from '../../src/storage/storage.js';
import { Disk, type Loss } from '../support/disk.js';

const DIMENSIONS = 256;

/** Bytes. Browsers keep larger values in files of their own, which a later sync does not reach. */
const LARGE = 1 << 16;

const STORES: readonly StoreName[] = ['head', 'log', 'chunks'];

interface Recorded extends Batch {
  readonly put: Put[];
  readonly delete: Delete[];
}

/** The committed transactions that write, by the name of the database. */
let recorded: Map<string, Recorded[]>;

beforeEach(() => {
  recorded = new Map();
  const batches = new WeakMap<IDBTransaction, Recorded>();
  const { transaction } = IDBDatabase.prototype;
  const { put, delete: remove } = IDBObjectStore.prototype;
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
    this: IDBDatabase,
    stores,
    mode,
    options,
  ) {
    const made = transaction.call(this, stores, mode, options);
    const batch: Recorded = { put: [], delete: [] };
    batches.set(made, batch);
    made.addEventListener('complete', () => {
      if (batch.put.length === 0 && batch.delete.length === 0) return;
      // A transaction without changes syncs nothing.
      const strict = options?.durability === 'strict';
      recorded.set(this.name, [...(recorded.get(this.name) ?? []), { ...batch, strict }]);
    });
    return made;
  });
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    batches.get(this.transaction)?.put.push([this.name, key, value] as unknown as Put);
    return put.call(this, value, key);
  });
  vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (this: IDBObjectStore, key) {
    batches.get(this.transaction)?.delete.push([this.name, key] as unknown as Delete);
    return remove.call(this, key);
  });
});

afterEach(() => void vi.restoreAllMocks());

const batchesOf = (name: string): readonly Recorded[] => recorded.get(`edgevec:${name}`) ?? [];

let names = 0;

function fresh(): string {
  const name = `power-${Date.now()}-${names++}`;
  onTestFinished(() => EdgeVec.drop(name));
  return name;
}

type Db = EdgeVec<{ n: number }>;

async function open(name: string): Promise<Db> {
  const db = await EdgeVec.open<{ n: number }>({
    name,
    dimensions: DIMENSIONS,
    worker: false,
    onEvent: () => expect.unreachable(),
  });
  onTestFinished(() => db.close());
  return db;
}

const row = (id: number, n: number) => ({ id, vector: new Float32Array(DIMENSIONS).fill(n), metadata: { n } });

/** More rows than fit into an entry: the write has parts in chunks. */
const many = (n: number) => Array.from({ length: 2_000 }, (_, id) => row(id, n));

/** The values that a power failure leaves of a database. */
function diskAfterCut(name: string, loss: Loss): Disk {
  const disk = new Disk();
  for (const batch of batchesOf(name)) disk.commit(batch);
  disk.fail(loss);
  return disk;
}

/** A database in IndexedDB with the values that a power failure leaves of another database. */
async function afterCut(name: string, loss: Loss): Promise<Db> {
  const disk = diskAfterCut(name, loss);
  const left = fresh();
  const opening = indexedDB.open(`edgevec:${left}`, 1);
  opening.onupgradeneeded = () => STORES.forEach((store) => void opening.result.createObjectStore(store));
  const stores = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const writing = stores.transaction(STORES, 'readwrite');
  for (const store of STORES) {
    for (const key of disk.keys(store)) writing.objectStore(store).put(disk.get(store, key), key);
  }
  await new Promise<void>((resolve, reject) => {
    writing.oncomplete = () => resolve();
    writing.onerror = () => reject(writing.error);
  });
  stores.close();
  return open(left);
}

/** How a power failure takes commits that were not strict. */
describe.each(['dropped', 'deleted'] as const)('After a power failure (%s)', (loss) => {
  test('a database has the checkpoint that was made last', async () => {
    const name = fresh();
    const db = await open(name);
    for (let n = 1; n <= 3; n++) {
      await db.upsert(row(0, n));
      await db.save();
      const left = await afterCut(name, loss);
      expect(await left.count()).toBe(1);
      expect((await left.get(0))?.metadata).toEqual({ n });
      await left.close();
    }
  });

  test('a database has its strict writes, and the writes before', async () => {
    const name = fresh();
    const db = await open(name);
    await db.upsert(many(1));
    await db.upsert(row(0, 2), { durability: 'strict' });
    await db.upsert(row(1, 3));
    const left = await afterCut(name, loss);
    expect(await left.count()).toBe(2_000);
    expect((await left.get([0, 1])).map((found) => found?.metadata)).toEqual([{ n: 2 }, { n: 1 }]);
  });

  test('flush keeps all writes before', async () => {
    const name = fresh();
    const db = await open(name);
    await db.upsert(row(0, 1));
    await db.flush();
    const left = await afterCut(name, loss);
    expect((await left.get(0))?.metadata).toEqual({ n: 1 });
  });

  test('a copy has taken the place of another database', async () => {
    const [name, copy] = [fresh(), fresh()];
    const db = await open(name);
    for (let n = 1; n <= 3; n++) {
      await db.upsert(row(0, n));
      await db.save(copy);
      const left = await afterCut(copy, loss);
      expect((await left.get(0))?.metadata).toEqual({ n });
      await left.close();
    }
  });
});

test('each transaction with a large value is strict', async () => {
  const name = fresh();
  const db = await open(name);
  await db.upsert(many(1));
  await db.save();
  const large = batchesOf(name).filter(({ put }) => put.some(([, , value]) => value.length >= LARGE));
  expect(large.length).toBeGreaterThan(2);
  expect(large.filter(({ strict }) => !strict)).toEqual([]);
});

test('a strict commit without changes keeps the commits before', async () => {
  const name = fresh();
  const storage = await new IndexedDbSite().open(name, () => {});
  onTestFinished(() => storage.close());
  await storage.commit({ put: [['head', 0, Uint8Array.of(1)]] });
  expect(diskAfterCut(name, 'dropped').get('head', 0)).toBeUndefined();
  await storage.commit({ strict: true });
  expect(diskAfterCut(name, 'dropped').get('head', 0)).toEqual(Uint8Array.of(1));
});
