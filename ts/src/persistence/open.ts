// Finds a stored database, or begins one, and reads its checkpoint.

import { damaged, EdgeVecError } from '../base/errors.js';
import type { Slices } from '../base/time-slices.js';
import type { EdgeVecEvent } from '../base/types.js';
import type { Instance } from '../engine/engine.js';
import { encodeManifest, type Manifest, type StoredOptions } from '../format/manifest.js';
import { Names } from '../storage/names.js';
import type { ChangeChannel, Storage } from '../storage/storage.js';
import { isLean } from './checkpoint/lean.js';
import { type Loaded, loadCheckpoint, readManifest } from './checkpoint/load.js';
import { Log } from './log/log.js';

/** What the application should hear of, though no call failed. */
export type StorageEvent = Exclude<EdgeVecEvent, { readonly type: 'worker-unavailable' | 'worker-died' }>;

/** Where a database is stored, and what persistence works with. */
export interface StoreContext {
  readonly storage: Storage;
  readonly name: string;
  readonly slices: Slices;
  /** Starts an instance for one engine. */
  readonly start: () => Promise<Instance>;
  readonly tell: (event: StorageEvent) => void;
  /** To others who may have the database open. */
  readonly channel: ChangeChannel | undefined;
}

/** What is stored of a database: its log, and the state that its checkpoint leads to. */
export interface Found {
  readonly names: Names;
  readonly log: Log;
  readonly loaded: Loaded;
}

/**
 * Reads what is stored, and makes a database if nothing is. The log's entries after the checkpoint
 * are applied by the first `catchUp` of the store.
 *
 * @param options what a new database is made with, and the check of the options of a stored one
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

/** Undefined if another tab was first. */
async function begin(storage: Storage, names: Names, options: StoredOptions): Promise<Log | undefined> {
  const name = names.next('manifest');
  const manifest: Manifest = { options, nextId: 1, header: null, sections: {}, ids: [], metadata: [] };
  return Log.begin(storage, name, [['chunks', name, encodeManifest(manifest)]]);
}

/**
 * Reads the checkpoint that a log begins at.
 *
 * @param check throws if these are not the options wanted
 * @returns undefined if another tab has made a later checkpoint meanwhile, and dropped chunks of this
 * one
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
  return error instanceof EdgeVecError && error.code === 'DAMAGED';
}
