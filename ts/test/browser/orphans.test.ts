// Chunks that workers leave in IndexedDB if the workers are terminated while they write.

import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, type EdgeVecError } from '../../src/index.js';
import { failure, QUICK_GRAPH } from '../support/open.js';
import { clustered } from '../support/vectors.js';

const DIMENSIONS = 256;
const ROWS = 6_000;
const KILLS = 6;
/** Bytes: far less than a part of the write. */
const MARGIN = 200_000;

/** Sends a request to the store of chunks, beside the tabs with the open database. */
async function ask<T>(name: string, what: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(`edgevec:${name}`);
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const request = what(db.transaction('chunks').objectStore('chunks'));
  const found = await new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  db.close();
  return found;
}

const isChunk = (key: IDBValidKey): boolean => !String(key).startsWith('reserve:');

/** The names of all stored chunks. */
async function chunks(name: string): Promise<IDBValidKey[]> {
  return (await ask(name, (store) => store.getAllKeys())).filter(isChunk);
}

/** The bytes of all chunks. */
async function bytes(name: string): Promise<number> {
  let sum = 0;
  for (const key of await chunks(name)) {
    // Reads chunk by chunk, because a checkpoint may drop some chunks meanwhile.
    const value = await ask<Uint8Array | undefined>(name, (store) => store.get(key));
    sum += value?.length ?? 0;
  }
  return sum;
}

const rows = clustered(ROWS, DIMENSIONS, 5).map((vector, n) => ({ id: n, vector, metadata: { n } }));
let workers: Worker[];
let name: string;

beforeEach(() => {
  workers = [];
  const Native = Worker;
  vi.stubGlobal(
    'Worker',
    class extends Native {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
      }
    },
  );
  name = `orphans-${Date.now()}`;
  return async () => {
    vi.unstubAllGlobals();
    // A busy WebKit may keep the connections of ended workers for as long as the page lives. The
    // browser then deletes the database after that.
    await EdgeVec.drop(name).catch((error: EdgeVecError) => expect(error.code).toBe('BLOCKED'));
  };
});

/** @param recall another recall makes a copy of its own, as another tab has */
async function open(worker: boolean, recall = 0.95): Promise<EdgeVec<{ n: number }>> {
  const options = { name, dimensions: DIMENSIONS, worker, recall, onEvent: () => {}, ...QUICK_GRAPH };
  const db = await EdgeVec.open<{ n: number }>(options);
  onTestFinished(() => db.close());
  return db;
}

/** Ends a worker in the middle of a write in six parts. */
async function kill(): Promise<void> {
  const db = await open(true);
  const before = new Set(await chunks(name));
  // The write waits for the promise of `onProgress` after each part.
  const onProgress = async (): Promise<void> => {
    const written = (await chunks(name)).filter((key) => !before.has(key));
    if (written.length >= 2) workers.at(-1)?.terminate();
  };
  await failure(() => db.upsert(rows, { onProgress }), 'WORKER_DIED');
}

/** Whether chunks exist without a name in the checkpoint or the log. */
async function hasOrphans(db: EdgeVec<{ n: number }>): Promise<boolean> {
  const { storage } = await db.stats();
  // `storage.bytes` leaves out the engine's header and the manifest.
  return (await bytes(name)) >= storage.bytes + MARGIN;
}

test('after many crashes only the chunks of the data are left', async () => {
  const first = await open(true);
  await first.upsert(rows);
  await first.save();
  await first.close();
  for (let killed = 0; killed < KILLS; killed++) await kill();
  expect(workers.length).toBe(KILLS + 1);

  const db = await open(true);
  // The browser takes a moment to release the locks of an ended worker. Checkpoints try again.
  do await db.save();
  while (await hasOrphans(db));
  expect(await db.count()).toBe(ROWS);
  expect((await db.get(ROWS - 1))?.metadata).toEqual({ n: ROWS - 1 });
});

test('orphans stay while two tabs are open, and disappear after a tab has closed', async () => {
  const [one, other] = [await open(false), await open(false, 0.9)];
  await one.upsert(rows);
  await one.save();
  await kill();
  for (let i = 0; i < 3; i++) {
    await one.upsert({ id: 'x', vector: new Float32Array(DIMENSIONS).fill(i + 1), metadata: { n: i } });
    await one.save();
    expect(await hasOrphans(one)).toBe(true);
  }
  await other.close();
  do await one.save();
  while (await hasOrphans(one));
  expect(await one.count()).toBe(ROWS + 1);
});
