// An entry of the log becomes rows.

import type { Part } from '../../base/calls.js';
import type { Slices } from '../../base/time-slices.js';
import type { Collection } from '../../collection/collection.js';
import type { Entry, WriteEntry } from '../../format/entry.js';
import type { Applied } from '../../persistence/replica.js';
import { deleteRows } from './deletion.js';
import { Transaction } from './transaction.js';

/** How steps on the rows are run. */
export interface Running {
  readonly slices: Slices;
  /** Runs steps whose effect nobody sees. */
  hidden<T>(steps: Generator<undefined, T>): Promise<T>;
  /** Runs steps that change visible rows. */
  visible<T>(steps: Generator<undefined, T>): Promise<T>;
}

export async function applyEntry(
  collection: Collection,
  entry: Entry,
  parts: (entry: WriteEntry) => AsyncIterable<Part>,
  { slices, hidden, visible }: Running,
): Promise<Applied> {
  if (entry.kind === 'delete') return visible(deleteRows(collection, entry.ids));
  const transaction = new Transaction(entry.kind, collection);
  try {
    for await (const part of parts(entry)) {
      await transaction.append(part, false);
      await slices.breathe();
    }
  } catch (error) {
    await hidden(transaction.rollback());
    throw error;
  }
  transaction.resume(entry.firstChosen);
  return visible(transaction.publish());
}
