// Finds a stored database or begins a new database, and reads the checkpoint.

import { damaged, type EdgeVecError, hasCode } from '../base/errors.js';
import type { Slices } from '../base/time-slices.js';
import type { EdgeVecEvent } from '../base/types.js';
import type { Instance } from '../engine/engine.js';
import type { ChunkRef } from '../format/chunk.js';
import { encodeManifest, type Manifest, type StoredOptions } from '../format/manifest.js';
import { Names } from '../storage/names.js';
import type { ChangeChannel, StorageBackend } from '../storage/storage.js';
import { isLean } from './checkpoint/lean.js';
import { type Loaded, loadCheckpoint, readManifest } from './checkpoint/load.js';
import { Log } from './log/log.js';

/** Events for the application that are no error of a call. */
export type DatabaseEvent = Exclude<EdgeVecEvent, { readonly type: 'worker-unavailable' | 'worker-died' }>;

/** The storage of a database, and the tools that persistence works with. */
export interface StoreContext {
  readonly storage: StorageBackend;
  readonly name: string;
  readonly slices: Slices;
  /** Starts a WebAssembly instance for one engine. */
  readonly start: () => Promise<Instance>;
  readonly tell: (event: DatabaseEvent) => void;
  /** The channel to other holders of the database. */
  readonly channel: ChangeChannel | undefined;
}

/** A stored database: its log, and the loaded checkpoint. */
export interface Found {
  readonly names: Names;
  readonly log: Log;
  readonly loaded: Loaded;
}

/**
 * Reads the stored database, or makes a new database if nothing is stored. The first `catchUp` of
 * the store applies the log's entries after the checkpoint.
 *
 * @param options gives the options of a new database, and checks the options of a stored database
 * @throws `OPTIONS_DIFFER`, `DAMAGED`, `UNSUPPORTED_FORMAT`, `QUOTA`, `STORAGE_FAILED`
 */
export async function findStored(
  context: StoreContext,
  options: (stored: StoredOptions | undefined) => StoredOptions,
): Promise<Found> {
  const names = new Names();
  for (;;) {
    const log = (await Log.open(context.storage)) ?? (await begin(context.storage, names, options(undefined)));
    // Another tab was first.
    if (log === undefined) continue;
    const loaded = await loadCurrent(context, log, options);
    if (loaded !== undefined) return { names, log, loaded };
  }
}

/** Makes a new database. Undefined if another tab was first. */
async function begin(storage: StorageBackend, names: Names, options: StoredOptions): Promise<Log | undefined> {
  const name = names.next('manifest');
  const manifest: Manifest = { options, nextId: 1, header: null, sections: {}, ids: [], metadata: [] };
  return Log.begin(storage, name, [['chunks', name, encodeManifest(manifest)]]);
}

/**
 * Reads the checkpoint at which a log begins.
 *
 * @param check throws if the stored options are not the wanted options
 * @returns undefined if another tab has made a later checkpoint meanwhile, and deleted chunks of
 * this checkpoint
 */
export async function loadCurrent(
  { storage, start, slices, tell }: StoreContext,
  log: Log,
  check: (stored: StoredOptions) => unknown,
): Promise<Loaded | undefined> {
  const isOvertaken = async (): Promise<boolean> => (await log.storedCheckpoint()) !== log.head.checkpoint;
  try {
    const manifest = await readManifest(storage, log.head.checkpoint);
    check(manifest.options);
    const loaded = await loadCheckpoint(storage, manifest, await start(), slices);
    const { columns, words } = loaded.collection;
    const read = (ref: ChunkRef) => storage.read('chunks', ref.name);
    columns.restore(manifest.columns ?? [], read);
    words.restore(manifest.words, read);
    if (!loaded.withoutGraph) return loaded;
    let isCurrent = false;
    try {
      isCurrent = !(await isOvertaken());
    } finally {
      if (!isCurrent) {
        loaded.stream?.stop();
        loaded.collection.engine.free();
      }
    }
    if (!isCurrent) return undefined;
    if (!isLean(manifest)) tell({ type: 'graph-rebuilt', error: damaged('the graph') });
    return loaded;
  } catch (error) {
    if (isDamage(error) && (await isOvertaken())) return undefined;
    throw error;
  }
}

export function isDamage(error: unknown): error is EdgeVecError {
  return hasCode(error, 'DAMAGED');
}
