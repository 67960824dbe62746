// Files with failing calls, with damage, or held by other processes.

import {
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { EdgeVecError } from '../../../../src/base/errors.js';
import type { FileHandle, Fs, NodePlatform } from '../../../../src/storage/files/node.js';
import { RECORD_HEADER } from '../../../../src/storage/files/record.js';
import { FilesSite } from '../../../../src/storage/files/site.js';
import type { StorageBackend } from '../../../../src/storage/storage.js';
import { node, temporaryFolders } from '../../../support/folders.js';
import { Process, type Row } from '../../../support/process.js';
import { random } from '../../../support/vectors.js';

const makeFolder = temporaryFolders('files');

const LARGE = new Uint8Array(1 << 20);

/** Writes a head, an entry, and a large entry twice. The next commit rewrites the journal. */
async function fillWithDeadBytes(storage: StorageBackend): Promise<void> {
  await storage.commit({
    put: [
      ['head', 0, Uint8Array.of(1)],
      ['log', 1, Uint8Array.of(1)],
      ['log', 2, LARGE],
    ],
  });
  await storage.commit({ put: [['log', 2, LARGE]] });
}

type Method = keyof FileHandle | 'open' | 'rename';

/**
 * A site with failing calls. If `fails` returns an error, the call takes effect and then fails. If
 * `fails` throws, the call fails without effect.
 */
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
          // `await` reads the property `then`.
          if (typeof method !== 'function') return method;
          return (...args: unknown[]) => call(path, key, () => method.apply(target, args));
        },
      });
    },
    rename: (from, to) => call(to, 'rename', () => node.fs.rename(from, to)),
  };
  return new FilesSite({ ...node, fs }, root);
}

const denied = (): Error => Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

/** A database with rows from separate writes, and its folder. */
async function written(rows: number): Promise<{ site: FilesSite; folder: string; journal: string }> {
  const root = makeFolder();
  const site = new FilesSite(node, root);
  const process = await Process.start(site, 4);
  for (let i = 0; i < rows; i++) await process.write('upsert', [{ id: i, n: i }], true);
  await process.close();
  const folder = join(root, 'db-db');
  return { site, folder, journal: join(folder, 'journal') };
}

function flip(file: string, at: number, bit = 1): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ bit;
  writeFileSync(file, bytes);
}

interface Place {
  readonly at: number;
  readonly bodyAt: number;
  readonly to: number;
}

/** Where a journal's records are. */
function recordsIn(file: string): Place[] {
  const bytes = readFileSync(file);
  const places: Place[] = [];
  for (let at = 0; at < bytes.length; ) {
    const bodyAt = at + RECORD_HEADER;
    const to = bodyAt + bytes.readUInt32LE(at);
    places.push({ at, bodyAt, to });
    at = to;
  }
  return places;
}

const numbered = (rows: number): Row[] => Array.from({ length: rows }, (_, id) => ({ id, n: id }));

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

  test('without readable bytes stays unchanged, and is never taken for an empty database', async () => {
    const { site, folder, journal } = await written(3);
    for (const { bodyAt } of recordsIn(journal)) flip(journal, bodyAt + 4);
    const bytes = readFileSync(journal);
    await expect(Process.start(site, 4)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(readFileSync(journal)).toEqual(bytes);
    await staysDamaged(site, folder);
  });

  test('loses the writes from the damage on, reports their number once, and keeps the rows before', async () => {
    const { site, journal } = await written(20);
    flip(journal, recordsIn(journal)[12]?.bodyAt as number);
    const process = await Process.start(site, 4);
    expect(process.events).toMatchObject([{ type: 'log-damaged', lost: 10, error: { code: 'DAMAGED' } }]);
    expect(process.events[0]?.error.message).toContain('The last 10 writes are lost');
    expect(process.events[0]?.error.message).not.toContain('drop');
    const rows = await process.rows();
    expect(rows).toEqual(numbered(10));
    await process.write('upsert', [{ id: 'more', n: 1 }], true);
    await process.close();
    const again = await Process.start(site, 4);
    expect(again.events).toEqual([]);
    expect(await again.rows()).toEqual([...rows, { id: 'more', n: 1 }]);
    await again.close();
  });

  test('with a damaged last record reports possible losses until the next write', async () => {
    const { site, folder, journal } = await written(5);
    const bytes = readFileSync(journal);
    const { at, to } = recordsIn(journal).at(-1) as Place;
    flip(journal, to - 1);
    for (let i = 0; i < 2; i++) {
      const process = await Process.start(site, 4);
      expect(process.events).toMatchObject([{ type: 'log-damaged', lost: undefined, error: { code: 'DAMAGED' } }]);
      expect(process.events[0]?.error.message).toContain('Writes may be lost');
      expect(await process.rows()).toEqual(numbered(4));
      if (i === 1) await process.write('upsert', [{ id: 4, n: 4 }]);
      await process.close();
    }
    const aside = readdirSync(folder).filter((file) => file.startsWith('journal.damaged-'));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(folder, aside[0] as string))).toHaveLength(to - at);
    expect(readFileSync(journal).subarray(0, at)).not.toEqual(bytes.subarray(0, at));
    const again = await Process.start(site, 4);
    expect(again.events).toEqual([]);
    expect(await again.rows()).toEqual(numbered(5));
    await again.close();
  });

  test('with unwritten bytes in its last record is torn', async () => {
    const { site, folder, journal } = await written(5);
    const bytes = readFileSync(journal);
    const { bodyAt, to } = recordsIn(journal).at(-1) as Place;
    writeFileSync(journal, bytes.fill(0, Math.max(bodyAt, to - (to % 512)), to));
    const process = await Process.start(site, 4);
    expect(process.events).toEqual([]);
    expect(await process.rows()).toEqual(numbered(4));
    await process.close();
    expect(readdirSync(folder).filter((file) => file.includes('damaged'))).toEqual([]);
  });

  /**
   * A database with two checkpoints, and writes before and after each. The last checkpoint has
   * replaced chunks of the first.
   */
  async function saved(): Promise<Awaited<ReturnType<typeof written>> & { copy: () => void }> {
    const made = await written(3);
    const process = await Process.start(made.site, 4);
    await process.save();
    for (let i = 3; i < 8; i++) await process.write('upsert', [{ id: i, n: i }]);
    await process.save();
    for (let i = 8; i < ROWS; i++) await process.write('upsert', [{ id: i, n: i }]);
    await process.close();
    const { folder } = made;
    const kept = `${folder}-kept`;
    cpSync(folder, kept, { recursive: true });
    return {
      ...made,
      copy: () => {
        rmSync(folder, { recursive: true, force: true });
        cpSync(kept, folder, { recursive: true });
      },
    };
  }
  const ROWS = 16;
  const SAVED = 8;

  /**
   * Opens the database twice. The rows are a prefix of the writes, include all saved rows, and are
   * the same both times. Returns their number.
   */
  async function opensWithPrefix(site: FilesSite): Promise<number> {
    let before: number | undefined;
    for (let i = 0; i < 2; i++) {
      const process = await Process.start(site, 4);
      const rows = await process.rows();
      expect(rows).toEqual(numbered(rows.length));
      if (before === undefined) {
        const told = process.events.map((event) => (event.type === 'log-damaged' ? event.lost : event.type));
        // A damaged copy of the head may have been a write.
        const missing = ROWS - rows.length;
        expect(told).toEqual(
          missing > 1 || (missing === 1 && told[0] !== undefined) ? [missing] : missing ? [undefined] : [],
        );
      }
      expect(rows).toHaveLength(before ?? rows.length);
      before = rows.length;
      await process.close();
    }
    expect(before).toBeGreaterThanOrEqual(SAVED);
    return before as number;
  }

  test('with any flipped bit loses only the damaged record and the records behind the damage', async () => {
    const { site, journal, copy } = await saved();
    const places = recordsIn(journal);
    /**
     * The remaining rows after damage at `at`. A checkpoint still has the rows of earlier records.
     */
    const without = (at: number): number => {
      const behind = places.filter(({ to }) => to > at).length;
      return behind <= ROWS - SAVED ? ROWS - behind : ROWS;
    };
    const { length } = readFileSync(journal);
    for (let at = 0; at < length; at += 61) {
      copy();
      flip(journal, at, 1 << (at % 8));
      expect(await opensWithPrefix(site), `byte ${at} of ${length}`).toBe(without(at));
    }
  });

  test('does not bring back writes that were lost before', async () => {
    const { site, journal } = await written(6);
    flip(journal, recordsIn(journal)[5]?.bodyAt as number);
    const process = await Process.start(site, 4);
    expect(process.events).toMatchObject([{ lost: 3 }]);
    // The new rows have the same numbers in the log as the lost rows.
    const rows = [...numbered(3), ...['a', 'b', 'c', 'd'].map((id, n) => ({ id, n }))];
    for (const row of rows.slice(3)) await process.write('upsert', [row]);
    await process.close();
    const whole = readFileSync(journal);
    for (const { bodyAt } of recordsIn(journal)) {
      writeFileSync(journal, whole);
      flip(journal, bodyAt);
      const again = await Process.start(site, 4);
      const found = await again.rows();
      expect(found).toEqual(rows.slice(0, found.length));
      await again.close();
    }
  });

  test('with any bytes replaced has at least the saved rows, or stays unchanged', async () => {
    const { site, folder, journal, copy } = await saved();
    const next = random(7);
    const { length } = readFileSync(journal);
    const codes = new Set<string>();
    for (let round = 0; round < 30; round++) {
      copy();
      const bytes = readFileSync(journal);
      // Every tenth round replaces all bytes.
      const from = round % 10 === 9 ? 0 : Math.floor(next() * length);
      const to = round % 10 === 9 ? length : Math.min(length, from + Math.ceil(next() ** 2 * length));
      for (let at = from; at < to; at++) bytes[at] = Math.floor(next() * 256);
      writeFileSync(journal, bytes);
      const answers: string[] = [];
      for (let i = 0; i < 2; i++) {
        const process = await Process.start(site, 4).catch((error) => error.code as string);
        if (typeof process === 'string') {
          answers.push(process);
          expect(readFileSync(journal).equals(bytes)).toBe(true);
          expect(readdirSync(folder).sort()).toEqual(['chunks', 'journal', 'reserve']);
        } else {
          const rows = await process.rows();
          expect(rows).toEqual(numbered(rows.length));
          expect(rows.length).toBeGreaterThanOrEqual(SAVED);
          if (i === 0 && rows.length < ROWS) expect(process.events).not.toEqual([]);
          await process.close();
          answers.push('open');
        }
      }
      expect(answers[1]).toBe(answers[0]);
      codes.add(answers[0] as string);
    }
    // Both come about.
    expect([...codes].sort()).toEqual(['DAMAGED', 'open']);
  });

  test('with a single record is not taken for a new journal', async () => {
    const { site, folder, journal } = await written(0);
    flip(journal, readFileSync(journal).length - 1);
    await staysDamaged(site, folder);
  });

  test('emptied by an earlier version counts as damaged', async () => {
    const { site, folder, journal } = await written(3);
    writeFileSync(`${journal}.damaged-x`, readFileSync(journal));
    writeFileSync(journal, '');
    await staysDamaged(site, folder);
  });

  test('missing beside chunks is not created again', async () => {
    const { site, folder, journal } = await written(3);
    rmSync(journal);
    await staysDamaged(site, folder);
  });

  test('is small after a checkpoint, and a flipped bit costs no row of the checkpoint', async () => {
    const root = makeFolder();
    const site = new FilesSite(node, root);
    const journal = join(root, 'db-db', 'journal');
    const process = await Process.start(site, 4);
    await process.write('upsert', numbered(3_000));
    await process.save();
    expect(readFileSync(journal).length).toBeLessThan(1_000);
    for (let i = 0; i < 5; i++) await process.write('insert', [{ id: 3_000 + i, n: 3_000 + i }]);
    await process.save();
    for (let i = 5; i < 25; i++) await process.write('insert', [{ id: 3_000 + i, n: 3_000 + i }]);
    await process.close();
    const whole = readFileSync(journal);
    const counts: number[] = [];
    for (const share of [0.01, 0.1, 0.3, 0.5, 0.9]) {
      writeFileSync(journal, whole);
      flip(journal, Math.floor(share * whole.length));
      const again = await Process.start(site, 4);
      const rows = await again.rows();
      expect(rows).toEqual(numbered(rows.length));
      expect(again.events).toMatchObject(
        rows.length < 3_025 ? [{ type: 'log-damaged', lost: 3_025 - rows.length }] : [],
      );
      counts.push(rows.length);
      await again.close();
    }
    // The first flip damages a head, and the journal has two heads. The other flips damage writes
    // without a checkpoint.
    expect(counts[0]).toBe(3_025);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3_005);
  });

  test('begins with the head after a rewrite, so damage at the end costs only the end', async () => {
    const root = makeFolder();
    const site = new FilesSite(node, root);
    const journal = join(root, 'db-db', 'journal');
    const storage = await site.open('db');
    await fillWithDeadBytes(storage);
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

describe('A commit with an unknown outcome', () => {
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

  test('is not reported as QUOTA, and its writes stay', async () => {
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

  test.each([1, 2, 3])('sync %i of a checkpoint: every row is still there', async (nth) => {
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

  test('of a copy over another database: either database is there, whole', async () => {
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

  test('with an unreachable journal stays, with the chunks of the journal', async () => {
    const root = makeFolder();
    let fails = false;
    const stat = (async (path: string, options: { readonly bigint: true }) => {
      if (fails && path.endsWith('journal')) throw denied();
      return node.fs.stat(path, options);
    }) as Fs['stat'];
    const site = new FilesSite({ ...node, slots: new Map(), fs: { ...node.fs, stat } }, root);
    const storage = await site.open('db');
    fails = true;
    const put = [
      ['head', 0, Uint8Array.of(1)],
      ['chunks', 'a', Uint8Array.of(2)],
    ] as const;
    expect(await storage.commit({ put })).toBe(true);
    await storage.close();
    const again = await new FilesSite(node, root).open('db');
    expect(await again.read('head', 0)).toEqual(Uint8Array.of(1));
    expect(await again.read('chunks', 'a')).toEqual(Uint8Array.of(2));
    await again.close();
  });

  test('is settled for the next opener, even if other handles are still open', async () => {
    const { site, arm } = armed(makeFolder());
    let gone = 0;
    const storage = await site.open('db', () => gone++);
    await storage.commit({ put: [['head', 0, Uint8Array.of(1)]] });
    arm(1);
    await expect(storage.commit({ put: [], strict: true })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    arm(Number.POSITIVE_INFINITY);
    const again = await site.open('db');
    expect(gone).toBe(1);
    expect(await again.commit({ put: [], strict: true })).toBe(true);
    await again.close();
  });

  test('a journal that can be neither rewritten nor reopened is not reported as QUOTA to readers', async () => {
    const root = makeFolder();
    let full = false;
    // Renaming fails first, and then opening the closed journal again.
    const site = failing(root, (file, method) => {
      if (full && file.endsWith('journal') && (method === 'rename' || method === 'open')) throw noSpace();
      return undefined;
    });
    const storage = await site.open('db');
    await fillWithDeadBytes(storage);
    full = true;
    expect(await storage.commit({ put: [['log', 2, Uint8Array.of(2)]] })).toBe(true);
    await expect(storage.read('log', 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(storage.commit({ put: [['log', 3, LARGE]] })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
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

  test('a folder that cannot be moved leaves the database in place, unlocked', async () => {
    const root = makeFolder();
    const site = failing(root, (file, method) => {
      if (method === 'rename' && file.includes('dropped-')) throw denied();
      return undefined;
    });
    await (await site.open('db')).close();
    await expect(site.drop('db')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await (await site.open('db')).close();
    expect(await site.list()).toEqual(['db']);
  });

  test('removes folders that other processes have dropped but not removed', async () => {
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
  test('a name may be as long as the name of a folder', async () => {
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
    const [, second] = await Promise.all([first.close(), site.open('db', () => gone++)]);
    await second.commit({ put: [['head', 0, Uint8Array.of(1)]] });
    const [, third] = await Promise.all([site.drop('db'), site.open('db', () => gone++), site.drop('none')]);
    expect(gone).toBe(1);
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
