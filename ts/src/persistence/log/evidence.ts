// What tells a database that has lost its head from one that was never begun.

import { kindOf } from '../../storage/names.js';
import type { Storage } from '../../storage/storage.js';

/** What an import and a copy name their chunks, until their last commit puts a manifest beside them. */
const NUMBER = /^\d+$/;
const MANIFEST = 'manifest';

/**
 * Whether a storage without a head holds what only a database leaves behind: entries of a log, a
 * manifest, or chunks of a checkpoint or a write. Chunks of an import or a copy that is under way, or
 * has died, are no such thing.
 */
export async function isOfDatabase(storage: Storage): Promise<boolean> {
  for await (const _ of storage.scan(0)) return true;
  const kinds = (await storage.chunks()).map(kindOf).filter((kind) => kind !== undefined);
  if (kinds.some((kind) => kind !== MANIFEST && !NUMBER.test(kind))) return true;
  if (!kinds.includes(MANIFEST)) return false;
  // A crash in the commit that begins a database may leave its manifest alone.
  return !storage.isUnbegun || kinds.some((kind) => NUMBER.test(kind));
}
