// Copies a database to another name, in place of any database with this name.

import { hasCode } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import { namesOf } from '../../format/contents.js';
import { renamed } from '../../format/export-file.js';
import type { Head } from '../../format/head.js';
import { decodeManifest, encodeManifest, refsIn } from '../../format/manifest.js';
import { assertRoom, bytesOf } from '../../storage/estimate.js';
import { Names } from '../../storage/names.js';
import type { StorageBackend, StorageSite } from '../../storage/storage.js';
import { dropOrphans } from '../checkpoint/orphans.js';
import { type HeadCheck, Log, type Replaced } from '../log/log.js';
import { openChannel } from '../tabs/channel.js';
import type { Snapshot } from './snapshot.js';

/** How a copy takes the place of a database. */
export interface CopyOptions {
  /** Called once the storage is open. Throws if the database of this name must stay. */
  readonly opened?: (storage: StorageBackend) => Promise<void>;
  /** Throws if the database with this head must stay. */
  readonly check?: HeadCheck;
}

/**
 * Stores a copy under a name, in place of a database of that name. Tabs that have the replaced
 * database open look, and find it gone.
 *
 * @returns the head of the copy
 * @throws as `copyInto`, and errors of `site.open` and of the options
 */
export async function copyTo(
  site: StorageSite,
  name: string,
  snapshot: Snapshot,
  slices: Slices,
  { opened, check }: CopyOptions = {},
): Promise<Head> {
  const storage = await site.open(name, () => {});
  try {
    await opened?.(storage);
    const head = await copyInto(storage, snapshot, slices, check);
    const channel = openChannel(storage, name);
    channel?.notify();
    channel?.close();
    return head;
  } finally {
    await storage.close();
  }
}

/**
 * Until the last commit the old database stays, and from then on the copy is in its place. Two
 * copies made at the same time never touch each other's chunks. Each copy requires its own chunks
 * in the last commit, and deletes only the chunks of the database that it replaced.
 *
 * @param check throws if the database with this head must stay
 * @returns the head of the copy
 * @throws `QUOTA`, `STORAGE_FAILED`, and errors of `check`
 */
export async function copyInto(
  storage: StorageBackend,
  snapshot: Snapshot,
  slices: Slices,
  check?: HeadCheck,
): Promise<Head> {
  // Before anything is written. `Log.replace` checks again, since others may write meanwhile.
  if (check !== undefined) check(await storage.read('head', 0));
  const names = new Names();
  const written = new Map<string, string>();
  const refs = refsIn(snapshot.manifest);
  // Deletes the chunks of copies that ended halfway. Perhaps no tab ever opens this name and
  // deletes the chunks.
  await dropOrphans(storage, names, () => false).catch(() => {});
  await assertRoom(storage, bytesOf(refs));
  let replaced: Replaced;
  let mayBeThere = false;
  try {
    for (const { name } of refs) {
      const stored = names.next(name);
      written.set(name, stored);
      const bytes = (await snapshot.nextChunk()) as Uint8Array;
      // Handing a chunk to the storage takes most of a slice.
      await slices.breathe();
      await storage.commit({ put: [['chunks', stored, bytes]] });
    }
    const manifest = encodeManifest(renamed(snapshot.manifest, (name) => written.get(name) as string));
    const name = names.next('manifest');
    mayBeThere = true;
    replaced = await Log.replace(storage, name, [['chunks', name, manifest]], [...written.values()], check);
  } catch (error) {
    // The last commit may have been applied in spite of its error. If not, the chunks are deleted
    // later as orphans.
    if (mayBeThere && !hasCode(error, 'QUOTA', 'CONFLICT')) throw error;
    await drop(storage, [...written.values()]).catch(() => {});
    throw error;
  }
  // Chunks that cannot be deleted now are deleted later as orphans.
  await dropReplaced(storage, replaced).catch(() => {});
  return replaced.head;
}

/**
 * Deletes the chunks of the replaced database. No tab can name these chunks again: the head refuses
 * every tab with the old database open, and names are used only once.
 */
async function dropReplaced(storage: StorageBackend, { checkpoint, parts }: Replaced): Promise<void> {
  const bytes = checkpoint === undefined ? undefined : await storage.read('chunks', checkpoint);
  if (checkpoint === undefined || bytes === undefined) return drop(storage, parts);
  await drop(storage, [...parts, ...namesOf(decodeManifest(bytes)), checkpoint]);
}

async function drop(storage: StorageBackend, names: readonly string[]): Promise<void> {
  await storage.commit({ delete: names.map((name) => ['chunks', name]) });
}
