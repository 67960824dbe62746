// The content of a storage in files after a power failure, and after damage to a record of the
// journal.

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileHandle, Fs } from '../../../../src/storage/files/node.js';
import { RECORD_HEADER } from '../../../../src/storage/files/record.js';
import { FilesSite } from '../../../../src/storage/files/site.js';
import { node, temporaryFolders } from '../../../support/folders.js';
import { PowerCut } from '../../../support/power-cut.js';

const makeFolder = temporaryFolders('power');

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A folder with a power switch. `cut` returns the remaining files. */
interface Powered {
  readonly root: string;
  readonly power: PowerCut;
  readonly site: FilesSite;
  readonly cut: () => FilesSite;
}

function powered(): Powered {
  const root = makeFolder();
  const power = new PowerCut(node, root);
  const cut = (): FilesSite => {
    const left = makeFolder();
    power.fail(left);
    return new FilesSite(node, left);
  };
  return { root, power, site: new FilesSite(power.node, root), cut };
}

/**
 * The same site. The power fails when the journal is first synced: everything before is synced, and
 * the record is not. `left` is the folder with the remaining files.
 */
function cutInCommit({ root, power }: Powered): { readonly site: FilesSite; readonly left: () => string } {
  let left: string | undefined;
  const { open } = power.node.fs;
  const watched: Fs['open'] = async (path, flags) => {
    const handle = await open(path, flags);
    if (path !== join(root, 'db-db', 'journal')) return handle;
    const datasync = (): Promise<void> => {
      if (left === undefined) {
        left = makeFolder();
        power.fail(left);
      }
      return handle.datasync();
    };
    return new Proxy(handle, { get: (target, key: keyof FileHandle) => (key === 'datasync' ? datasync : target[key]) });
  };
  const site = new FilesSite({ ...power.node, fs: { ...power.node.fs, open: watched } }, root);
  return { site, left: () => left as string };
}

// Windows cannot sync a folder, and does not need to. A model of Windows would differ.
describe.skipIf(process.platform === 'win32')('After the power has failed', () => {
  test('the chunks of a strict commit are whole', async () => {
    const { site, cut } = powered();
    const storage = await site.open('db');
    const put = [
      ['head', 0, bytes(1)],
      ['chunks', 'a', bytes(1, 2, 3)],
    ] as const;
    await storage.commit({ put, strict: true });
    const left = await cut().open('db');
    expect(await left.read('head', 0)).toEqual(bytes(1));
    expect(await left.chunks()).toEqual(['a']);
    expect(await left.read('chunks', 'a')).toEqual(bytes(1, 2, 3));
    await Promise.all([storage.close(), left.close()]);
  });

  test('the chunks of commits before a strict commit are whole too', async () => {
    const { site, cut } = powered();
    const storage = await site.open('db');
    await storage.commit({ put: [['chunks', 'a', bytes(1, 2)]] });
    await storage.commit({ put: [['chunks', 'b', bytes(3)]] });
    await storage.commit({ put: [['head', 0, bytes(1)]], strict: true, requires: ['a', 'b'] });
    const left = await cut().open('db');
    expect(await left.read('chunks', 'a')).toEqual(bytes(1, 2));
    expect(await left.read('chunks', 'b')).toEqual(bytes(3));
    await Promise.all([storage.close(), left.close()]);
  });

  test('a strict commit syncs the chunks of an earlier process, unless another program has removed the files', async () => {
    const { root, site, cut } = powered();
    const first = await site.open('db');
    await first.commit({
      put: [
        ['chunks', 'a', bytes(1)],
        ['chunks', 'b', bytes(2)],
        ['chunks', 'c', bytes(3)],
      ],
    });
    await first.close();
    const storage = await site.open('db');
    rmSync(join(root, 'db-db', 'chunks', 'a'));
    await storage.commit({ delete: [['chunks', 'b']] });
    expect(await storage.commit({ put: [['head', 0, bytes(1)]], strict: true })).toBe(true);
    const left = await cut().open('db');
    expect(await left.chunks()).toEqual(['c']);
    expect(await left.read('chunks', 'c')).toEqual(bytes(3));
    await Promise.all([storage.close(), left.close()]);
  });

  test('a storage opens, if the power failed in the middle of the first commit', async () => {
    const { site, left } = cutInCommit(powered());
    const storage = await site.open('db');
    const put = [
      ['head', 0, bytes(1)],
      ['chunks', 'mc4x-w-1-manifest', bytes(1)],
    ] as const;
    await storage.commit({ put, strict: true });
    const unbegun = await new FilesSite(node, left()).open('db');
    expect(await unbegun.chunks()).toEqual(['mc4x-w-1-manifest']);
    expect(unbegun.isUnbegun).toBe(true);
    await Promise.all([storage.close(), unbegun.close()]);
  });

  test('damaged bytes of a journal are still in a file of their own', async () => {
    const folder = powered();
    const { root } = folder;
    const first = await folder.site.open('db');
    for (const n of [1, 2, 3]) await first.commit({ put: [['head', 0, bytes(n)]], strict: true });
    await first.close();
    const journal = join(root, 'db-db', 'journal');
    const changed = readFileSync(journal);
    const at = bodiesIn(journal)[2] as number;
    changed[at] = (changed[at] as number) ^ 64;
    writeFileSync(journal, changed);
    const { site, left } = cutInCommit(folder);
    const storage = await site.open('db');
    await storage.commit({ put: [['head', 0, bytes(4)]], strict: true });
    const files = readdirSync(join(left(), 'db-db')).filter((file) => file.startsWith('journal.damaged-'));
    expect(files).toHaveLength(1);
    const aside = readFileSync(join(left(), 'db-db', files[0] as string));
    expect(aside.length).toBeGreaterThan(RECORD_HEADER);
    expect(changed.includes(aside)).toBe(true);
    await storage.close();
  });
});

/** Where the bodies of a journal's records begin. */
function bodiesIn(journal: string): number[] {
  const found = readFileSync(journal);
  const places: number[] = [];
  for (let at = 0; at < found.length; at += RECORD_HEADER + found.readUInt32LE(at)) places.push(at + RECORD_HEADER);
  return places;
}

test('With any damaged record of a journal, the chunks named in the head are there', async () => {
  const root = makeFolder();
  const site = new FilesSite(node, root);
  const storage = await site.open('db');
  // Each head holds the number of its chunk.
  await storage.commit({
    put: [
      ['head', 0, bytes(1)],
      ['chunks', '1', bytes(1)],
    ],
  });
  for (const version of [2, 3]) {
    await storage.commit({
      put: [
        ['head', 0, bytes(version)],
        ['chunks', `${version}`, bytes(version)],
      ],
      delete: [['chunks', `${version - 1}`]],
    });
  }
  await storage.close();
  const places = bodiesIn(join(root, 'db-db', 'journal'));
  expect(places.length).toBeGreaterThan(3);
  for (const at of places) {
    const copy = makeFolder();
    cpSync(root, copy, { recursive: true });
    const journal = join(copy, 'db-db', 'journal');
    const changed = readFileSync(journal);
    changed[at] = (changed[at] as number) ^ 64;
    writeFileSync(journal, changed);
    const left = await new FilesSite(node, copy).open('db');
    const [version] = (await left.read('head', 0)) as Uint8Array;
    expect(await left.chunks(), `damaged at ${at}`).toEqual([`${version}`]);
    await left.close();
  }
});
