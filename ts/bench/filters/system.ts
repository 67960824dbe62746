/**
 * The interface of a vector index in the benchmark of filters. Each system has an adapter in a file
 * of its own.
 */
import type { Rows } from '../data/rows';
import type { GraphOptions } from '../job';
import type { Answer } from '../measure/time';
import type { Condition } from './condition';
import type { Fields } from './fields';
import type { Strategy } from './job';

export interface Filtering {
  readonly condition: Condition;
  /** The allowed rows, for a system that takes bits. */
  readonly allowed: Uint32Array;
}

export type Search = (query: Float32Array) => Answer;

export interface FilteredSystem {
  readonly variant: string;
  /** The ways of searching with a filter. A report has a line for each way. */
  readonly ways: readonly string[];
  /** Stores the rows in order, so that a hit is the row number. Called once. */
  build(rows: Rows, fields: Fields, onProgress: (done: number) => void): void | Promise<void>;
  /**
   * Makes the search of a filter. Not measured: an app, too, has its filter before the search.
   *
   * @param filtering null searches all rows
   */
  search(filtering: Filtering | null, way: string): Search;
  /**
   * Makes a search that scans the allowed rows as the system itself would scan. A search without
   * `scan` and `exact` is not measured.
   */
  scan?(filtering: Filtering): Search;
  /** Makes the exact comparison of a query with every allowed row. */
  exact?(filtering: Filtering): Search;
  /** Called before the searches of a way. */
  use?(way: string): Promise<void>;
  /** Distance evaluations of all searches so far. Null if the system does not tell. */
  distances(): number | null | Promise<number | null>;
  /** The strategy of the last search. Absent if the system does not tell. */
  strategy?(): Strategy;
  close(): void | Promise<void>;
}

export interface FilteredOptions extends GraphOptions {
  readonly dimensions: number;
  /** The number of rows to come, since some systems need this number. */
  readonly capacity: number;
  readonly k: number;
  /** The breadth of a peer's searches. EdgeVec searches with its defaults. */
  readonly peerEf: number;
}

export interface FilteredSystemModule {
  open(options: FilteredOptions): Promise<FilteredSystem>;
}
