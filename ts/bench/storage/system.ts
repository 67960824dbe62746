/**
 * The interface of a database in the storage benchmark. Each system has an adapter in a file of its
 * own.
 */
import type { Rows } from '../data/rows';
import type { GraphOptions } from '../job';

export interface StoredSystem {
  /** Stores the rows in order, so that the id in `search` is the row number. Called once. */
  insert(rows: Rows): Promise<void>;
  /** Resolves once all inserted rows are stored. */
  save(): Promise<void>;
  /** Stores all rows again under another name. */
  saveAll?(): Promise<void>;
  /** Writes every `step`th row again, unchanged. */
  replace?(rows: Rows, step: number): Promise<void>;
  /** The stored bytes. Null if the system does not tell. */
  bytes(): Promise<number | null>;
  search(query: Float32Array, k: number, ef: number): Promise<ArrayLike<number>>;
  count(): Promise<number>;
}

export interface StoredSystemModule {
  create(options: GraphOptions & { readonly dimensions: number }): Promise<StoredSystem>;
  open(): Promise<StoredSystem>;
}
