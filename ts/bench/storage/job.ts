/** The messages between the command and the page of the storage benchmark. */
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

/** A field is absent if the system does not have the feature. */
export interface Filled {
  readonly insertSeconds: number;
  readonly saveSeconds: number;
  /** The time for saving all rows under another name. */
  readonly saveAllSeconds?: number | undefined;
  /** The time for writing every hundredth row again. */
  readonly changeSeconds?: number | undefined;
  /** The time for saving this change. */
  readonly saveAgainSeconds?: number | undefined;
  /** The slowest search during `saveAllSeconds` and `saveAgainSeconds`. */
  readonly worstSeconds?: number | undefined;
  /**
   * The slowest search in a time as long as `saveAllSeconds`, without saving: the machine's own
   * delay.
   */
  readonly calmSeconds?: number | undefined;
  /** The bytes of the database, if the system tells. Otherwise null. */
  readonly bytes: number | null;
  /** The bytes of all data stored by the page's origin, if the browser tells. */
  readonly usage?: number | undefined;
}

export type Opened =
  | {
      readonly openSeconds: number;
      readonly firstSeconds: number;
      /** The median of the searches after the first search. */
      readonly laterSeconds: number;
      readonly recall: number;
      readonly rows: number;
    }
  | { readonly reason: string };
