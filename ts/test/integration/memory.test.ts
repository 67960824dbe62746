// Memory and workers are given back. The tests control the garbage collector.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Database } from '../../src/database/database.js';
import { PROTOCOL_VERSION } from '../../src/host/worker/protocol.js';
import { EdgeVec } from '../../src/index.js';
import { Export } from '../../src/persistence/export/export.js';
import { plainCutter } from '../../src/text/cutter.js';
import { stemmingCutter } from '../../src/text/stemming-cutter.js';

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

test('a closed database frees its memory, even if the application still holds the database', async () => {
  let memory: WeakRef<object> | undefined;
  const { instantiate } = WebAssembly;
  // Not a spy, because a spy would keep the returned value alive.
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

test('remembered stems keep no texts', async () => {
  const cutter = await stemmingCutter(plainCutter, 'en');
  const heap = (): number => {
    gc();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  for (let i = 0; i < 200; i++) {
    // Short words are copies in V8 anyway.
    const text = `${' '.repeat(200_000)}internationalizations${i}`;
    // As read from storage: a string of a single part.
    cutter.tokensOf(JSON.parse(JSON.stringify(text)), () => {});
  }
  // All texts take 40 MB.
  expect(heap() - before).toBeLessThan(10e6);
});

describe('An export frees its copy of the rows', () => {
  /**
   * A database, with promises for the begin of an export's copy, and for the release of the copy.
   */
  async function exporting() {
    const { exportBegin } = Database.prototype;
    const { next, end } = Export.prototype;
    let copy: WeakRef<Export> | undefined;
    let begins = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begins = resolve;
    });
    // Not spies, because a spy would keep the called object alive.
    Database.prototype.exportBegin = function () {
      begins();
      return exportBegin.call(this);
    };
    Export.prototype.next = function () {
      copy = new WeakRef(this);
      return next.call(this);
    };
    Export.prototype.end = function () {
      copy = new WeakRef(this);
      end.call(this);
    };
    const db = await EdgeVec.open({ dimensions: 2, worker: false });
    onTestFinished(async () => {
      Object.assign(Database.prototype, { exportBegin });
      Object.assign(Export.prototype, { next, end });
      await db.close();
    });
    await db.insert([{ vector: [1, 2] }, { vector: [2, 1] }]);
    return { db, begun, gone: () => copy !== undefined && copy.deref() === undefined };
  }

  test('if the export is cancelled during the copy', async () => {
    const { db, begun, gone } = await exporting();
    const reader = db.export().getReader();
    const read = reader.read();
    await begun;
    await reader.cancel();
    expect(await read).toMatchObject({ done: true });
    expect(await collected(gone)).toBe(true);
    expect(await db.count()).toBe(2);
  });

  test('if nobody reads on', async () => {
    const { db, gone } = await exporting();
    await (async () => void (await db.export().getReader().read()))();
    expect(await collected(gone)).toBe(true);
    expect(await db.count()).toBe(2);
  });
});

/** Says yes to everything. */
const ENGINE = { dimensions: 2, metric: 'cosine', precision: 'float32', m: 16, efConstruction: 200, seed: 0 };

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
    const data =
      'lock' in message
        ? { hello: PROTOCOL_VERSION, locked: false }
        : 'open' in message
          ? { ready: ENGINE }
          : 'close' in message
            ? { closed: true }
            : undefined;
    if (data === undefined) return;
    queueMicrotask(() => {
      for (const listener of [...this.#listeners]) listener({ data });
      this.onmessage?.({ data });
    });
  }
}

test('an unreachable database ends its worker, even if its own listener refers to the database', async () => {
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
