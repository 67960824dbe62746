// The report of `salvage`: the recovered and the missing parts of a stored database.

import type { EdgeVecError } from '../../base/errors.js';

/** A part of a stored database that could not be read. */
export type SalvagePart =
  /** The head tells which checkpoint is the last, and how far the log goes. */
  | 'head'
  /** A checkpoint, or its manifest. The manifest tells which chunks belong to the checkpoint. */
  | 'checkpoint'
  /**
   * The header of the engine. Without the header, rows with a `precision` below `'float32'` cannot
   * be read.
   */
  | 'engine'
  | 'vectors'
  /**
   * The lengths of vectors under cosine. These rows have vectors of length 1, and searches find
   * them as before.
   */
  | 'lengths'
  | 'ids'
  /** These rows have no metadata. */
  | 'metadata'
  /** An entry of the log: a write or a deletion, or some rows of a write. */
  | 'entry';

/** A missing part. */
export interface SalvageLoss {
  /** The kind of the part. */
  readonly part: SalvagePart;
  /**
   * Number of rows that are missing, or that lack this part. Absent if the number cannot be known.
   */
  readonly rows?: number;
  /** The number of the entry in the log. */
  readonly entry?: number;
  /** Number of missing entries, from `entry` on, if the entries do not exist at all. */
  readonly entries?: number;
  /** Why the part cannot be read. */
  readonly error: EdgeVecError;
}

/** The result of `EdgeVec.salvage`, in numbers. */
export interface SalvageReport {
  /** Rows in the recovered database. */
  readonly rows: number;
  /** Writes and deletions of the log that were applied to the checkpoint. */
  readonly entries: number;
  /** How many of `entries` were cut off before, behind a damaged entry, and were set aside. */
  readonly setAside: number;
  /** Whether nothing is missing, as far as the stored bytes can tell. */
  readonly isWhole: boolean;
  /** All missing parts. */
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
