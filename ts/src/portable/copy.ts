// A copy of a database under another name, in place of whatever was there.

import { encodeManifest, refsIn } from '../checkpoint/manifest.js';
import type { EdgeVecError } from '../errors.js';
import { Log } from '../log/log.js';
import type { Slices } from '../slices.js';
import { Names } from '../storage/names.js';
import { assertRoom, bytesOf } from '../storage/room.js';
import type { Storage } from '../storage/storage.js';
import { renamed } from './file.js';
import type { Snapshot } from './snapshot.js';

/** Until the last commit what was there stays, and after it the copy is there. @throws `QUOTA`, `STORAGE_FAILED` */
export async function copyInto(storage: Storage, snapshot: Snapshot, slices: Slices): Promise<void> {
  const names = new Names();
  const before = await storage.chunks();
  const written = new Map<string, string>();
  const refs = refsIn(snapshot.manifest);
  await assertRoom(storage, bytesOf(refs));
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
    await Log.replace(storage, name, [['chunks', name, manifest]]);
  } catch (error) {
    // The last commit may have been applied though it failed: what it speaks of is then left to be dropped as orphans.
    if (mayBeThere && (error as EdgeVecError).code !== 'QUOTA') throw error;
    await storage.commit({ delete: [...written.values()].map((name) => ['chunks', name]) }).catch(() => {});
    throw error;
  }
  await storage.commit({ delete: before.map((name) => ['chunks', name]) }).catch(() => {});
}
