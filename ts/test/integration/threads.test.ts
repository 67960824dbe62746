// Worker threads of Node share a folder: a single thread has the folder open until the thread ends.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodePlatform } from '../../src/storage/files/node.js';
import { isOpenHere } from '../../src/storage/files/open-files.js';
import { FilesSite } from '../../src/storage/files/site.js';
import { node } from '../support/folders.js';
import { ENDS, type Order, Thread } from '../support/thread.js';

let root: string;
let threads: Thread[] = [];
const lock = (): string => join(root, 'db-db', 'lock');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'edgevec-threads-'));
});
afterEach(async () => {
  for (const thread of threads) await thread.end('is terminated');
  threads = [];
  rmSync(root, { recursive: true, force: true });
});

async function start(order: Order = { open: root }): Promise<Thread> {
  const thread = await Thread.start(order);
  threads.push(thread);
  return thread;
}

/** A platform that does not list open files, as macOS and Windows may be. */
function untold(): NodePlatform {
  const fs = {
    ...node.fs,
    readdir: async (path: string) => (path.endsWith('/fd') ? [] : node.fs.readdir(path)),
  };
  return { ...node, fs, slots: new Map() };
}

/**
 * Whether the platform lists open files. Windows and a Linux without `/proc` do not. There, a
 * terminated thread counts as gone after a while.
 */
const tells = await (async (): Promise<boolean> => {
  const file = await node.fs.open(fileURLToPath(import.meta.url), 'r+');
  try {
    return (await isOpenHere(node.fs, await file.stat({ bigint: true }), file)) === true;
  } finally {
    await file.close();
  }
})();

const blocked = { code: 'BLOCKED', got: `a lock of another thread of this process (${process.pid})` };

describe.each(ENDS)('A thread that %s without closing', (how) => {
  test.skipIf(!tells && how === 'is terminated')('lets its folder go at once', async () => {
    const site = new FilesSite(node, root);
    for (let round = 1; round <= 3; round++) {
      const thread = await start({ open: root, put: round });
      await expect(site.open('db')).rejects.toMatchObject(blocked);
      await thread.end(how);
      const storage = await site.open('db');
      expect(await storage.read('head', 0)).toEqual(Uint8Array.of(round));
      await storage.close();
    }
    await start();
    await threads.at(-1)?.end(how);
    await site.drop('db');
    expect(await site.list()).toEqual([]);
  });

  test('frees the folder after a while if the platform does not list open files', async () => {
    const thread = await start({ open: root, put: 7 });
    const site = new FilesSite(untold(), root);
    await expect(site.open('db')).rejects.toMatchObject(blocked);
    await thread.end(how);
    if (how === 'is terminated') {
      const error = await site.open('db').catch((reason) => reason);
      expect(error).toMatchObject(blocked);
      expect(error.remedy).toContain('try again in 20 seconds');
      utimesSync(lock(), 0, Date.now() / 1000 - 21);
    } else {
      // The thread has released the lock in its last turn.
      expect(existsSync(lock())).toBe(false);
    }
    const storage = await site.open('db');
    expect(await storage.read('head', 0)).toEqual(Uint8Array.of(7));
    await storage.close();
  });
});

test.skipIf(!tells)('A busy thread keeps its folder, even without any sign of life', async () => {
  const thread = await start();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const busy = thread.do({ busy: { flag } });
  await expect.poll(() => flag[0]).toBe(1);
  utimesSync(lock(), 0, 0);
  const error = await new FilesSite(node, root).open('db').catch((reason) => reason);
  expect(error).toMatchObject(blocked);
  expect(error.remedy).toBe(
    'Close the database there first: only a single thread of a single process can have the database open.',
  );
  Atomics.store(flag, 0, 0);
  Atomics.notify(flag, 0);
  await busy;
  await thread.do({ put: 3 });
  await thread.do({ close: true });
  await (await new FilesSite(node, root).open('db')).close();
});

test.skipIf(!tells)('A terminated thread writes nothing after the next thread has read', async () => {
  for (let round = 0; round < 10; round++) {
    const thread = await start();
    thread.tell({ writes: true });
    await expect.poll(() => thread.written).toBeGreaterThan(round * 3);
    await thread.end('is terminated');
    const storage = await new FilesSite(node, root).open('db');
    const keys: number[] = [];
    for await (const [key] of storage.scan(0)) keys.push(key);
    // Every acknowledged entry is stored, and at most a single unacknowledged entry follows.
    expect(keys).toEqual(keys.map((_, i) => i + 1));
    expect(keys.length - thread.written).toBeGreaterThanOrEqual(0);
    const mine = keys.length + 1;
    await storage.commit({ put: [['log', mine, Uint8Array.of(9)]] });
    await storage.close();
    const again = await new FilesSite(node, root).open('db');
    expect(again.lost).toBe(0);
    expect(await again.read('log', mine)).toEqual(Uint8Array.of(9));
    await again.close();
    rmSync(join(root, 'db-db'), { recursive: true });
  }
});

// Threads that open the folder look at the lock of each other's predecessor at the same time.
test.skipIf(!existsSync('/proc/self/fdinfo'))(
  'A reader of the lock does not make an ended thread look busy',
  async () => {
    await start({ open: root, put: 1 });
    const looking = await node.fs.open(lock(), 'r');
    try {
      const site = new FilesSite(node, root);
      await expect(site.open('db')).rejects.toMatchObject(blocked);
      await threads.at(-1)?.end('is terminated');
      const storage = await site.open('db');
      expect(await storage.read('head', 0)).toEqual(Uint8Array.of(1));
      await storage.close();
    } finally {
      await looking.close();
    }
  },
);

test.skipIf(!tells)('If many threads open a folder at once, one gets the folder and none leaves files', async () => {
  await start({ open: root, put: 1 });
  await threads.at(-1)?.end('is terminated');
  // The lock of the ended thread is still present.
  expect(JSON.parse(readFileSync(lock(), 'utf8'))).toMatchObject({ pid: process.pid, keepsOpen: true });
  const tries = await Promise.allSettled(
    Array.from({ length: 6 }, () =>
      Thread.start({}).then(async (thread) => {
        threads.push(thread);
        await thread.do({ open: root });
      }),
    ),
  );
  const refused = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason.message] : []));
  expect(refused).toEqual(new Array(5).fill('BLOCKED'));
  expect(readdirSync(join(root, 'db-db')).filter((name) => name.startsWith('lock'))).toEqual(['lock']);
});
