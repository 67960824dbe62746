// Reads a stored database into memory: the checkpoint, and the log after the checkpoint. Reading
// writes nothing, and takes no lock that keeps others out. Other tabs may write meanwhile.

import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import { Slices } from '../base/time-slices.js';
import type { EdgeVecEvent } from '../base/types.js';
import type { Collection } from '../collection/collection.js';
import { applyEntry } from '../database/write/apply.js';
import type { Instance } from '../engine/engine.js';
import type { StoredOptions } from '../format/manifest.js';
import { Log } from '../persistence/log/log.js';
import { isDamage, loadCurrent } from '../persistence/open.js';
import { partsIn, taken } from '../persistence/reload.js';
import { type StorageBackend, type StorageSite, sameBytes } from '../storage/storage.js';
import type { Known } from './save.js';

/** How often to begin again if another tab makes a checkpoint meanwhile. */
const TRIES = 5;

interface LoadedRows {
  readonly options: StoredOptions;
  readonly collection: Collection;
  readonly known: Known;
}

/** The ways to start an engine and to tell about events. */
interface Around {
  readonly start: () => Promise<Instance>;
  readonly tell: (event: EdgeVecEvent) => void;
}

/**
 * @throws `NOT_FOUND`, `INVALID_ID` if an id is no integer from 0, `DAMAGED`, `UNSUPPORTED_FORMAT`,
 * `STORAGE_UNAVAILABLE`, `STORAGE_FAILED`, `OUT_OF_MEMORY`
 */
export async function load(site: StorageSite, name: string, around: Around): Promise<LoadedRows> {
  for (let left = TRIES; ; left--) {
    const storage = await site.inspect(name);
    if (storage === undefined) throw notFound(name);
    let head: Uint8Array | undefined;
    try {
      head = await storage.read('head', 0);
      const loaded = await read(storage, name, around);
      if (loaded !== undefined) return loaded;
      if (left === 1) throw busy(name);
    } catch (error) {
      if (!isDamage(error) || left === 1 || !(await hasChanged(site, name, head))) throw error;
    } finally {
      await storage.close();
    }
  }
}

/** Undefined if another tab has made a checkpoint meanwhile. */
async function read(storage: StorageBackend, name: string, { start, tell }: Around): Promise<LoadedRows | undefined> {
  const slices = new Slices();
  const log = await Log.open(storage);
  if (log === undefined) throw notFound(name);
  if (storage.lost > 0) throw cutShort(name);
  const loaded = await loadCurrent({ storage, name, slices, start, tell, channel: undefined }, log, () => {});
  if (loaded === undefined) return undefined;
  const { collection, manifest, stream } = loaded;
  const { options } = manifest;
  let isWhole = false;
  try {
    // Rejects if rows are damaged, or if the storage fails so often that reading pauses.
    await Promise.race([stream?.done, stream?.bring([])]);
    const parts = partsIn(storage, options.dimensions);
    const steps = <T>(work: Generator<undefined, T>): Promise<T> => slices.take(work);
    for await (const tail of log.tail()) {
      if (tail.type === 'overtaken') return undefined;
      if (tail.type === 'broken') throw cutShort(name, tail.error);
      const ending = await taken(log, tail.seq, async () => {
        const running = { slices, postpones: false, hidden: steps, visible: steps };
        await applyEntry(collection, tail.entry, parts, running);
      });
      if (ending?.type === 'overtaken') return undefined;
      if (ending !== undefined) throw cutShort(name);
    }
    assertIds(collection, name);
    // The columns are made of metadata when a filter first needs them: the storage closes now.
    collection.columns.restore([], async () => undefined);
    isWhole = true;
    const { epoch, seq } = log.head;
    return { options, collection, known: { epoch, seq } };
  } finally {
    stream?.stop();
    if (!isWhole) collection.engine.free();
  }
}

/** Whether another database, or another checkpoint, is stored by now. */
async function hasChanged(site: StorageSite, name: string, head: Uint8Array | undefined): Promise<boolean> {
  const storage = await site.inspect(name);
  try {
    return !sameBytes(head, await storage?.read('head', 0));
  } finally {
    await storage?.close();
  }
}

function assertIds(collection: Collection, name: string): void {
  for (const id of collection.ids()) {
    if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) continue;
    throw new EdgeVecError(
      'INVALID_ID',
      `The database ${inspect(name)} has an id that a synchronous index cannot have`,
      {
        expected: 'only integers from 0',
        got: inspect(id),
        remedy: "Open the database with EdgeVec.load of the entry 'edgevec', where every string and number is an id.",
      },
    );
  }
}

function notFound(name: string): EdgeVecError {
  return new EdgeVecError('NOT_FOUND', `There is no database ${inspect(name)} yet`, {
    remedy: "await index.save(name) makes one. EdgeVec.list() of the entry 'edgevec' tells which there are.",
  });
}

function busy(name: string): EdgeVecError {
  return new EdgeVecError('STORAGE_FAILED', `Other tabs made checkpoints of ${inspect(name)} while it was read`, {
    remedy: 'Load it again later.',
  });
}

/** The end of the log cannot be read. Only a database that is open for writing repairs its log. */
function cutShort(name: string, cause?: unknown): EdgeVecError {
  return new EdgeVecError('DAMAGED', `The end of what was stored of ${inspect(name)} cannot be read`, {
    remedy:
      "Open it once with EdgeVec.load of the entry 'edgevec', which keeps everything before the damage, or recover the rest with EdgeVec.salvage.",
    ...(cause === undefined ? {} : { cause }),
  });
}
