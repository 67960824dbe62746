// The lock of a folder, held by other processes, threads and machines.

import { existsSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { EdgeVecError } from '../../../../src/base/errors.js';
import type { NodePlatform } from '../../../../src/storage/files/node.js';
import { FilesSite } from '../../../../src/storage/files/site.js';
import { failing, noSpace } from '../../../support/failing-files.js';
import { node, temporaryFolders } from '../../../support/folders.js';

const makeFolder = temporaryFolders('files');

describe('A lock', () => {
  const lockIn = (root: string): string => join(root, 'db-db', 'lock');

  /** A platform with timers that run on demand. */
  function ticking(other: Partial<NodePlatform> = {}): { node: NodePlatform; tick: () => void } {
    const runs = new Set<() => void>();
    const every = (_: number, run: () => void) => {
      runs.add(run);
      return () => void runs.delete(run);
    };
    return { node: { ...node, slots: new Map(), every, ...other }, tick: () => runs.forEach((run) => void run()) };
  }

  test('of a process is not taken by another thread of the process', async () => {
    const root = makeFolder();
    // Another thread has separate globals.
    const thread = new FilesSite({ ...node, slots: new Map() }, root);
    const site = new FilesSite(node, root);
    const storage = await thread.open('db');
    await expect(site.open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    await expect(site.drop('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    await storage.close();
    await (await site.open('db')).close();
  });

  test('is held until the last handle of a thread is closed', async () => {
    const root = makeFolder();
    const other = new FilesSite({ ...node, slots: new Map() }, root);
    // Reaches the folder by another path.
    const link = join(makeFolder(), 'link');
    symlinkSync(root, link);
    const sites = [
      new FilesSite(node, root),
      new FilesSite(node, link),
      new FilesSite(node, `${root}/../${basename(root)}`),
    ];
    const handles = await Promise.all(sites.map((site) => site.open('db')));
    for (const handle of handles) {
      await expect(other.open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
      expect(await handle.commit({ put: [['head', 0, Uint8Array.of(1)]] })).toBe(true);
      await handle.close();
      await expect(handle.read('head', 0)).rejects.toMatchObject({ code: 'CLOSED' });
    }
    expect(node.slots.size).toBe(0);
    await (await other.open('db')).close();
  });

  test('is shared by copies of this package in the same thread, each with its own error class', async () => {
    const root = makeFolder();
    const site = failing(root, (file, method) =>
      file.endsWith('journal') && method === 'datasync' ? noSpace() : undefined,
    );
    const first = await site.open('db');
    vi.resetModules();
    const [files, platform, errors] = await Promise.all([
      import('../../../../src/storage/files/site.js'),
      import('../../../../src/storage/files/node.js'),
      import('../../../../src/base/errors.js'),
    ]);
    expect(files.FilesSite).not.toBe(FilesSite);
    let heard = 0;
    const second = await new files.FilesSite(platform.node() as NodePlatform, root).open('db');
    second.channel?.onChange(() => heard++);
    expect(await first.commit({ put: [['head', 0, Uint8Array.of(1)]] })).toBe(true);
    first.channel?.notify();
    await undefined;
    expect(heard).toBe(1);
    expect(await second.commit({ expect: null })).toBe(false);
    await expect(first.commit({ put: [], strict: true })).rejects.toBeInstanceOf(EdgeVecError);
    await expect(second.commit({ put: [] })).rejects.toBeInstanceOf(errors.EdgeVecError);
    await Promise.all([first.close(), second.close()]);
    expect(node.slots.size).toBe(0);
  });

  test('goes to a new opener during a close or a drop', async () => {
    const root = makeFolder();
    const site = new FilesSite(node, root);
    let gone = 0;
    const first = await site.open('db', () => gone++);
    let isDropping = false;
    const [, second] = await Promise.all([first.close(), site.open('db', () => (isDropping = true))]);
    await second.commit({ put: [['head', 0, Uint8Array.of(1)]] });
    const dropped = [site.drop('db'), site.drop('none')];
    await vi.waitFor(() => expect(isDropping).toBe(true), { interval: 1, timeout: 60_000 });
    const third = await site.open('db', () => gone++);
    await Promise.all(dropped);
    expect(gone).toBe(0);
    await expect(second.read('head', 0)).rejects.toMatchObject({ code: 'CLOSED' });
    await third.commit({ put: [['head', 0, Uint8Array.of(2)]] });
    await third.close();
    const fourth = await site.open('db');
    expect(await fourth.read('head', 0)).toEqual(Uint8Array.of(2));
    await Promise.all([site.drop('db'), site.drop('db')]);
    expect([await site.list(), node.slots.size]).toEqual([[], 0]);
  });

  test('of another machine or container lasts while signs of life continue', async () => {
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
    // The old holder does not touch the lock of the new holder.
    elsewhere.tick();
    await storage.close();
    await expect(new FilesSite(ticking().node, root).open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    await taken.close();
  });

  test('of a process that may not ask for the name of its machine counts as another machine’s', async () => {
    const root = makeFolder();
    const nameless = ticking({ hostname: '' });
    const storage = await new FilesSite(nameless.node, root).open('db');
    // The process cannot be asked about the other process, although both have the same id here.
    const second = new FilesSite(ticking({ hostname: '' }).node, root);
    for (const site of [second, new FilesSite(node, root)]) {
      await expect(site.open('db')).rejects.toMatchObject({
        code: 'BLOCKED',
        got: `a lock of process ${process.pid} on a machine that does not tell its name`,
      });
    }
    utimesSync(lockIn(root), 0, 0);
    const taken = await second.open('db');
    await storage.close();
    await taken.close();
  });

  test('names its holder, and tells to remove the lock only if the life of the holder is unknown', async () => {
    const root = makeFolder();
    const site = new FilesSite(node, root);
    await (await site.open('db')).close();
    const lock = lockIn(root);
    const held = async (holder: object | undefined, old = false): Promise<EdgeVecError> => {
      // Copies the namespace from a real lock.
      rmSync(lock, { force: true });
      const storage = await site.open('db');
      const mine = JSON.parse(readFileSync(lock, 'utf8'));
      await storage.close();
      writeFileSync(lock, holder === undefined ? '' : JSON.stringify({ ...mine, token: 'another', ...holder }));
      if (old) utimesSync(lock, 0, Date.now() / 1000 - 60);
      const error = await site.open('db').catch((reason) => reason);
      expect(error).toMatchObject({ code: 'BLOCKED' });
      expect(error.message).not.toMatch(/[{}]|token|namespace/);
      rmSync(lock);
      return error;
    };
    const parent = process.ppid;
    const here = await held({ pid: parent });
    expect(here.got).toBe(`a lock of process ${parent} on this machine`);
    expect(here.remedy).not.toContain('remove');
    expect((await held({ pid: parent }, true)).remedy).toContain(`remove the file ${JSON.stringify(lock)}`);
    // A lock of an earlier version, without an open file.
    const thread = await held({ keepsOpen: undefined });
    expect(thread.got).toBe(`a lock of another thread of this process (${process.pid})`);
    expect(thread.remedy).toContain('try again in 20 seconds');
    const elsewhere = await held({ pid: 7, hostname: 'elsewhere' });
    expect(elsewhere.got).toBe('a lock of process 7 on the machine elsewhere');
    expect(elsewhere.remedy).toContain('try again in 20 seconds');
    const contained = await held({ pid: 7, namespace: 'another' });
    expect(contained.got).toContain('process 7 in another container');
    const half = await held(undefined);
    expect(half.got).toBe('a lock of an unknown process');
    for (const { remedy } of [thread, elsewhere, contained, half]) expect(remedy).not.toContain('remove');
  });

  test('of a dead process is free at once, unless a process has died while it took the lock over', async () => {
    const root = makeFolder();
    const dead = await new FilesSite({ ...node, slots: new Map(), pid: process.ppid }, root).open('db');
    const site = new FilesSite({ ...node, slots: new Map(), mayBeAlive: () => false }, root);
    const turn = `${lockIn(root)}.takeover`;
    writeFileSync(turn, '');
    await expect(site.open('db')).rejects.toMatchObject({
      code: 'BLOCKED',
      got: `a lock of process ${process.ppid} on this machine`,
      remedy: expect.stringMatching(/^That process has ended.* at the latest in 20 seconds/),
    });
    utimesSync(turn, 0, 0);
    await (await site.open('db')).close();
    expect(existsSync(turn)).toBe(false);
    await dead.close();
    const other = await new FilesSite({ ...node, slots: new Map(), pid: process.ppid }, root).open('db');
    await (await site.open('db')).close();
    await other.close();
  });

  test('lost during a pause of the process ends further writes', async () => {
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
      await expect(storage.commit({ put })).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        got: `a lock of process ${process.pid} on the machine ${node.hostname}`,
      });
      await storage.close();
      await taken.close();
    } finally {
      vi.useRealTimers();
    }
  });
});
