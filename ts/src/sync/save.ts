// Stores the rows of a synchronous index as a database, in place of a database of the same name.
//
// A save replaces everything under the name, so it must not lose the writes of others:
//
// - The index knows the log of the stored database at its last load or save. If the log has gone on
//   since, the save fails with `CONFLICT`.
// - While a tab, worker or thread has the database open, the save fails with `BLOCKED`.
// - Saves under one name run one after the other, also the saves of several tabs.

import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import { allSteps } from '../base/steps.js';
import { Slices } from '../base/time-slices.js';
import type { Head } from '../format/head.js';
import { copyTo } from '../persistence/export/copy.js';
import { copiedSnapshot } from '../persistence/export/from-memory.js';
import { headIfReadable } from '../persistence/log/log.js';
import { oneTabAtATime } from '../persistence/tabs/mutex.js';
import type { StorageBackend, StorageSite } from '../storage/storage.js';
import type { Rows } from './rows.js';

/** How long to wait until others close the database, in milliseconds. */
const BLOCKED_MS = 5_000;

/** What an index knows of a stored database: the log at the last load or save. */
export type Known = Pick<Head, 'epoch' | 'seq'>;

/** The last save under each name, in this thread. */
const saves = /* @__PURE__ */ new Map<string, Promise<unknown>>();

/**
 * Stores all rows of the moment of the call.
 *
 * @param key of the place of the name
 * @param known looks the index's knowledge up, when the turn of this save has come. Undefined
 * if the save may replace any database
 * @throws `CONFLICT`, `BLOCKED`, `QUOTA`, `READ_ONLY`, `STORAGE_UNAVAILABLE`, `STORAGE_FAILED`
 */
export function save(
  rows: Rows,
  site: () => Promise<StorageSite>,
  name: string,
  key: string,
  known: () => Known | undefined,
): Promise<Known> {
  const slices = new Slices();
  // The rows are copied in this turn of the event loop. The writing goes on afterwards.
  const atRest = async (steps: Generator<undefined, void>): Promise<void> => allSteps(steps);
  const copying = copiedSnapshot(() => rows.collection, rows.options, atRest, slices);
  // The error is thrown below.
  copying.catch(() => {});
  return inTurn(key, async () => {
    const snapshot = await copying;
    // Undefined only while rows are still being read, and the index has read all rows.
    if (snapshot === undefined) throw new Error('the index has missing rows');
    const expected = known();
    let head: Head | undefined;
    await oneTabAtATime(`edgevec:${name}:sync`, true, async () => {
      head = await copyTo(await site(), name, snapshot, slices, {
        opened: (storage) => assertUnused(storage, name),
        check: (stored) => assertKnown(stored, expected, name),
      });
    });
    return head as Head;
  });
}

async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = saves.get(key) ?? Promise.resolve();
  const working = before.then(work);
  const settled = working.then(
    () => {},
    () => {},
  );
  saves.set(key, settled);
  try {
    return await working;
  } finally {
    if (saves.get(key) === settled) saves.delete(key);
  }
}

async function assertUnused(storage: StorageBackend, name: string): Promise<void> {
  if (!(await storage.hasOthers?.(BLOCKED_MS))) return;
  throw new EdgeVecError('BLOCKED', `The database ${inspect(name)} is open, so it was not replaced`, {
    remedy: 'Close it first, also in other tabs and workers, or save under another name.',
  });
}

function assertKnown(stored: Uint8Array | undefined, known: Known | undefined, name: string): void {
  if (stored === undefined || known === undefined) return;
  // A database with an unreadable head is not the database that the index knew.
  const head = headIfReadable(stored);
  if (head?.epoch === known.epoch && head.seq === known.seq) return;
  throw new EdgeVecError('CONFLICT', `The database ${inspect(name)} has changed since this index knew it`, {
    remedy:
      'Load it again and repeat the changes, save under another name, or pass { overwrite: true } to lose the other changes.',
  });
}
