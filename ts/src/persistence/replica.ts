// The database in memory, as its persistence sees the database: a replica that follows the log.
// Checkpoints are made of the replica.

import type { Part } from '../base/calls.js';
import type { EdgeVecError } from '../base/errors.js';
import type { Collection } from '../collection/collection.js';
import type { Entry, WriteEntry } from '../format/entry.js';
import type { Loaded } from './checkpoint/load.js';
import type { AtRest } from './checkpoint/save.js';

export interface Replica {
  /** @throws `CLOSED`, and the error of an earlier failure that ended the database */
  collection(): Collection;
  readonly atRest: AtRest;
  /** Applies an entry of another tab to the rows. `parts` reads the parts of a write. */
  apply(entry: Entry, parts: (entry: WriteEntry) => AsyncIterable<Part>): Promise<void>;
  /**
   * Takes another collection in place of the present collection. Writes under way go on in the new
   * collection.
   */
  replace(loaded: Loaded): Promise<void>;
  /** Ends the database with this error: rows that were still to come cannot be read. */
  fail(error: EdgeVecError): void;
  /** Called when writes of other tabs have changed the replica. */
  changed(): void;
}
