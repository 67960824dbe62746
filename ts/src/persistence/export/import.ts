// Imports a database from a file. The import first stores the chunks, and then opens the chunks
// like any stored database. A head names the chunks only after the whole file has been checked.

import { hasCode } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Instance } from '../../engine/engine.js';
import { renamed } from '../../format/export-file.js';
import { PortableReader } from '../../format/export-reader.js';
import { encodeManifest, type Manifest, refsIn, type StoredOptions } from '../../format/manifest.js';
import { assertRoom, bytesOf } from '../../storage/estimate.js';
import { MemorySite } from '../../storage/memory.js';
import type { Names } from '../../storage/names.js';
import type { StorageBackend } from '../../storage/storage.js';
import { type Loaded, loadCheckpoint } from '../checkpoint/load.js';
import { dropOrphans } from '../checkpoint/orphans.js';
import { Log } from '../log/log.js';

/** The imported database, and its log. */
export interface Imported {
  readonly loaded: Loaded;
  readonly log: Log;
}

/** A storage for a database that stays in memory. */
export function storageInMemory(): Promise<StorageBackend> {
  return new MemorySite().open('', () => {});
}

/**
 * Reads a file into a storage without a database.
 *
 * @param check throws if the options of the file are not the wanted options
 * @returns undefined if another tab has made a database first
 * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`, `QUOTA`, `STORAGE_FAILED`, `OUT_OF_MEMORY`, and errors
 * of `check` and of the source. The stored chunks are then removed
 */
export async function importInto(
  storage: StorageBackend,
  source: AsyncIterable<Uint8Array>,
  names: Names,
  check: (options: StoredOptions) => void,
  start: () => Promise<Instance>,
  slices: Slices,
): Promise<Imported | undefined> {
  const written: string[] = [];
  const pieces = source[Symbol.asyncIterator]();
  let mayBeThere = false;
  try {
    const reader = await PortableReader.open(pieces);
    check(reader.manifest.options);
    // Deletes the chunks of imports that ended halfway.
    await dropOrphans(storage, names, () => false).catch(() => {});
    await assertRoom(storage, bytesOf(refsIn(reader.manifest)));
    const stored = new Map<string, string>();
    for await (const [ref, bytes] of reader.chunks()) {
      const name = names.next(ref.name);
      stored.set(ref.name, name);
      written.push(name);
      await storage.commit({ put: [['chunks', name, bytes]] });
    }
    const manifest: Manifest = renamed(reader.manifest, (name) => stored.get(name) as string);
    const loaded = await loadCheckpoint(storage, manifest, await start(), slices);
    try {
      // Rejects if rows are damaged, or if the storage fails so often that reading pauses.
      await Promise.race([loaded.stream?.done, loaded.stream?.bring([])]);
      // Metadata that EdgeVec itself has stored is read only on demand. The metadata of an
      // untrusted file must be checked now, since later nobody can refuse the file.
      await slices.take(loaded.collection.check());
      const name = names.next('manifest');
      mayBeThere = true;
      const log = await Log.begin(storage, name, [['chunks', name, encodeManifest(manifest)]], written);
      if (log !== undefined) return { loaded, log };
    } catch (error) {
      loaded.stream?.stop();
      loaded.collection.engine.free();
      throw error;
    }
    loaded.collection.engine.free();
  } catch (error) {
    // The last commit may have been applied in spite of its error. If not, the chunks are deleted
    // later as orphans.
    if (mayBeThere && !hasCode(error, 'QUOTA')) throw error;
    await storage.commit({ delete: written.map((name) => ['chunks', name]) }).catch(() => {});
    throw error;
  } finally {
    // Releases a source that was not read to its end.
    await pieces.return?.();
  }
  await storage.commit({ delete: written.map((name) => ['chunks', name]) });
  return undefined;
}
