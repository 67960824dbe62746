// The content of a storage in files after a power failure, and after damage to a record of the
// journal.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RECORD_HEADER } from '../../../../src/storage/files/record.js';
import { FilesSite } from '../../../../src/storage/files/site.js';
import type { StorageBackend } from '../../../../src/storage/storage.js';
import { node, temporaryFolders } from '../../../support/folders.js';
import { PowerCut } from '../../../support/power-cut.js';

const makeFolder = temporaryFolders('power');

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A storage in a folder with a power switch. `afterCut` opens the remaining files. */
async function powered(): Promise<{ storage: StorageBackend; afterCut: () => Promise<StorageBackend> }> {
  const root = makeFolder();
  const power = new PowerCut(node, root);
  const storage = await new FilesSite(power.node, root).open('db');
  const afterCut = async (): Promise<StorageBackend> => {
    const left = makeFolder();
    power.fail(left);
    return new FilesSite(node, left).open('db');
  };
  return { storage, afterCut };
}

// Windows cannot sync a folder, and does not need to. A model of Windows would differ.
describe.skipIf(process.platform === 'win32')('After the power has failed', () => {
  test('the chunks of a strict commit are whole', async () => {
    const { storage, afterCut } = await powered();
    const put = [
      ['head', 0, bytes(1)],
      ['chunks', 'a', bytes(1, 2, 3)],
    ] as const;
    await storage.commit({ put, strict: true });
    const left = await afterCut();
    expect(await left.read('head', 0)).toEqual(bytes(1));
    expect(await left.chunks()).toEqual(['a']);
    expect(await left.read('chunks', 'a')).toEqual(bytes(1, 2, 3));
    await Promise.all([storage.close(), left.close()]);
  });

  test('the chunks of commits before a strict commit are whole too', async () => {
    const { storage, afterCut } = await powered();
    await storage.commit({ put: [['chunks', 'a', bytes(1, 2)]] });
    await storage.commit({ put: [['chunks', 'b', bytes(3)]] });
    await storage.commit({ put: [['head', 0, bytes(1)]], strict: true, requires: ['a', 'b'] });
    const left = await afterCut();
    expect(await left.read('chunks', 'a')).toEqual(bytes(1, 2));
    expect(await left.read('chunks', 'b')).toEqual(bytes(3));
    await Promise.all([storage.close(), left.close()]);
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
