// Tells a database that has lost its head from a storage without a database.

import { kindOf } from '../../storage/names.js';
import type { StorageBackend } from '../../storage/storage.js';

/**
 * The kind in the names of chunks of an import or a copy. The last commit of an import or a copy
 * adds a manifest.
 */
const NUMBER = /^\d+$/;
const MANIFEST = 'manifest';

/**
 * Whether a storage without a head holds traces that only a database leaves: log entries, a
 * manifest, or chunks of a checkpoint or a write. Chunks of an import or a copy are no such trace,
 * whether the import is under way or dead.
 */
export async function isOfDatabase(storage: StorageBackend): Promise<boolean> {
  for await (const _ of storage.scan(0)) return true;
  const kinds = (await storage.chunks()).map(kindOf).filter((kind) => kind !== undefined);
  if (kinds.some((kind) => kind !== MANIFEST && !NUMBER.test(kind))) return true;
  if (!kinds.includes(MANIFEST)) return false;
  // A crash in the first commit of a database may leave the manifest alone.
  return !storage.isUnbegun || kinds.some((kind) => NUMBER.test(kind));
}
