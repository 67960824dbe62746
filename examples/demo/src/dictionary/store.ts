/** The only file that opens, fills and drops the dictionary's database. */

import { editions } from 'virtual:dictionary';
import { EdgeVec, type EdgeVecEvent } from 'edgevec';
import { INDEX } from './index-options';
import type { Model } from './model';
import type { StoredSense } from './sense';

export type Dictionary = EdgeVec<StoredSense>;

/** A database of the senses with their vectors, and the model of these vectors. */
export interface Index {
  readonly db: Dictionary;
  readonly model: Model;
}

const PREFIX = 'dictionary-';

/**
 * The ids of rows are places in an edition, and each model has vectors of its own. Each edition and
 * model therefore has a database of its own.
 */
const NAMES = {
  small: `${PREFIX}${editions.small}`,
  better: `${PREFIX}better-${editions.better}`,
} as const;

/** Opens the database of a model, with the rows of earlier visits. */
export async function openIndex(model: Model, onEvent: (event: EdgeVecEvent) => void): Promise<Index> {
  const db = await EdgeVec.open<StoredSense>({
    name: NAMES[model.name],
    dimensions: model.dimensions,
    ...INDEX,
    // The filter of the page: the chips.
    indexed: ['part'],
    // Exact words are looked up in the small model's index, which is complete first.
    ...(model.name === 'small' && { text: ['words'] }),
    whenUnavailable: 'memory',
    onEvent,
  });
  return { db, model };
}

/** Deletes the databases of earlier editions, if `db` is stored. In memory, there are none. */
export async function dropOldEditions(db: Dictionary): Promise<void> {
  const { storage } = await db.stats();
  if (storage.persistence === 'ephemeral') return;
  for (const name of await EdgeVec.list()) {
    if (name.startsWith(PREFIX) && !Object.values<string>(NAMES).includes(name)) await EdgeVec.drop(name);
  }
}

/**
 * Adds the missing senses, and returns when the index has the first `wanted` senses. A second tab
 * waits for the first tab's rows, and goes on if the first tab is closed.
 *
 * @param onRows called after each stored batch with the number of rows in all
 * @param signal ends the work after the present batch. The stored rows stay
 */
export async function fill(
  { db, model }: Index,
  wanted: number,
  onRows: (rows: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  await alone(`edgevec-${NAMES[model.name]}:filling`, signal, async () => {
    let rows = await db.count();
    if (rows >= wanted) return;
    for await (const batch of model.rows(rows, wanted)) {
      signal?.throwIfAborted();
      await db.upsert(batch);
      rows += batch.length;
      onRows(rows);
    }
  });
}

/** Runs `work` in a single tab at a time. */
async function alone(lock: string, signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
  // Insecure contexts have no Web Locks. Two tabs then write the same rows twice.
  await (navigator.locks ? navigator.locks.request(lock, signal ? { signal } : {}, work) : work());
}
