// Chunks that nobody names: what a tab has left that ended while it wrote. They are told from
// chunks that a living tab is about to name.

import { decodeFrame } from '../../format/entry.js';
import { decodeHead } from '../../format/head.js';
import { namesOf } from '../../format/manifest.js';
import { kindOf, type Names } from '../../storage/names.js';
import type { Storage } from '../../storage/storage.js';
import { tidyAside } from './aside.js';
import { readManifest } from './load.js';

/** What an import or a copy names its chunks: by their place in the file. */
const OF_COPY = /^\d+$/;

/**
 * Drops chunks that neither the checkpoint nor the log names, and that nobody can name any more:
 * all of them if nobody else has the storage open, else those that are a day old. `isKept`: chunks
 * that are in use here.
 *
 * @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED`; nothing is then dropped
 */
export async function dropOrphans(storage: Storage, names: Names, isKept: (name: string) => boolean): Promise<void> {
  // Whoever has the storage open, and whoever set it aside: a later checkpoint has taken its place.
  await tidyAside(storage);
  // Listed first: what another tab writes from here on is not in the list, and a tab that wrote
  // before is either still there or has named its chunks by now, if it ever will.
  const listed = (await storage.chunks()).filter((name) => !isKept(name) && !names.isOwn(name));
  if (listed.length === 0) return;
  const isAlone = (await storage.soleHolder?.()) === true;
  const candidates = isAlone ? listed : listed.filter((name) => names.isOld(name));
  if (candidates.length === 0) return;
  const { named, head } = await namedIn(storage);
  // As of this head, or the commit is refused.
  const aside = await tidyAside(storage);
  // Where the head is lost, all else may be what is left of a database.
  const isDead = (name: string): boolean =>
    !named.has(name) && !aside.has(name) && (head !== null || OF_COPY.test(kindOf(name) ?? ''));
  const dead = candidates.filter(isDead);
  if (dead.length === 0) return;
  // Refused if a write has been logged meanwhile, or the log has been mended: they may name one.
  await storage.commit({ reserved: true, expect: head, delete: dead.map((name) => ['chunks', name]) });
}

/** The chunks that the checkpoint and the log name, as of this head. */
async function namedIn(
  storage: Storage,
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
