/** What the command asks of the page of the storage benchmark, and what it tells back. */
import type { Dataset } from '../data/dataset';
import type { GraphOptions } from '../job';

export type StoredSystemName = 'edgevec' | 'edgevec-0.9' | 'PGlite + pgvector';

export interface StorageJob {
  readonly system: StoredSystemName;
  readonly dataset: Dataset;
  readonly graph: GraphOptions;
  readonly k: number;
  readonly ef: number;
}

/** Absent: the system has no such thing. */
export interface Filled {
  readonly insertSeconds: number;
  readonly saveSeconds: number;
  /** Everything, under another name. */
  readonly saveAllSeconds?: number | undefined;
  /** One row in a hundred is written anew. */
  readonly changeSeconds?: number | undefined;
  /** What that changed is saved. */
  readonly saveAgainSeconds?: number | undefined;
  /** The slowest search while it was saved, these two times. */
  readonly worstSeconds?: number | undefined;
  /** The slowest in as long a time in which nothing was saved: what the machine does by itself. */
  readonly calmSeconds?: number | undefined;
  /** Bytes of the database, as it tells them; null where it does not. */
  readonly bytes: number | null;
  /** Bytes of all that the page's origin stores, as the browser tells them. */
  readonly usage?: number | undefined;
}

export type Opened =
  | {
      readonly openSeconds: number;
      readonly firstSeconds: number;
      /** The median of the searches after the first. */
      readonly laterSeconds: number;
      readonly recall: number;
      readonly rows: number;
    }
  | { readonly reason: string };
