// Files that fail, are damaged, or are held by others.

import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { FilesSite } from '../../src/storage/files.js';
import { type FileHandle, type Fs, node as findNode, type Node } from '../../src/storage/node.js';
import { Process } from '../support/process.js';

const node = findNode() as NonNullable<ReturnType<typeof findNode>>;
const folders: string[] = [];

function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'edgevec-files-'));
  folders.push(made);
  return made;
}

afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

type Method = keyof FileHandle | 'open' | 'rename';

/** A site in files whose calls fail where `fails` returns an error, having done what they do; where it throws one, they do nothing. */
function failing(root: string, fails: (file: string, method: Method) => Error | undefined): FilesSite {
  async function call<T>(file: string, method: Method, run: () => Promise<T>): Promise<T> {
    const error = fails(file, method);
    const result = await run();
    if (error !== undefined) throw error;
    return result;
  }
  const fs: Fs = {
    ...node.fs,
    open: async (path, flags) => {
      const handle = await call(path, 'open', () => node.fs.open(path, flags));
      return new Proxy(handle, {
        get: (target, key: keyof FileHandle) => {
          const method: unknown = target[key];
          // Whatever is awaited is asked for `then`.
          if (typeof method !== 'function') return method;
          return (...args: unknown[]) => call(path, key, () => method.apply(target, args));
        },
      });
    },
    rename: (from, to) => call(to, 'rename', () => node.fs.rename(from, to)),
  };
  return new FilesSite({ ...node, fs }, root);
}

const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

/** A database of some rows, written one after the other, and its folder. */
async function written(rows: number): Promise<{ site: FilesSite; folder: string; journal: string }> {
  const root = makeFolder();
  const site = new FilesSite(node, root);
  const process = await Process.start(site, 4);
  for (let i = 0; i < rows; i++) await process.write('upsert', [{ id: i, n: i }], true);
  await process.close();
  const folder = join(root, 'db-db');
  return { site, folder, journal: join(folder, 'journal') };
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(file, bytes);
}

describe('A damaged journal', () => {
  async function staysDamaged(site: FilesSite, folder: string): Promise<void> {
    const before = readdirSync(join(folder, 'chunks'));
    for (let i = 0; i < 3; i++) await expect(Process.start(site, 4)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(readdirSync(join(folder, 'chunks'))).toEqual(before);
    await site.drop('db');
    const anew = await Process.start(site, 4);
    expect(await anew.rows()).toEqual([]);
    await anew.close();
  }

  test('of which nothing can be read stays as it is, and is never taken for an empty database', async () => {
    const { site, folder, journal } = await written(3);
    flip(journal, 20);
    const bytes = readFileSync(journal);
    await expect(Process.start(site, 4)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(readFileSync(journal)).toEqual(bytes);
    await staysDamaged(site, folder);
  });

  test('that ends early says so, once, and goes on with the rows before that', async () => {
    const { site, journal } = await written(20);
    flip(journal, readFileSync(journal).length >> 1);
    const process = await Process.start(site, 4);
    expect(process.events).toMatchObject([{ type: 'log-damaged', lost: undefined, error: { code: 'DAMAGED' } }]);
    const rows = await process.rows();
    expect(rows.length).toBeGreaterThan(5);
    expect(rows).toEqual(Array.from({ length: rows.length }, (_, i) => ({ id: i, n: i })));
    await process.write('upsert', [{ id: 'more', n: 1 }], true);
    await process.close();
    const again = await Process.start(site, 4);
    expect(again.events).toEqual([]);
    expect(await again.rows()).toEqual([...rows, { id: 'more', n: 1 }]);
    await again.close();
  });

  test('of one record is not taken for one that was never begun', async () => {
    const { site, folder, journal } = await written(0);
    flip(journal, readFileSync(journal).length - 1);
    await staysDamaged(site, folder);
  });

  test('that an earlier version has emptied is damaged still', async () => {
    const { site, folder, journal } = await written(3);
    writeFileSync(`${journal}.damaged-x`, readFileSync(journal));
    writeFileSync(journal, '');
    await staysDamaged(site, folder);
  });

  test('that is gone, while chunks are there, is not made anew', async () => {
    const { site, folder, journal } = await written(3);
    rmSync(journal);
    await staysDamaged(site, folder);
  });

  test('written anew begins with the head, so that damage costs the end alone', async () => {
    const root = makeFolder();
    const site = new FilesSite(node, root);
    const journal = join(root, 'db-db', 'journal');
    const storage = await site.open('db');
    const large = new Uint8Array(1 << 20);
    await storage.commit({
      put: [
        ['head', 0, Uint8Array.of(1)],
        ['log', 1, Uint8Array.of(1)],
        ['log', 2, large],
      ],
    });
    await storage.commit({ put: [['log', 2, large]] });
    await storage.commit({ put: [['log', 2, Uint8Array.of(2)]] });
    await storage.close();
    const { length } = readFileSync(journal);
    expect(length).toBeLessThan(1000);
    flip(journal, length - 1);
    const again = await site.open('db');
    expect(await again.read('head', 0)).toEqual(Uint8Array.of(1));
    expect(await again.read('log', 1)).toEqual(Uint8Array.of(1));
    await again.close();
  });
});

describe('A commit of which nobody knows whether it took place', () => {
  /** Fails the journal's syncs from the nth on: the record is written then. */
  function armed(root: string, name = 'db'): { site: FilesSite; arm: (nth: number) => void } {
    let left = Number.POSITIVE_INFINITY;
    const site = failing(root, (file, method) =>
      file.endsWith(`db-${name}/journal`) && method === 'datasync' && --left <= 0 ? noSpace() : undefined,
    );
    return {
      site,
      arm: (nth) => {
        left = nth;
      },
    };
  }

  test('is no QUOTA, and what it wrote stays', async () => {
    const root = makeFolder();
    const { site, arm } = armed(root);
    const storage = await site.open('db');
    const put = [
      ['head', 0, Uint8Array.of(1)],
      ['chunks', 'a', Uint8Array.of(2)],
    ] as const;
    arm(1);
    await expect(storage.commit({ put, strict: true })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(storage.commit({ put: [] })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await storage.close();
    const again = await new FilesSite(node, root).open('db');
    expect(await again.read('head', 0)).toEqual(Uint8Array.of(1));
    expect(await again.read('chunks', 'a')).toEqual(Uint8Array.of(2));
    await again.close();
  });

  test.each([1, 2, 3])('sync %i of a checkpoint: every row is there afterwards', async (nth) => {
    const root = makeFolder();
    const { site, arm } = armed(root);
    const process = await Process.start(site, 4);
    for (let i = 0; i < 5; i++) await process.write('upsert', [{ id: i, n: i }], true);
    await process.save();
    for (let i = 5; i < 9; i++) await process.write('upsert', [{ id: i, n: i }], true);
    arm(nth);
    await process.save().catch((error) => expect(error).toMatchObject({ code: 'STORAGE_FAILED' }));
    await process.close();
    const again = await Process.start(new FilesSite(node, root), 4);
    expect(await again.rows()).toEqual(Array.from({ length: 9 }, (_, id) => ({ id, n: id })));
    expect(again.events).toEqual([]);
    await again.close();
  });

  test('of a copy over another database: one of the two is there, whole', async () => {
    const root = makeFolder();
    const { site, arm } = armed(root, 'copy');
    const process = await Process.start(site, 4);
    await process.write('upsert', [{ id: 'old', n: 1 }]);
    await process.save('copy');
    await process.write('upsert', [{ id: 'new', n: 2 }]);
    arm(1);
    await expect(process.save('copy')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await process.close();
    await new FilesSite(node, root).drop('db');
    renameSync(join(root, 'db-copy'), join(root, 'db-db'));
    const again = await Process.start(new FilesSite(node, root), 4);
    expect((await again.rows()).map(({ id }) => id)).toEqual(['old', 'new']);
    await again.close();
  });

  test('a journal that cannot be written anew, nor opened again, is no QUOTA for who reads', async () => {
    const root = makeFolder();
    let full = false;
    // Renaming fails, and then opening what has been closed for it.
    const site = failing(root, (file, method) => {
      if (full && file.endsWith('journal') && (method === 'rename' || method === 'open')) throw noSpace();
      return undefined;
    });
    const storage = await site.open('db');
    const large = new Uint8Array(1 << 20);
    await storage.commit({
      put: [
        ['head', 0, Uint8Array.of(1)],
        ['log', 1, Uint8Array.of(1)],
        ['log', 2, large],
      ],
    });
    await storage.commit({ put: [['log', 2, large]] });
    full = true;
    expect(await storage.commit({ put: [['log', 2, Uint8Array.of(2)]] })).toBe(true);
    await expect(storage.read('log', 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(storage.commit({ put: [['log', 3, large]] })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await storage.close();
    const again = await new FilesSite(node, root).open('db');
    expect(await again.read('log', 2)).toEqual(Uint8Array.of(2));
    await again.close();
  });
});

describe('Dropping', () => {
  test('several at once drops all, and leaves no lock behind', async () => {
    const root = makeFolder();
    const site = new FilesSite(node, root);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) {
      const storage = await site.open(name);
      await storage.commit({ put: [['chunks', 'a', new Uint8Array(1000)]] });
      await storage.close();
    }
    await Promise.all(names.map((name) => site.drop(name)));
    expect(readdirSync(root)).toEqual([]);
    for (const name of names) await (await site.open(name)).close();
  });

  test('one that cannot be moved away leaves it there, unlocked', async () => {
    const root = makeFolder();
    const site = failing(root, (file, method) => {
      if (method === 'rename' && file.includes('dropped-')) throw noSpace();
      return undefined;
    });
    await (await site.open('db')).close();
    await expect(site.drop('db')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await (await site.open('db')).close();
    expect(await site.list()).toEqual(['db']);
  });

  test('removes what others have dropped and not removed', async () => {
    const root = makeFolder();
    const site = new FilesSite(node, root);
    await (await site.open('db')).close();
    renameSync(join(root, 'db-db'), join(root, 'dropped-abc-1'));
    expect(await site.list()).toEqual([]);
    await site.drop('db');
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('Names in files', () => {
  test('a name may be as long as that of a folder', async () => {
    const site = new FilesSite(node, makeFolder());
    for (const name of ['a'.repeat(252), 'Ä'.repeat(42)]) {
      await (await site.open(name)).close();
      expect(await site.list()).toEqual([name]);
      await site.drop(name);
      for (const longer of [`${name}x`, 'x'.repeat(1000)]) {
        await expect(site.open(longer)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
        await expect(site.drop(longer)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
      }
    }
  });
});

describe('A lock', () => {
  const lockIn = (root: string): string => join(root, 'db-db', 'lock');

  /** One whose timers run when they are told to. */
  function ticking(other: Partial<Node> = {}): { node: Node; tick: () => void } {
    const runs = new Set<() => void>();
    const every = (_: number, run: () => void) => {
      runs.add(run);
      return () => void runs.delete(run);
    };
    return { node: { ...node, every, ...other }, tick: () => runs.forEach((run) => void run()) };
  }

  test('of a process is not taken by another thread of it', async () => {
    const root = makeFolder();
    const script = join(makeFolder(), 'holder.mjs');
    const path = JSON.stringify(lockIn(root));
    // A thread that holds it, as far as a lock can tell.
    writeFileSync(
      script,
      `import { readFileSync, writeFileSync } from 'node:fs';
       import { parentPort, threadId } from 'node:worker_threads';
       const lock = JSON.parse(readFileSync(${path}, 'utf8'));
       if (lock.pid !== process.pid) throw new Error('another process');
       writeFileSync(${path}, JSON.stringify({ ...lock, token: 'of thread ' + threadId }));
       parentPort.postMessage(process.pid);`,
    );
    const site = new FilesSite(node, root);
    const storage = await site.open('db');
    const worker = new Worker(script);
    expect(await new Promise((resolve) => worker.once('message', resolve))).toBe(process.pid);
    await worker.terminate();
    await expect(site.open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    await expect(site.drop('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    await storage.close();
  });

  test('of another machine or container lasts as long as it gives signs of life', async () => {
    const root = makeFolder();
    const elsewhere = ticking({ hostname: 'elsewhere' });
    const storage = await new FilesSite(elsewhere.node, root).open('db');
    const here = new FilesSite(node, root);
    await expect(here.open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    const { length } = readFileSync(lockIn(root));
    utimesSync(lockIn(root), 0, 0);
    elsewhere.tick();
    await expect.poll(() => statSync(lockIn(root)).mtimeMs).toBeGreaterThan(0);
    expect(readFileSync(lockIn(root))).toHaveLength(length);
    await expect(here.open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    utimesSync(lockIn(root), 0, 0);
    const taken = await here.open('db');
    // Whoever lost it leaves it alone.
    elsewhere.tick();
    await storage.close();
    await expect(here.open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    await taken.close();
  });

  test('that was lost while the process was held up ends what may be written', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const root = makeFolder();
      const storage = await new FilesSite(ticking({ hostname: 'elsewhere' }).node, root).open('db');
      const put = [['head', 0, Uint8Array.of(1)]] as const;
      vi.setSystemTime(Date.now() + 60_000);
      expect(await storage.commit({ put })).toBe(true);
      vi.setSystemTime(Date.now() + 60_000);
      utimesSync(lockIn(root), 0, 0);
      const taken = await new FilesSite(node, root).open('db');
      await expect(storage.commit({ put })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      await storage.close();
      await taken.close();
    } finally {
      vi.useRealTimers();
    }
  });
});
