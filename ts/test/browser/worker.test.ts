// Failures of workers: a worker does not start, has another version, or dies.

import core from 'virtual:edgevec/worker';
import importPart from 'virtual:edgevec/worker/import-part';
import salvagePart from 'virtual:edgevec/worker/salvage-part';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type OpenOptions } from '../../src/index.js';
import { EdgeVec as Slim } from '../../src/slim.js';
import { failure } from '../support/open.js';
import { clustered } from '../support/vectors.js';

/** As `worker.js` of the package. */
const workerSource = core + importPart + salvagePart;

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

/** A database with access to its worker. */
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
      'a throwing constructor',
      class {
        constructor() {
          throw new DOMException('refused by policy', 'SecurityError');
        }
      } as never,
    ],
    [
      'a failing script',
      class extends Worker {
        constructor() {
          super(scriptUrl('throw new Error("no")'));
        }
      } as never,
    ],
  ];

  test.each(broken)('%s: auto falls back to this thread and tells why, true does not', async (_what, Broken) => {
    vi.stubGlobal('Worker', Broken);
    const { db, events } = await open();
    expect(db.host).toBe('in-thread');
    expect(events).toMatchObject([{ type: 'worker-unavailable', error: { code: 'WORKER_FAILED' } }]);
    await db.insert(rows.slice(0, 10));
    expect(await db.count()).toBe(10);
    await failure(() => open({ worker: true }), 'WORKER_FAILED');
  });

  test('a page whose Trusted Types leave EdgeVec out learns what to list', async () => {
    const reason = "Failed to construct 'Worker': This document requires 'TrustedScriptURL' assignment.";
    vi.stubGlobal(
      'Worker',
      class {
        constructor() {
          throw new TypeError(reason);
        }
      },
    );
    const { message, remedy } = await failure(() => open({ worker: true }), 'WORKER_FAILED');
    expect(remedy).toMatch(/trusted-types must list edgevec/);
    expect(message).toContain(`${reason} The page`);
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

  test('WORKER_FAILED: a missing script, or a script of another version', async () => {
    await failure(() => open({ worker: '/no/such/worker.js' }), 'WORKER_FAILED');
    const old = await failure(() => open({ worker: scriptUrl('postMessage({ hello: 0 })') }), 'WORKER_FAILED');
    expect(old).toMatchObject({ got: '0', remedy: 'Serve the worker.js of the same package version.' });
    const other = scriptUrl('postMessage("hi")');
    await failure(() => open({ worker: other }), 'WORKER_FAILED');
  });

  test('a worker started long before', async () => {
    const worker = new Worker(scriptUrl(`${workerSource}\npostMessage('up');`));
    await new Promise((resolve) => {
      worker.onmessage = resolve;
    });
    const { db } = await open({ worker: () => worker });
    await db.insert(rows.slice(0, 10));
    expect([db.host, await db.count()]).toEqual(['worker', 10]);
  });

  test('WORKER_FAILED: a worker that runs another database, and the other database continues', async () => {
    const { db, worker } = await withWorker();
    await db.insert(rows.slice(0, 10));
    const error = await failure(() => open({ worker: () => worker }), 'WORKER_FAILED');
    expect(error.remedy).toContain('new worker');
    expect(await db.count()).toBe(10);
  });

  test('WORKER_FAILED: a worker killed while the engine starts', async () => {
    const name = `starting-${Date.now()}`;
    const starting = new BroadcastChannel(name);
    onTestFinished(() => starting.close());
    const start = () => {
      const tells = `new BroadcastChannel('${name}').postMessage(undefined)`;
      const hangs = `WebAssembly.instantiate = () => { ${tells}; return new Promise(() => {}); };`;
      const worker = new Worker(scriptUrl(`${hangs}\n${workerSource}`));
      starting.onmessage = () => worker.terminate();
      return worker;
    };
    const error = await failure(() => open({ worker: start }), 'WORKER_FAILED');
    expect(error.problem).toContain('while the database was opened');
  });

  test('WORKER_FAILED: a worker dies in the middle of an import, and the import cannot continue elsewhere', async () => {
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

  test('open fails if the engine cannot start in the worker', async () => {
    const wasm = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    await failure(() => Slim.open({ dimensions: 2, wasm, worker: true }), 'ENGINE_LOAD_FAILED');
    await failure(() => Slim.open({ dimensions: 2, wasm }), 'ENGINE_LOAD_FAILED');
  });
});

describe('Dying', () => {
  test('a terminated worker rejects every pending call, and every later call', async () => {
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

  test('a worker that dies during a write leaves another database alone', async () => {
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

  test('a worker ends itself', async () => {
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
    expect((await pending).message).toContain('boom');
  });

  test('close is no death', async () => {
    const locks = async (): Promise<(string | undefined)[]> => {
      const { held = [], pending = [] } = await navigator.locks.query();
      return [...held, ...pending].map(({ name }) => name);
    };
    // Databases of earlier tests may be giving up theirs.
    const before = await locks();
    const { db, events } = await withWorker();
    const its = (await locks()).filter((name) => !before.includes(name));
    expect(its).not.toEqual([]);
    const pending = failure(() => db.insert(rows), 'CLOSED');
    await db.close();
    await pending;
    // The lock of a worker signals its death. The worker has released the lock, and a waiter has
    // taken the lock.
    await vi.waitUntil(async () => !(await locks()).some((name) => its.includes(name)), { timeout: 600_000 });
    expect(events).toEqual([]);
  });
});

/**
 * A message with this text counts as unreadable, in both ways of browsers to report unreadable
 * messages.
 */
const UNREADABLE = 'unreadable';
const unreadableCalls = (how: 'null' | 'messageerror') => `${workerSource}
const inner = onmessage;
onmessage = (event) => {
  if (!JSON.stringify(event.data?.request ?? null).includes('${UNREADABLE}')) inner(event);
  else if ('${how}' === 'null') inner({ data: null });
  else onmessageerror();
};`;

describe('Unreadable messages', () => {
  const marked = (vector: Float32Array) => ({ vector, metadata: { text: UNREADABLE } });

  test.each(['null', 'messageerror'] as const)('a call (%s) fails alone', async (how) => {
    const { db, events } = await withWorker(unreadableCalls(how));
    await db.insert(rows.slice(0, 10));
    const vector = rows[10]?.vector as Float32Array;
    const calls = [db.count(), db.insert(marked(vector)), db.insert({ vector }), db.delete(UNREADABLE), db.get(1)];
    const [before, first, second, third, after] = await Promise.allSettled(calls);
    expect([before, second, after]).toMatchObject([{ value: 10 }, { value: 11 }, { value: { id: 1 } }]);
    expect(await db.count()).toBe(11);
    for (const unread of [first, third]) {
      const { reason } = unread as PromiseRejectedResult;
      const error = await failure(() => Promise.reject(reason), 'MESSAGE_UNREADABLE');
      expect(error.message).toContain('Nothing of it was done');
    }
    expect(events).toEqual([]);
  });

  test.each([0, 100, 500, 999])('a write of a thousand rows without row %i writes nothing', async (at) => {
    const { db, events } = await withWorker(unreadableCalls('null'));
    await db.insert(rows.slice(0, 10));
    const records = rows.slice(0, 1000).map(({ vector }, i) => (i === at ? marked(vector) : { vector }));
    await failure(() => db.insert(records), 'MESSAGE_UNREADABLE');
    expect(await db.stats()).toMatchObject({ count: 10, hidden: 0 });
    expect(await db.insert(rows.slice(0, 1000))).toHaveLength(1000);
    expect([await db.count(), events]).toEqual([1010, []]);
  });

  test('an answer: its call fails alone', async () => {
    const source = `const post = postMessage.bind(self);
postMessage = (message, transfer) => {
  const isLost = JSON.stringify(message.reply ?? null).includes('${UNREADABLE}');
  isLost ? post(null) : post(message, transfer);
};
${workerSource}`;
    const { db, events } = await withWorker(source);
    await db.insert([...rows.slice(0, 10), { id: 'lost', ...marked(rows[10]?.vector as Float32Array) }]);
    const lost = failure(() => db.get('lost'), 'MESSAGE_UNREADABLE');
    const compacted = db.compact();
    const found = db.get([1, 2]);
    expect((await lost).message).toContain('has been done');
    expect(await found).toMatchObject([{ id: 1 }, { id: 2 }]);
    await compacted;
    await failure(() => db.get('lost'), 'MESSAGE_UNREADABLE');
    expect([await db.count(), events]).toEqual([11, []]);
  });

  test('a value beyond the browser: too many levels for the stack of the worker', async () => {
    const { db, events, worker } = await withWorker();
    await db.insert(rows.slice(0, 10));
    for (let levels = 1_200; levels < 4_000; levels += 100) {
      let call: unknown = {};
      for (let i = 0; i < levels; i++) call = [call];
      try {
        worker.postMessage(call);
      } catch {
        // This thread cannot write the value either.
      }
    }
    expect([await db.count(), events]).toEqual([10, []]);
  });

  test('messages of somebody else are passed over', async () => {
    const { db, events, worker } = await withWorker();
    for (const message of [undefined, null, 'hello', 1, {}, []]) worker.postMessage(message);
    await db.insert(rows.slice(0, 10));
    expect([await db.count(), events]).toEqual([10, []]);
  });

  test.each(['open', 'feed'])('%s: open fails, or opens a database in this thread if possible', async (what) => {
    const { db } = await open();
    await db.insert(rows);
    const file = await new Response(db.export()).blob();
    const source = `${workerSource}\nconst inner = onmessage; onmessage = (e) => inner('${what}' in e.data ? { data: null } : e);`;
    await failure(() => EdgeVec.import(file, { worker: () => new Worker(scriptUrl(source)) }), 'WORKER_FAILED');
    vi.stubGlobal(
      'Worker',
      class extends Worker {
        constructor() {
          super(scriptUrl(source));
        }
      },
    );
    const events: EdgeVecEvent[] = [];
    const importing = EdgeVec.import(file, { onEvent: (event) => events.push(event) });
    if (what === 'feed') {
      // The import has read a part of the file, and cannot read the part again.
      await failure(() => importing, 'WORKER_FAILED');
      return;
    }
    const back = await importing;
    expect([back.host, await back.count(), events]).toMatchObject([
      'in-thread',
      rows.length,
      [{ type: 'worker-unavailable', error: { code: 'WORKER_FAILED' } }],
    ]);
    await back.close();
  });
});

describe('A free lock', () => {
  const { request } = LockManager.prototype;
  afterEach(() => {
    LockManager.prototype.request = request;
  });

  /**
   * Opens, fills and counts. By the timers of this thread, an hour passes after the worker's sign
   * of life.
   */
  const goesOn = async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let lives = (): void => {};
    const living = new Promise<void>((resolve) => {
      lives = resolve;
    });
    const start = () => {
      const worker = new Worker(scriptUrl(workerSource));
      worker.addEventListener('message', ({ data }) => 'pong' in data && lives());
      return worker;
    };
    const { db, events } = await open({ worker: start });
    await db.insert(rows.slice(0, 10));
    await living;
    // The test heard the worker before the client did. An answer that comes later has let the
    // client hear.
    await db.count();
    vi.advanceTimersByTime(3_600_000);
    expect([db.host, await db.count(), events]).toEqual(['worker', 10, []]);
  };

  const lockNames = (change: (name: string) => string): void => {
    LockManager.prototype.request = function (this: LockManager, name: string, ...rest: unknown[]) {
      return (request as (...all: unknown[]) => Promise<unknown>).call(this, change(name), ...rest);
    } as typeof request;
  };

  test('is no death if this thread sees other locks than the worker', async () => {
    lockNames((name) => `other ${name}`);
    for (let i = 0; i < 5; i++) await goesOn();
  });

  test('is no death while the worker answers', async () => {
    // By name, since workers of earlier tests may still end.
    const asked = new Map<string, number>();
    // The first request tests whether the lock is visible. The second request waits for the lock.
    lockNames((name) => {
      const times = (asked.get(name) ?? 0) + 1;
      asked.set(name, times);
      return times === 1 ? name : `other ${name}`;
    });
    await goesOn();
    expect([...asked.values()]).toContain(2);
  });
});

describe('The page', () => {
  test.each([true, false])('turns its event loop during indexing (worker: %s)', async (worker) => {
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

  test('queries and vectors of the caller are never transferred', async () => {
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
