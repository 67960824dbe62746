// Deletes orphans: chunks that neither checkpoint nor log names. A tab that ended during a write
// leaves orphans. The task is to tell orphans from chunks that a running tab is about to name.

import { namesOf } from '../../format/contents.js';
import { decodeFrame } from '../../format/entry.js';
import { decodeHead } from '../../format/head.js';
import { kindOf, type Names } from '../../storage/names.js';
import type { StorageBackend } from '../../storage/storage.js';
import { tidyAside } from './aside.js';
import { readManifest } from './load.js';

/** An import or a copy names its chunks by their position in the file. */
const OF_COPY = /^\d+$/;

/**
 * Deletes the chunks that neither the checkpoint nor the log names, if no tab can still name the
 * chunks. If no other tab has the storage open, the function deletes all of these chunks. Otherwise
 * the function deletes only chunks older than a day.
 *
 * @param isKept whether this tab uses the chunk
 * @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED`; no orphan is then deleted
 */
export async function dropOrphans(
  storage: StorageBackend,
  names: Names,
  isKept: (name: string) => boolean,
): Promise<void> {
  // Entries set aside before the stored checkpoint are useless to every tab, so the other tabs do
  // not matter here.
  await tidyAside(storage);
  // The chunks are listed before the other tabs are counted. Chunks written later are not in the
  // list. The writer of a listed chunk is either still counted, or has already named the chunk, or
  // never will.
  const listed = (await storage.chunks()).filter((name) => !isKept(name) && !names.isOwn(name));
  if (listed.length === 0) return;
  const isAlone = (await storage.soleHolder?.()) === true;
  const candidates = isAlone ? listed : listed.filter((name) => names.isOld(name));
  if (candidates.length === 0) return;
  const { named, head } = await namedIn(storage);
  // Read again for this head. If the head has changed, the commit below is refused.
  const aside = await tidyAside(storage);
  // If the head is lost, chunks of other kinds may be all that remains of a database.
  const isDead = (name: string): boolean =>
    !named.has(name) && !aside.has(name) && (head !== null || OF_COPY.test(kindOf(name) ?? ''));
  const dead = candidates.filter(isDead);
  if (dead.length === 0) return;
  // The commit is refused if a write was logged or the log was repaired in the meantime, since
  // either may name a listed chunk.
  await storage.commit({ reserved: true, expect: head, delete: dead.map((name) => ['chunks', name]) });
}

/** The chunks that the checkpoint and the log name, and the head that was read. */
async function namedIn(
  storage: StorageBackend,
): Promise<{ readonly named: ReadonlySet<string>; readonly head: Uint8Array | null }> {
  const head = (await storage.read('head', 0)) ?? null;
  const named = new Set<string>();
  if (head !== null) {
    const { checkpoint } = decodeHead(head);
    named.add(checkpoint);
    for (const name of namesOf(await readManifest(storage, checkpoint))) named.add(name);
  }
  for await (const [key, bytes] of storage.scan(0)) {
    const entry = decodeFrame(bytes, key);
    if (entry.kind !== 'delete') for (const { name } of entry.stored) named.add(name);
  }
  return { named, head };
}
