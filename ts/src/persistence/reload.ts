// Loads the stored checkpoint again, and applies the log after the checkpoint, beside the rows in
// use.
//
// The checkpoint alone may be older than the rows that calls have seen. If a lean checkpoint was
// under way, deleted rows of the checkpoint may even hold the vectors of newer rows. The replica
// therefore keeps its present rows until all of the log is read. If the storage fails before, the
// present rows stay.

import type { EdgeVecError } from '../base/errors.js';
import type { Head } from '../format/head.js';
import type { StoredOptions } from '../format/manifest.js';
import type { StorageBackend } from '../storage/storage.js';
import { Arrival } from './arrival.js';
import type { Loaded } from './checkpoint/load.js';
import { Log, type Tail } from './log/log.js';
import { loadCurrent, type StoreContext } from './open.js';
import { faultOf } from './replay.js';
import type { Applied, PartsOf, Replica } from './replica.js';
import { UnsavedLog } from './unsaved-log.js';
import { PartsLost, readParts } from './write-buffer.js';

/** Rows that may take the place of the rows in use. */
export interface Reloaded {
  readonly loaded: Loaded;
  readonly arrival: Arrival;
  /** The head of the log before any entry was read. The head names the loaded checkpoint. */
  readonly begun: Head;
  /** The log, read to its end. */
  readonly log: Log;
  /** The entries in the rows, but not in the checkpoint. */
  readonly unsaved: UnsavedLog;
  /** The results of the entries of this writer, by number. */
  readonly own: ReadonlyMap<number, Applied>;
  /** Whether another tab has deleted rows, and may have used the reserve. */
  readonly hasForeignDeletion: boolean;
}

/**
 * @param known the log of the rows in use
 * @param check throws if the stored options are not the options of the rows in use
 * @param gone the error if the stored database is not the database of the rows in use
 * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`, `STORAGE_FAILED`, `CLOSED`
 */
export async function reload(
  context: StoreContext,
  known: Log,
  writer: string,
  replica: Replica,
  check: (stored: StoredOptions) => void,
  gone: () => EdgeVecError,
): Promise<Reloaded> {
  const { storage, slices } = context;
  for (;;) {
    const log = await Log.open(storage);
    if (log === undefined || !known.isOfSameDatabase(log)) throw gone();
    const begun = log.head;
    const loaded = await loadCurrent(context, log, check);
    if (loaded === undefined) continue;
    const arrival = new Arrival(loaded.stream, log, slices);
    let read: Pick<Reloaded, 'unsaved' | 'own' | 'hasForeignDeletion'> | undefined;
    try {
      read = await readLog(storage, log, writer, loaded, replica);
    } finally {
      if (read === undefined) {
        loaded.stream?.stop();
        loaded.collection.engine.free();
      }
    }
    if (read !== undefined) return { loaded, arrival, begun, log, ...read };
  }
}

/**
 * Applies the log up to its end, or up to an unreadable entry. Undefined if the log goes on from
 * another checkpoint by now.
 */
async function readLog(
  storage: StorageBackend,
  log: Log,
  writer: string,
  { collection, manifest }: Loaded,
  replica: Replica,
): Promise<Pick<Reloaded, 'unsaved' | 'own' | 'hasForeignDeletion'> | undefined> {
  const unsaved = new UnsavedLog();
  const own = new Map<number, Applied>();
  const parts = partsIn(storage, manifest.options.dimensions);
  let hasForeignDeletion = false;
  for await (const tail of log.tail()) {
    if (tail.type === 'overtaken') return undefined;
    if (tail.type === 'broken') break;
    const { entry, seq, bytes } = tail;
    const ending = await taken(log, seq, async () => {
      const result = await replica.applyTo(collection, entry, parts);
      if (entry.writer === writer) own.set(entry.number, result);
      else hasForeignDeletion ||= entry.kind === 'delete';
    });
    if (ending?.type === 'overtaken') return undefined;
    // The next look at the log repairs the log.
    if (ending !== undefined) break;
    unsaved.add([entry], seq, bytes);
  }
  return { unsaved, own, hasForeignDeletion };
}

/** Applies an entry by `apply`. Returns a reason if parts of the entry are lost. */
export async function taken(log: Log, seq: number, apply: () => Promise<void>): Promise<Tail | undefined> {
  try {
    await apply();
    return undefined;
  } catch (error) {
    if (error instanceof PartsLost) return log.interrupted(error);
    throw faultOf(seq, error);
  }
}

/** Reads the parts of writes. */
export function partsIn(storage: StorageBackend, dimensions: number): PartsOf {
  return (write) => readParts(write, (name) => storage.read('chunks', name), dimensions);
}
