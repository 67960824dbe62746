// A database in files after a power failure. Changes that were not synced are lost, and files that
// were removed may be gone or not.

import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Fs } from '../../../../src/storage/files/node.js';
import { FilesSite } from '../../../../src/storage/files/site.js';
import type { StorageSite } from '../../../../src/storage/storage.js';
import { node, temporaryFolders } from '../../../support/folders.js';
import { PowerCut } from '../../../support/power-cut.js';
import { Process, type Row } from '../../../support/process.js';

const makeFolder = temporaryFolders('power-database');

/** So many rows do not fit into an entry: the parts of a write go into chunks before. */
const LARGE: readonly Row[] = Array.from({ length: 150 }, (_, id) => ({ id, n: id }));

interface Powered {
  readonly site: StorageSite;
  /** The same files for a process that ends before it has synced a folder. */
  readonly hasty: StorageSite;
  /** The remaining files, with and without the removals of files since the last sync. */
  readonly cut: () => readonly StorageSite[];
}

function powered(): Powered {
  const root = makeFolder();
  const power = new PowerCut(node, root);
  const cut = (): StorageSite[] =>
    (['lost', 'done'] as const).map((removals) => {
      const left = makeFolder();
      power.fail(left, removals);
      return new FilesSite(node, left);
    });
  const open: Fs['open'] = async (path, flags) => {
    if (flags === 'r' && statSync(path).isDirectory()) throw new Error('The process has ended, as the test wants');
    return power.node.fs.open(path, flags);
  };
  const hasty = new FilesSite({ ...power.node, fs: { ...power.node.fs, open } }, root);
  return { site: new FilesSite(power.node, root), hasty, cut };
}

/** The same site. All names lead to the database with this name. */
function named(site: StorageSite, name: string): StorageSite {
  return Object.assign(Object.create(site), { open: (_: string, onGone: () => void) => site.open(name, onGone) });
}

/** The remaining database has these rows, tells of no damage, and takes further writes. */
async function expectRows(site: StorageSite, rows: readonly Row[]): Promise<void> {
  const left = await Process.start(site);
  expect(left.events).toEqual([]);
  expect(await left.rows()).toEqual(rows);
  await left.write('insert', [{ id: 'more', n: 1 }], true);
  await left.close();
}

// Windows cannot sync a folder, and does not need to. A model of Windows would differ.
describe.skipIf(process.platform === 'win32')('After the power has failed', () => {
  test('a database has its strict writes', async () => {
    const { site, cut } = powered();
    const running = await Process.start(site);
    await running.write('upsert', [{ id: 1, n: 1 }]);
    await running.write('upsert', [{ id: 2, n: 2 }], true);
    await running.write('upsert', [{ id: 3, n: 3 }]);
    const left = cut();
    await running.close();
    for (const site of left)
      await expectRows(site, [
        { id: 1, n: 1 },
        { id: 2, n: 2 },
      ]);
  });

  test('a database has the checkpoint that was made last, although the chunks of the checkpoint before were deleted', async () => {
    const { site, cut } = powered();
    const running = await Process.start(site);
    await running.write('upsert', [{ id: 1, n: 1 }]);
    for (let n = 2; n <= 4; n++) {
      await running.write('upsert', [{ id: 1, n }]);
      await running.save();
      for (const site of cut()) await expectRows(site, [{ id: 1, n }]);
    }
    await running.close();
  });

  test('flush keeps all writes before', async () => {
    const { site, cut } = powered();
    const running = await Process.start(site);
    await running.write('upsert', LARGE);
    await running.flush();
    const left = cut();
    await running.close();
    for (const site of left) await expectRows(site, LARGE);
  });

  test('a copy has taken the place of another database', async () => {
    const { site, cut } = powered();
    const running = await Process.start(site);
    for (let n = 1; n <= 3; n++) {
      await running.write('upsert', [{ id: 1, n }]);
      await running.save('copy');
      for (const site of cut()) await expectRows(named(site, 'copy'), [{ id: 1, n }]);
    }
    await running.close();
  });

  test('a strict write keeps the writes of earlier processes', async () => {
    const { site, cut } = powered();
    const first = await Process.start(site);
    await first.write('upsert', LARGE);
    await first.close();
    const running = await Process.start(site);
    await running.write('upsert', [{ id: 'strict', n: 1 }], true);
    const left = cut();
    await running.close();
    for (const site of left) await expectRows(site, [...LARGE, { id: 'strict', n: 1 }]);
  });

  test('a strict write keeps the files that an earlier process has made or renamed', async () => {
    const { site, hasty, cut } = powered();
    const first = await Process.start(hasty);
    await first.write('upsert', LARGE, true);
    // A checkpoint with forgotten entries leads to a new journal. The new journal gets the name of
    // the old journal.
    await first.save();
    await first.write('upsert', [{ id: 'more', n: 1 }], true);
    await first.close();
    const running = await Process.start(site);
    await running.delete(['more'], true);
    const left = cut();
    await running.close();
    for (const site of left) await expectRows(site, LARGE);
  });
});
