// A database on a disk without a free byte can be read and dropped, accepts deletions, and leaves
// nothing behind from refused calls.

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import type { NodePlatform } from '../../src/storage/files/node.js';
import { FilesSite } from '../../src/storage/files/site.js';
import { node } from '../support/folders.js';
import { FullDisk } from '../support/full-disk.js';
import { failure } from '../support/open.js';
import { Process, type Row } from '../support/process.js';

const KIB = 1 << 10;
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'edgevec-full-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const bytes = (length: number, value = 1): Uint8Array => new Uint8Array(length).fill(value);
const folder = (): string => join(root, 'db-db');
const reserved = (): number => {
  const found = readdirSync(folder()).includes('reserve');
  return found ? statSync(join(folder(), 'reserve')).size : 0;
};
const numbered = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, i) => ({ id: from + i, n: from + i }));

describe('A storage on a full disk', () => {
  async function made(): Promise<{ disk: FullDisk; site: FilesSite }> {
    const disk = new FullDisk(node);
    const site = new FilesSite(disk.node, root);
    const storage = await site.open('db');
    await storage.commit({
      put: [
        ['head', 0, bytes(1)],
        ['log', 1, bytes(100)],
        ['chunks', 'a', bytes(100 * KIB)],
      ],
    });
    await storage.close();
    disk.free = 0;
    return { disk, site };
  }

  test('is opened, read and dropped, and leaves no lock behind', async () => {
    const { disk, site } = await made();
    const before = readdirSync(folder());
    for (let i = 0; i < 2; i++) {
      const storage = await site.open('db');
      expect(await storage.read('chunks', 'a')).toEqual(bytes(100 * KIB));
      expect(await storage.read('log', 1)).toEqual(bytes(100));
      expect(readdirSync(folder())).toContain('lock');
      await expect(new FilesSite(disk.node, root).open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
      await expect(new FilesSite(disk.node, root).drop('db')).rejects.toMatchObject({ code: 'BLOCKED' });
      await storage.close();
      expect(readdirSync(folder())).toEqual(before);
    }
    await site.drop('db');
    expect(readdirSync(root)).toEqual([]);
  });

  test('keeps its lock while signs of life continue, and writes its name once room is free', async () => {
    const { disk, site } = await made();
    const beats = new Set<() => void>();
    const every = (_: number, run: () => void) => {
      beats.add(run);
      return () => void beats.delete(run);
    };
    const held: NodePlatform = { ...disk.node, every };
    const storage = await new FilesSite(held, root).open('db');
    const lock = join(folder(), 'lock');
    expect(statSync(lock).size).toBeLessThan(2);
    for (let i = 0; i < 3; i++) {
      utimesSync(lock, 0, 0);
      for (const beat of beats) beat();
      await expect.poll(() => statSync(lock).mtimeMs).toBeGreaterThan(0);
      const error = await site.open('db').catch((reason) => reason);
      expect(error).toMatchObject({ code: 'BLOCKED' });
    }
    disk.free = KIB;
    for (const beat of beats) beat();
    await expect.poll(() => statSync(lock).size).toBeGreaterThan(2);
    expect(await site.open('db').catch((error) => error.got)).toContain(`(${process.pid})`);
    await storage.close();
    expect(readdirSync(folder())).not.toContain('lock');
  });

  test('can be taken from a holder without signs of life', async () => {
    const { disk, site } = await made();
    const storage = await new FilesSite({ ...disk.node, every: () => () => {} }, root).open('db');
    utimesSync(join(folder(), 'lock'), 0, 0);
    const taken = await site.open('db');
    // The old holder does not touch the lock of the new holder.
    await storage.close();
    await expect(new FilesSite(disk.node, root).open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    await taken.close();
  });

  test('refuses a new database with QUOTA, and leaves nothing in the way', async () => {
    const disk = new FullDisk(node, 0);
    const site = new FilesSite(disk.node, root);
    await expect(site.open('db')).rejects.toMatchObject({ code: 'QUOTA' });
    disk.free = 1 << 20;
    await (await site.open('db')).close();
  });

  test('lets only a reserved commit use the reserved room', async () => {
    const { disk, site } = await made();
    disk.free = 200 * KIB;
    const storage = await site.open('db');
    expect(await storage.reserve?.(150 * KIB)).toBe(true);
    expect([reserved(), storage.heldBack?.()]).toEqual([150 * KIB, 150 * KIB]);
    disk.free = 0;
    const put = [['log', 2, bytes(10 * KIB)]] as const;
    await expect(storage.commit({ put })).rejects.toMatchObject({ code: 'QUOTA' });
    expect(reserved()).toBe(150 * KIB);
    expect(await storage.commit({ put, reserved: true })).toBe(true);
    // The commit has used a piece of the reserve. The rest is still reserved.
    expect([reserved(), storage.heldBack?.()]).toEqual([86 * KIB, 86 * KIB]);
    disk.free = 0;
    expect(await storage.reserve?.(150 * KIB)).toBe(false);
    expect(await storage.commit({ put: [['chunks', 'b', bytes(80 * KIB)]], reserved: true })).toBe(true);
    expect([reserved(), storage.heldBack?.()]).toEqual([0, 0]);
    await expect(storage.commit({ put: [['chunks', 'c', bytes(80 * KIB)]], reserved: true })).rejects.toMatchObject({
      code: 'QUOTA',
    });
    expect((await storage.chunks()).sort()).toEqual(['a', 'b']);
    expect(await storage.commit({ delete: [['chunks', 'a']], reserved: true })).toBe(true);
    expect(await storage.reserve?.(64 * KIB)).toBe(true);
    expect(reserved()).toBe(64 * KIB);
    await storage.close();
    const again = await site.open('db');
    expect(again.heldBack?.()).toBe(64 * KIB);
    const log: number[] = [];
    for await (const [key] of again.scan(0)) log.push(key);
    expect(log).toEqual([1, 2]);
    await again.close();
  });

  test('reserves exactly the requested room', async () => {
    const site = new FilesSite(node, root);
    const storage = await site.open('db');
    expect(reserved()).toBe(0);
    for (const wanted of [1, 3 * (1 << 20) + 5, 100, 0, 70_000]) {
      expect(await storage.reserve?.(wanted)).toBe(true);
      expect([reserved(), storage.heldBack?.()]).toEqual([wanted, wanted]);
    }
    await storage.close();
  });
});

describe('A database on a full disk', () => {
  test('is read, takes deletions, and takes writes again once these have made room', async () => {
    const disk = new FullDisk(node);
    const site = new FilesSite(disk.node, root);
    const first = await Process.start(site, 256);
    await first.write('upsert', numbered(0, 400));
    // From here on the database reserves enough room for its rows.
    await first.close();
    const process = await Process.start(site, 256);
    disk.free = 0;
    // A checkpoint replaces the log each time, if the checkpoint makes room.
    let count = 400;
    for (let code = ''; code === ''; ) {
      expect(count).toBeLessThan(5_000);
      code = await process.write('upsert', numbered(count, count + 10)).then(
        () => '',
        (error) => error.code,
      );
      if (code === '') count += 10;
      else expect(code).toBe('QUOTA');
    }
    await process.close();

    const again = await Process.start(site, 256);
    expect(await again.rows()).toEqual(numbered(0, count));
    for (let id = 0; id < 300; id += 10)
      expect(await again.delete(numbered(id, id + 10).map((row) => row.id))).toBe(10);
    // The free room now suffices for a checkpoint. The checkpoint replaces the log.
    await again.compact();
    await again.write('upsert', numbered(count, count + 1));
    expect(await again.rows()).toEqual(numbered(300, count + 1));
    await again.close();

    const third = await Process.start(site, 256);
    expect(await third.rows()).toEqual(numbered(300, count + 1));
    expect(await third.delete(numbered(300, count + 1).map((row) => row.id))).toBe(count + 1 - 300);
    await third.close();
    disk.free = 1 << 20;
    const fourth = await Process.start(site, 256);
    await fourth.save();
    expect(reserved()).toBeGreaterThan(0);
    await fourth.write('upsert', numbered(0, 50));
    expect(await fourth.rows()).toEqual(numbered(0, 50));
    await fourth.close();
  });
});

/** The reason why no small file system can be mounted here, or undefined if mounting works. */
function whyNoMount(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  const folder = mkdtempSync(join(tmpdir(), 'edgevec-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' });
    execFileSync('umount', [folder]);
    return undefined;
  } catch (error) {
    return `mounting a tmpfs fails: ${String(error).split('\n')[0]}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const reason = whyNoMount();

describe.skipIf(reason !== undefined)(`A file system of 12 MB${reason === undefined ? '' : ` (${reason})`}`, () => {
  beforeEach(() => {
    mkdirSync(join(root, 'small'));
    root = join(root, 'small');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', root]);
  });
  afterEach(() => {
    // Closed files may still be busy for a moment.
    execFileSync('umount', ['-l', root]);
    root = join(root, '..');
  });

  /** Uses up all free bytes. */
  function fill(): void {
    const file = openSync(join(root, 'filler'), 'a');
    try {
      for (;;) writeSync(file, bytes(4 * KIB));
    } catch (error) {
      expect((error as { readonly code: string }).code).toBe('ENOSPC');
    } finally {
      closeSync(file);
    }
  }

  test('a full disk: load, search, delete and drop work, and insert fails with QUOTA', async () => {
    const directory = join(root, 'store');
    const rows = Array.from({ length: 2_000 }, (_, id) => ({ id, vector: Float32Array.of(id + 1, 1) }));
    const db = await EdgeVec.open({ name: 'db', dimensions: 2, metric: 'euclidean', directory });
    await db.insert(rows);
    await db.close();
    fill();
    const again = await EdgeVec.load('db', { directory });
    expect(await again.count()).toBe(2_000);
    expect((await again.search([8, 1], { k: 1, exact: true }))[0]?.id).toBe(7);
    const first = rows.length;
    const more = () => Array.from({ length: 500 }, (_, i) => ({ id: rows.length + i, vector: Float32Array.of(i, 1) }));
    for (let error: unknown; error === undefined; ) {
      expect(rows.length).toBeLessThan(100_000);
      const records = more();
      error = await again.insert(records).then(
        () => void rows.push(...records),
        (reason) => reason,
      );
      if (error !== undefined) await failure(() => Promise.reject(error), 'QUOTA');
    }
    expect(await again.delete(rows.slice(0, first).map(({ id }) => id))).toBe(first);
    await again.compact();
    await again.save();
    // Inserts as many rows as were deleted, so the new rows reuse the free slots. The reserve may
    // just have taken the room for the log: a checkpoint makes room then.
    for (let id = 0; id < first; id += 100) {
      const records = rows.slice(id, id + 100);
      await again.insert(records).catch(async (error: { code: string }) => {
        expect(error.code).toBe('QUOTA');
        await again.save();
        await again.insert(records);
      });
    }
    await again.close();
    const third = await EdgeVec.load('db', { directory });
    expect(await third.count()).toBe(rows.length);
    await third.close();
    expect(readdirSync(join(directory, 'db-db')).filter((name) => name.startsWith('lock'))).toEqual([]);
    fill();
    await failure(() => EdgeVec.open({ name: 'another', dimensions: 2, directory }), 'QUOTA');
    await EdgeVec.drop('db', { directory });
    await EdgeVec.drop('another', { directory });
    expect(readdirSync(directory)).toEqual([]);
  });
});
