// A database out of a file: its chunks go into storage, and from there it is opened as any other. Nothing speaks of them until all of it is known to be
// whole.

import type { EdgeVecError } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Instance } from '../../engine/engine.js';
import { PortableReader, renamed } from '../../format/export-file.js';
import { encodeManifest, type Manifest, refsIn, type StoredOptions } from '../../format/manifest.js';
import { assertRoom, bytesOf } from '../../storage/estimate.js';
import type { Names } from '../../storage/names.js';
import type { Storage } from '../../storage/storage.js';
import { type Loaded, loadCheckpoint } from '../checkpoint/load.js';
import { dropOrphans } from '../checkpoint/orphans.js';
import { Log } from '../log/log.js';

/** What came out of a file, and where it is. */
export interface Imported {
  readonly loaded: Loaded;
  readonly log: Log;
}

/**
 * Reads a file into a storage that holds no database. `check` throws where the options are not those that are wanted.
 *
 * @returns undefined where another tab was first
 * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`, `QUOTA`, `STORAGE_FAILED`, `OUT_OF_MEMORY`, what `check` throws, and what the source throws; what was stored of
 * it is then removed
 */
export async function importInto(
  storage: Storage,
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
    // Of imports that ended in the middle.
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
      // Told where rows are none, and where the storage fails for so long that reading ends.
      await Promise.race([loaded.stream?.done, loaded.stream?.bring([])]);
      // What was written here is read when it is asked for. What a stranger wrote is refused now or never.
      const steps = loaded.collection.check();
      await slices.run(() => steps.next().done === true);
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
    // The last commit may have been applied though it failed: what it speaks of is then left to be dropped as orphans.
    if (mayBeThere && (error as EdgeVecError).code !== 'QUOTA') throw error;
    await storage.commit({ delete: written.map((name) => ['chunks', name]) }).catch(() => {});
    throw error;
  } finally {
    // Where it was not read to its end, it is let go.
    await pieces.return?.();
  }
  await storage.commit({ delete: written.map((name) => ['chunks', name]) });
  return undefined;
}
