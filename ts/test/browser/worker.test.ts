// What only a worker can do wrong: not start, be of another version, die.

import workerSource from 'virtual:edgevec/worker';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type OpenOptions } from '../../src/index.js';
import { EdgeVec as Slim } from '../../src/slim.js';
import { failure } from '../support/open.js';
import { clustered } from '../support/vectors.js';

afterEach(() => void vi.unstubAllGlobals());

const rows = clustered(3000, 32).map((vector) => ({ vector }));

function scriptUrl(source: string): string {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  onTestFinished(() => URL.revokeObjectURL(url));
  return url;
}

async function open(options: Partial<OpenOptions> = {}) {
  const events: EdgeVecEvent[] = [];
  const db = await EdgeVec.open({ dimensions: 32, onEvent: (event) => events.push(event), ...options });
  onTestFinished(() => db.close());
  return { db, events };
}

/** A database whose worker the test can reach. */
async function withWorker(source = workerSource) {
  let worker: Worker | undefined;
  const start = () => {
    worker = new Worker(scriptUrl(source));
    return worker;
  };
  const { db, events } = await open({ worker: start });
  return { db, events, worker: worker as unknown as Worker };
}

describe('Starting', () => {
  test('auto runs in a worker here', async () => {
    const { db, events } = await open();
    expect([db.host, events]).toEqual(['worker', []]);
  });

  test('from a URL, a string, a function, and as a module worker', async () => {
    const url = scriptUrl(workerSource);
    const ways: OpenOptions['worker'][] = [
      url,
      new URL(url),
      () => new Worker(url),
      () => new Worker(url, { type: 'module' }),
    ];
    for (const worker of ways) {
      const { db } = await open({ ...(worker === undefined ? {} : { worker }) });
      expect(db.host).toBe('worker');
      await db.insert(rows.slice(0, 10));
      expect(await db.count()).toBe(10);
    }
  });

  const broken: [string, () => unknown][] = [
    [
      'a constructor that throws',
      class {
        constructor() {
          throw new DOMException('refused by policy', 'SecurityError');
        }
      } as never,
    ],
    [
      'a script that fails',
      class extends Worker {
        constructor() {
          super(scriptUrl('throw new Error("no")'));
        }
      } as never,
    ],
  ];

  test.each(broken)('%s: auto falls back to this thread and says so, true does not', async (_what, Broken) => {
    vi.stubGlobal('Worker', Broken);
    const { db, events } = await open();
    expect(db.host).toBe('in-thread');
    expect(events).toMatchObject([{ type: 'worker-unavailable', error: { code: 'WORKER_FAILED' } }]);
    await db.insert(rows.slice(0, 10));
    expect(await db.count()).toBe(10);
    await failure(() => open({ worker: true }), 'WORKER_FAILED');
  });

  test('without workers, auto does not even try', async () => {
    vi.stubGlobal('Worker', undefined);
    const { db, events } = await open();
    expect([db.host, events]).toEqual(['in-thread', []]);
    await failure(() => open({ worker: true }), 'WORKER_FAILED');
  });

  test('by default the fallback is a warning', async () => {
    vi.stubGlobal('Worker', broken[0]?.[1]);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const db = await EdgeVec.open({ dimensions: 2 });
    expect(warn.mock.calls.flat().join()).toContain('worker');
    await db.close();
  });

  test('WORKER_FAILED: a script that is not there, or of another version', async () => {
    await failure(() => open({ worker: '/no/such/worker.js' }), 'WORKER_FAILED');
    const old = await failure(() => open({ worker: scriptUrl('postMessage({ hello: 0 })') }), 'WORKER_FAILED');
    expect(old).toMatchObject({ got: '0', remedy: 'Serve the worker.js of the same package version.' });
    const other = scriptUrl('postMessage("hi")');
    await failure(() => open({ worker: other }), 'WORKER_FAILED');
  });

  test('a worker that was started long before', async () => {
    const worker = new Worker(scriptUrl(`${workerSource}\npostMessage('up');`));
    await new Promise((resolve) => {
      worker.onmessage = resolve;
    });
    const { db } = await open({ worker: () => worker });
    await db.insert(rows.slice(0, 10));
    expect([db.host, await db.count()]).toEqual(['worker', 10]);
  });

  test('WORKER_FAILED: a worker that runs another database, which goes on', async () => {
    const { db, worker } = await withWorker();
    await db.insert(rows.slice(0, 10));
    const error = await failure(() => open({ worker: () => worker }), 'WORKER_FAILED');
    expect(error.remedy).toContain('new worker');
    expect(await db.count()).toBe(10);
  });

  test('WORKER_FAILED: a worker that is killed while the engine starts', async () => {
    const start = () => {
      const hangs = 'WebAssembly.instantiate = () => new Promise(() => {});';
      const worker = new Worker(scriptUrl(`${hangs}\n${workerSource}`));
      // Its first message is hello; the next would come when the engine has started.
      worker.addEventListener('message', () => setTimeout(() => worker.terminate(), 50));
      return worker;
    };
    const error = await failure(() => open({ worker: start }), 'WORKER_FAILED');
    expect(error.problem).toContain('while the database was opened');
  });

  test('WORKER_FAILED: a worker that dies in the middle of an import, which cannot go on elsewhere', async () => {
    const { db } = await open();
    await db.insert(rows);
    const file = new Uint8Array(await new Response(db.export()).arrayBuffer());
    let worker: Worker | undefined;
    vi.stubGlobal(
      'Worker',
      class extends Worker {
        constructor(url: string) {
          super(url);
          worker = this;
        }
      },
    );
    let at = 0;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      if (at > 0) worker?.terminate();
      controller.enqueue(file.slice(at, at + 1_000));
      at += 1_000;
    };
    let cancel = (): void => {};
    const cancelled = new Promise<void>((resolve) => {
      cancel = resolve;
    });
    const events: EdgeVecEvent[] = [];
    const stream = new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
    const onEvent = (event: EdgeVecEvent) => events.push(event);
    await failure(() => EdgeVec.import(stream, { onEvent }), 'WORKER_FAILED');
    await cancelled;
    expect([stream.locked, events]).toEqual([false, []]);
  });

  test('an engine that cannot start in the worker is an error of open', async () => {
    const wasm = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    await failure(() => Slim.open({ dimensions: 2, wasm, worker: true }), 'ENGINE_LOAD_FAILED');
    await failure(() => Slim.open({ dimensions: 2, wasm }), 'ENGINE_LOAD_FAILED');
  });
});

describe('Dying', () => {
  test('a terminated worker rejects every pending call, and every later one', async () => {
    const { db, events, worker } = await withWorker();
    await db.insert(rows.slice(0, 10));
    const pending = [db.insert(rows), db.searchMany(rows.map(({ vector }) => vector)), db.compact()];
    const rejections = pending.map((call) => failure(() => call, 'WORKER_DIED'));
    worker.terminate();
    await Promise.all(rejections);
    await failure(() => db.count(), 'WORKER_DIED');
    await failure(() => db.insert(rows), 'WORKER_DIED');
    expect(events).toMatchObject([{ type: 'worker-died', error: { code: 'WORKER_DIED' } }]);
    await db.close();
    await failure(() => db.count(), 'CLOSED');
  });

  test('a worker that dies while it is written to leaves another alone', async () => {
    const [a, b] = await Promise.all([withWorker(), withWorker()]);
    const lost = failure(() => a.db.insert(new Set(rows)), 'WORKER_DIED');
    const kept = b.db.insert(rows);
    while ((await a.db.count()) === 0) await b.db.count();
    a.worker.terminate();
    const error = await lost;
    expect(error.written).toBeUndefined();
    expect(error.message).not.toContain('in the database');
    expect(await kept).toHaveLength(rows.length);
    expect(await b.db.search(rows[7]?.vector as Float32Array, 1)).toHaveLength(1);
    expect(b.events).toEqual([]);
  });

  test('a worker that ends itself', async () => {
    const source = `${workerSource}\nconst inner = onmessage; onmessage = (e) => e.data === 'die' ? close() : inner(e);`;
    const { db, worker } = await withWorker(source);
    const pending = failure(() => db.insert(rows), 'WORKER_DIED');
    worker.postMessage('die');
    await pending;
  });

  test('an error nobody caught in the worker', async () => {
    const source = `${workerSource}\nconst inner = onmessage; onmessage = (e) => { if (e.data === 'die') throw new Error('boom'); inner(e); };`;
    const { db, worker } = await withWorker(source);
    const pending = failure(() => db.insert(rows), 'WORKER_DIED');
    worker.postMessage('die');
    expect((await pending).got).toContain('boom');
  });

  test('close is no death', async () => {
    const { db, events } = await withWorker();
    const pending = failure(() => db.insert(rows), 'CLOSED');
    await db.close();
    await pending;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toEqual([]);
  });
});

describe('The page', () => {
  test.each([true, false])('turns its event loop while rows are indexed (worker: %s)', async (worker) => {
    const { db } = await open({ worker });
    let turns = 0;
    let writing = true;
    const turning = (async () => {
      for (; writing; turns++) await new Promise((resolve) => setTimeout(resolve));
    })();
    await db.insert(clustered(6000, 32).map((vector) => ({ vector })));
    writing = false;
    await turning;
    expect(turns).toBeGreaterThan(10);
  });

  test('a query and its vectors are never taken from the caller', async () => {
    const { db } = await open();
    const big = new Float32Array(32 * 4).fill(1);
    const query = big.subarray(32, 64);
    await db.insert({ vector: query });
    await db.search(query);
    await db.searchMany([query, query]);
    expect(big.buffer.byteLength).toBe(32 * 4 * 4);
    expect(query).toHaveLength(32);
  });
});
