// Keeps the entries cut off a damaged log, until a new checkpoint replaces the checkpoint before
// the entries.

import { decodeHead } from '../../format/head.js';
import { kindOf } from '../../storage/names.js';
import type { StorageBackend } from '../../storage/storage.js';
import { ASIDE, chunksOfAside } from '../log/aside.js';

/**
 * Deletes the entries set aside after checkpoints before the stored checkpoint.
 *
 * @returns the chunks kept for entries set aside after the stored checkpoint. Neither checkpoint
 * nor log names these chunks
 */
export async function tidyAside(storage: StorageBackend): Promise<ReadonlySet<string>> {
  const all = (await storage.chunks()).filter((name) => kindOf(name) === ASIDE);
  if (all.length === 0) return new Set();
  const head = await storage.read('head', 0);
  if (head === undefined) return new Set(all);
  const kept = new Set(await chunksOfAside(storage, decodeHead(head).checkpoint));
  const dead = all.filter((name) => !kept.has(name)).map((name) => ['chunks', name] as const);
  if (dead.length > 0) await storage.commit({ expect: head, delete: dead, reserved: true });
  return kept;
}
