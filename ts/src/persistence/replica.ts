// The database in memory, as its persistence sees the database: a replica that follows the log.
// Checkpoints are made of the replica.

import type { Effect, Part } from '../base/calls.js';
import type { EdgeVecError } from '../base/errors.js';
import type { RowChanges } from '../base/types.js';
import type { Collection } from '../collection/collection.js';
import type { Entry, WriteEntry } from '../format/entry.js';
import type { AtRest } from './checkpoint/copies.js';
import type { Loaded } from './checkpoint/load.js';

/** The effect of an entry: the chosen ids of a write, or the number of deleted rows. */
export type Applied = Effect<readonly number[] | number>;

/** Reads the parts of a write. */
export type PartsOf = (entry: WriteEntry) => AsyncIterable<Part>;

export interface Replica {
  /** @throws `CLOSED`, and the error of an earlier failure that ended the database */
  collection(): Collection;
  readonly atRest: AtRest;
  /** Applies an entry of another tab to the rows. */
  apply(entry: Entry, parts: PartsOf): Promise<Applied>;
  /**
   * Applies an entry to a collection that nobody reads yet.
   *
   * @throws `CLOSED` once the database is closed
   */
  applyTo(collection: Collection, entry: Entry, parts: PartsOf): Promise<Applied>;
  /**
   * Takes another collection in place of the present collection. Writes under way go on in the new
   * collection.
   */
  replace(loaded: Loaded): Promise<void>;
  /** Ends the database with this error: rows that were still to come cannot be read. */
  fail(error: EdgeVecError): void;
  /** Called when writes of other tabs have changed the replica, with the changed rows. */
  changed(rows: RowChanges): void;
}

/**
 * The writes of this tab that wait for the answer of the log, by number. An append may have failed
 * and still have been applied.
 */
export interface OwnWrites {
  /** Applies the write. False if the write does not wait, or if its rows are gone. */
  apply(number: number): Promise<boolean>;
  /** The replica already has the write, out of the log. */
  applied(number: number, result: Applied): Promise<void>;
}
