// What is given back: with the collector in hand.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec } from '../../src/index.js';

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');

/** Whether `gone` comes true within some turns of the event loop and collections. */
async function collected(gone: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 50 && !gone(); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    gc();
  }
  return gone();
}

test('a closed database gives its memory back, though somebody holds on to it', async () => {
  let memory: WeakRef<object> | undefined;
  const { instantiate } = WebAssembly;
  // Not a spy, which would keep what it returned.
  WebAssembly.instantiate = (async (module: WebAssembly.Module, imports: never) => {
    const instance = await instantiate(module, imports);
    memory = new WeakRef(instance.exports['memory'] as object);
    return instance;
  }) as never;
  const db = await EdgeVec.open({ dimensions: 2, worker: false });
  WebAssembly.instantiate = instantiate;
  await db.insert([{ vector: [1, 2] }, { vector: [2, 1] }]);
  const search = db.search([1, 2]);
  expect(await collected(() => memory?.deref() === undefined)).toBe(false);
  await search;
  await db.close();
  expect(await collected(() => memory?.deref() === undefined)).toBe(true);
  await expect(db.count()).rejects.toMatchObject({ code: 'CLOSED' });
});

/** Says yes to everything. */
class FakeWorker {
  readonly terminate = vi.fn();
  onmessage: ((event: { data: unknown }) => void) | undefined;
  readonly #listeners: ((event: { data: unknown }) => void)[] = [];

  addEventListener(type: string, listener: never): void {
    if (type === 'message') this.#listeners.push(listener);
  }

  removeEventListener(_type: string, listener: never): void {
    if (this.#listeners.includes(listener)) this.#listeners.splice(this.#listeners.indexOf(listener), 1);
  }

  postMessage(message: object): void {
    const data = 'lock' in message ? { hello: 2, locked: false } : 'open' in message ? { ready: true } : undefined;
    if (data === undefined) return;
    queueMicrotask(() => {
      for (const listener of [...this.#listeners]) listener({ data });
      this.onmessage?.({ data });
    });
  }
}

test('a database nobody can reach ends its worker, though its own listener refers to it', async () => {
  const forgotten = new FakeWorker();
  const closed = new FakeWorker();
  const start = async (worker: FakeWorker) => {
    const known: unknown[] = [];
    const db = await EdgeVec.open({
      dimensions: 2,
      worker: () => worker as never,
      onEvent: (event) => known.push(event, db),
    });
    return db;
  };
  await start(forgotten);
  const db = await start(closed);
  onTestFinished(() => db.close());
  expect(await collected(() => forgotten.terminate.mock.calls.length > 0)).toBe(true);
  expect(closed.terminate).not.toHaveBeenCalled();
  expect(db.host).toBe('worker');
});
