// What was given back of a stored database, and what is missing.

import type { EdgeVecError } from '../../base/errors.js';

/** What of a stored database could not be read. */
export type SalvagePart =
  /** What says which checkpoint is the last, and how far the log goes. */
  | 'head'
  /** A checkpoint, or its manifest: what says which chunks there are. */
  | 'checkpoint'
  /** What the engine was; rows with a `precision` below `'float32'` cannot be read without. */
  | 'engine'
  | 'vectors'
  /** The lengths of vectors under cosine: these rows have vectors of length 1, and are found as before. */
  | 'lengths'
  | 'ids'
  /** These rows have no metadata. */
  | 'metadata'
  /** An entry of the log: a write or a deletion, or some rows of one. */
  | 'entry';

/** Something that is missing. */
export interface SalvageLoss {
  readonly part: SalvagePart;
  /** How many rows are missing, or lack what is missing of them; left out if nobody can know. */
  readonly rows?: number;
  /** The number of the entry in the log. */
  readonly entry?: number;
  /** How many entries are missing from that one on, if they are not there at all. */
  readonly entries?: number;
  /** Why it cannot be read. */
  readonly error: EdgeVecError;
}

/** What `EdgeVec.salvage` found. */
export interface SalvageReport {
  /** Rows in the database that was given back. */
  readonly rows: number;
  /** Writes and deletions of the log that were applied on top of the checkpoint. */
  readonly entries: number;
  /** How many of them had been cut off before, behind a damaged one, and were set aside. */
  readonly setAside: number;
  /** Whether nothing is missing, as far as what is stored can tell. */
  readonly isWhole: boolean;
  /** All that is missing. */
  readonly losses: readonly SalvageLoss[];
}

/** A report in the making. */
export class Findings {
  readonly losses: SalvageLoss[] = [];
  entries = 0;
  setAside = 0;

  miss(part: SalvagePart, error: EdgeVecError, more: Pick<SalvageLoss, 'rows' | 'entry' | 'entries'> = {}): void {
    this.losses.push({ part, error, ...more });
  }

  /** One more row for the same reason. */
  missRow(part: SalvagePart, error: EdgeVecError): void {
    const at = this.losses.findIndex((loss) => loss.part === part && loss.error.problem === error.problem);
    const before = this.losses[at];
    if (before === undefined) this.miss(part, error, { rows: 1 });
    else this.losses[at] = { ...before, rows: (before.rows ?? 0) + 1 };
  }

  report(rows: number): SalvageReport {
    const { losses, entries, setAside } = this;
    return { rows, entries, setAside, isWhole: losses.length === 0, losses };
  }
}
