// An entry of the log becomes rows.

import type { Part } from '../../base/calls.js';
import type { Slices } from '../../base/time-slices.js';
import type { Collection } from '../../collection/collection.js';
import type { Entry, WriteEntry } from '../../format/entry.js';
import type { Applied } from '../../persistence/replica.js';
import { deletedRows } from './deletion.js';
import { Transaction } from './transaction.js';

/** How steps on the rows are run. */
export interface Running {
  readonly slices: Slices;
  /** Whether the links of the rows wait behind the links of rows that a caller writes. */
  readonly postpones: boolean;
  /** Runs steps whose effect nobody sees. */
  hidden<T>(steps: Generator<undefined, T>): Promise<T>;
  /** Runs steps that change visible rows. */
  visible<T>(steps: Generator<undefined, T>): Promise<T>;
}

export async function applyEntry(
  collection: Collection,
  entry: Entry,
  parts: (entry: WriteEntry) => AsyncIterable<Part>,
  { slices, postpones, hidden, visible }: Running,
): Promise<Applied> {
  if (entry.kind === 'delete') return visible(deletedRows(collection, entry.ids));
  const transaction = new Transaction(entry.kind, collection);
  try {
    for await (const part of parts(entry)) {
      const kept = transaction.append(part, false);
      // At once: later rows of other transactions would be the last rows.
      if (postpones) collection.engine.postpone(part.withVector?.length ?? part.ids.length);
      await kept;
      // The whole entry is read in few turns of the event loop, although other jobs fill their
      // slices of each turn: the tab may be applying the entry in its turn to append.
      if (slices.isTurnOver()) await slices.breathe();
    }
  } catch (error) {
    await hidden(transaction.rollback());
    throw error;
  }
  transaction.resume(entry.firstChosen, entry.removed);
  return visible(transaction.publish());
}
