// What was cut off a damaged log is kept until a checkpoint takes the place of the one it followed.

import { decodeHead } from '../../format/head.js';
import { kindOf } from '../../storage/names.js';
import type { Storage } from '../../storage/storage.js';
import { ASIDE, chunksOfAside } from '../log/aside.js';

/**
 * Drops what was cut off behind earlier checkpoints than the stored one.
 *
 * @returns the chunks that are kept for what was cut off behind that one, which nothing else names
 */
export async function tidyAside(storage: Storage): Promise<ReadonlySet<string>> {
  const all = (await storage.chunks()).filter((name) => kindOf(name) === ASIDE);
  if (all.length === 0) return new Set();
  const head = await storage.read('head', 0);
  if (head === undefined) return new Set(all);
  const kept = new Set(await chunksOfAside(storage, decodeHead(head).checkpoint));
  const dead = all.filter((name) => !kept.has(name)).map((name) => ['chunks', name] as const);
  if (dead.length > 0) await storage.commit({ expect: head, delete: dead, reserved: true });
  return kept;
}
