// Files with failing calls, dropped folders, and names of folders.

import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fs } from '../../../../src/storage/files/node.js';
import { FilesSite } from '../../../../src/storage/files/site.js';
import { denied, failing, fillWithDeadBytes, LARGE, noSpace } from '../../../support/failing-files.js';
import { node, temporaryFolders } from '../../../support/folders.js';
import { Process } from '../../../support/process.js';

const makeFolder = temporaryFolders('files');

test('two holders may ask for reserves of different sizes at once', async () => {
  const site = new FilesSite(node, makeFolder());
  const [one, other] = [await site.open('db'), await site.open('db')];
  const asked = [one.reserve?.(300_000), other.reserve?.(150_000)];
  expect(await Promise.all(asked)).toEqual([true, true]);
  expect(one.heldBack?.()).toBeGreaterThanOrEqual(150_000);
  await Promise.all([one.close(), other.close()]);
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
