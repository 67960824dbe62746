// The database in memory, as its persistence sees it: a replica that follows the log, and that a checkpoint is made of.

import type { Part } from '../base/calls.js';
import type { EdgeVecError } from '../base/errors.js';
import type { Collection } from '../collection/collection.js';
import type { Entry, WriteEntry } from '../format/entry.js';
import type { Loaded } from './checkpoint/load.js';
import type { AtRest } from './checkpoint/save.js';

export interface Replica {
  /** @throws `CLOSED`, and the error after which nothing can be done any more */
  collection(): Collection;
  readonly atRest: AtRest;
  /** Makes the rows what they are after an entry of another tab; `parts` reads the parts of a write. */
  apply(entry: Entry, parts: (entry: WriteEntry) => AsyncIterable<Part>): Promise<void>;
  /** Takes up another collection in place of the one held; writes under way go on in that. */
  replace(loaded: Loaded): Promise<void>;
  /** Rows that were still to come cannot be read: nothing can be done any more. */
  fail(error: EdgeVecError): void;
  /** It holds what other tabs have written since. */
  changed(): void;
}
