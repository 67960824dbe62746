// A copy of a database under another name, in place of whatever was there.

import type { EdgeVecError } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import { renamed } from '../../format/export-file.js';
import { decodeManifest, encodeManifest, namesOf, refsIn } from '../../format/manifest.js';
import { assertRoom, bytesOf } from '../../storage/estimate.js';
import { Names } from '../../storage/names.js';
import type { Storage } from '../../storage/storage.js';
import { dropOrphans } from '../checkpoint/orphans.js';
import { Log, type Replaced } from '../log/log.js';
import type { Snapshot } from './snapshot.js';

/**
 * Until the last commit what was there stays, and after it the copy is there. Two copies made at
 * once never touch each other's chunks: each demands that its own are there, and drops only what
 * the database spoke of whose place it took.
 *
 * @throws `QUOTA`, `STORAGE_FAILED`
 */
export async function copyInto(storage: Storage, snapshot: Snapshot, slices: Slices): Promise<void> {
  const names = new Names();
  const written = new Map<string, string>();
  const refs = refsIn(snapshot.manifest);
  // Of copies that ended in the middle: nobody may ever open the name to drop them.
  await dropOrphans(storage, names, () => false).catch(() => {});
  await assertRoom(storage, bytesOf(refs));
  let replaced: Replaced;
  let mayBeThere = false;
  try {
    for (const { name } of refs) {
      const stored = names.next(name);
      written.set(name, stored);
      const bytes = (await snapshot.nextChunk()) as Uint8Array;
      // Handing a chunk over takes most of a slice by itself.
      await slices.breathe();
      await storage.commit({ put: [['chunks', stored, bytes]] });
    }
    const manifest = encodeManifest(renamed(snapshot.manifest, (name) => written.get(name) as string));
    const name = names.next('manifest');
    mayBeThere = true;
    replaced = await Log.replace(storage, name, [['chunks', name, manifest]], [...written.values()]);
  } catch (error) {
    // The last commit may have been applied though it failed: what it speaks of is then left to be dropped as orphans.
    if (mayBeThere && (error as EdgeVecError).code !== 'QUOTA') throw error;
    await drop(storage, [...written.values()]).catch(() => {});
    throw error;
  }
  // What cannot be dropped now is left to be dropped as orphans too.
  await dropReplaced(storage, replaced).catch(() => {});
}

/**
 * Nobody can speak of it again: whoever had it open is refused by the head, and names are used
 * once.
 */
async function dropReplaced(storage: Storage, { checkpoint, parts }: Replaced): Promise<void> {
  const bytes = checkpoint === undefined ? undefined : await storage.read('chunks', checkpoint);
  if (checkpoint === undefined || bytes === undefined) return drop(storage, parts);
  await drop(storage, [...parts, ...namesOf(decodeManifest(bytes)), checkpoint]);
}

async function drop(storage: Storage, names: readonly string[]): Promise<void> {
  await storage.commit({ delete: names.map((name) => ['chunks', name]) });
}
