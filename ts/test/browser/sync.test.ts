// The synchronous index in a page of each browser, and in a worker of the application.

import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec as Database } from '../../src/index.js';
import { EdgeVec } from '../../src/sync.js';
import { defineSyncSuite } from '../suites/sync.js';
import { defineSyncModelSuite } from '../suites/sync-model.js';
import { failure } from '../support/open.js';

defineSyncSuite('IndexedDB, beside databases in workers', { worker: true });
defineSyncModelSuite('page');

/** Asks a worker that runs support/sync-worker.ts. */
function startWorker(): (message: object) => Promise<unknown> {
  const worker = new Worker(new URL('../support/sync-worker.ts', import.meta.url), { type: 'module' });
  onTestFinished(() => worker.terminate());
  return (message) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message: text }) => reject(new Error(text));
      worker.postMessage(message);
    });
}

test('the quick start of the articles runs in a worker, and the page opens the saved database', async () => {
  const name = 'sync-in-worker';
  onTestFinished(() => Database.drop(name));
  const ask = startWorker();
  expect(await ask({ start: name })).toEqual({ id: 0, results: [{ id: 0, score: 0 }], again: [0] });
  const db = await Database.open({ name });
  expect([await db.count(), await db.has(0)]).toEqual([1, true]);
  await db.insert({ vector: new Float32Array(128).fill(0.2) });
  await db.close();
  expect(await ask({ save: name })).toBe('CONFLICT');
  const index = await EdgeVec.load(name);
  index.insert(new Float32Array(128).fill(-0.1));
  await index.save(name);
  expect(await ask({ load: name })).toEqual([0, 1, 2]);
  await failure(async () => index.getMetadata(9), 'NOT_FOUND');
});
