/** What the storage benchmark needs of a database: each system is one adapter of this shape in one file. */
import type { Rows } from '../data/rows';
import type { GraphOptions } from '../job';

export interface StoredSystem {
  /** Stores the rows in order, so that row number i is what `search` later calls i. Called once. */
  insert(rows: Rows): Promise<void>;
  /** Resolves once all that was inserted is stored. */
  save(): Promise<void>;
  /** Stores all of it once more, under another name. */
  saveAll?(): Promise<void>;
  /** Writes every `step`th of the rows anew, as it is. */
  replace?(rows: Rows, step: number): Promise<void>;
  /** Bytes stored; null where it does not tell. */
  bytes(): Promise<number | null>;
  search(query: Float32Array, k: number, ef: number): Promise<ArrayLike<number>>;
  count(): Promise<number>;
}

export interface StoredSystemModule {
  create(options: GraphOptions & { readonly dimensions: number }): Promise<StoredSystem>;
  open(): Promise<StoredSystem>;
}
