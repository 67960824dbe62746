/** The only file that opens, fills and drops the dictionary's database. */

import { edition } from 'virtual:dictionary';
import { EdgeVec, type EdgeVecEvent } from 'edgevec';
import { dimensions } from 'edgevec-static-model';
import { INDEX } from './index-options';
import { makeRows } from './rows';
import type { Sense } from './sense';

export type Dictionary = EdgeVec<Sense>;

const PREFIX = 'dictionary-';
/** The ids of rows are places in an edition, so another edition has a database of its own. */
export const NAME = `${PREFIX}${edition}`;

/** Opens the database with the rows of earlier visits. */
export function openDictionary(onEvent: (event: EdgeVecEvent) => void): Promise<Dictionary> {
  return EdgeVec.open<Sense>({
    name: NAME,
    dimensions,
    ...INDEX,
    // The filters of the page: chips, and exact words.
    indexed: ['part', 'words'],
    whenUnavailable: 'memory',
    onEvent,
  });
}

/** Deletes the databases of earlier editions, if `db` is stored. In memory, there are none. */
export async function dropOldEditions(db: Dictionary): Promise<void> {
  const { storage } = await db.stats();
  if (storage.persistence === 'ephemeral') return;
  for (const name of await EdgeVec.list()) {
    if (name.startsWith(PREFIX) && name !== NAME) await EdgeVec.drop(name);
  }
}

/**
 * Adds the missing senses, and returns when the database has the first `wanted` senses. A second
 * tab waits for the first tab's rows, and goes on if the first tab is closed.
 *
 * @param onRows called after each stored batch with the number of rows in all
 */
export async function fill(
  db: Dictionary,
  model: ArrayBuffer,
  wanted: number,
  onRows: (rows: number) => void,
): Promise<void> {
  await alone(async () => {
    let rows = await db.count();
    for await (const batch of makeRows(model, rows, wanted)) {
      await db.upsert(batch);
      rows += batch.length;
      onRows(rows);
    }
  });
}

/** Runs `work` in a single tab at a time. */
async function alone(work: () => Promise<void>): Promise<void> {
  // Insecure contexts have no Web Locks. Two tabs then write the same rows twice.
  await (navigator.locks ? navigator.locks.request(`edgevec-${NAME}:filling`, work) : work());
}
