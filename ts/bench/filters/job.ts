/** The messages between the command and the page of the benchmark of filters. */

import type { Strategy } from '../../src/engine/searcher';
import type { Dataset } from '../data/dataset';
import type { GraphOptions, SystemName } from '../job';
import type { Case, Kind } from './cases';
import type { Names } from './fields';

export type FilteredSystemName = SystemName & ('edgevec' | 'edgevec (api)' | 'edgevec-0.9' | 'PGlite + pgvector');

export interface FilterJob {
  readonly system: FilteredSystemName;
  /** The rows and queries, as files of the server. */
  readonly dataset: Dataset;
  readonly graph: GraphOptions;
  readonly k: number;
  /** The breadth of a peer's searches. */
  readonly peerEf: number;
  /** The number of measured queries of each case: the first queries of the data. */
  readonly queries: number;
  /** Passes over the queries. The report has the pass with the median mean. */
  readonly passes: number;
}

/** The file `plan.json` beside the rows. */
export interface Plan {
  readonly names: Names;
  readonly cases: readonly Case[];
}

/** The columns of `Fields`, and the result of `filteredNeighbours`, beside the rows. */
export const FIELDS_FILE = 'fields.i32';
export const TRUTH_FILE = 'filtered-truth.i32';
export const PLAN_FILE = 'plan.json';

export type { Strategy };

/** A walk that became a scan. */
export const GIVEN_UP = 'walk given up, scan' satisfies Strategy;

/** Microseconds. The mean is of the whole loop, and percentiles are of single searches. */
export interface Timing {
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Distance evaluations a search. Null if the system does not tell. */
  readonly distances: number | null;
}

export interface Judged {
  /** The share of the exact nearest allowed rows found, over all queries. */
  readonly recall: number;
  /** The hits that the filter allows, over all queries, each row once. */
  readonly hits: number;
  /** The number of hits of a right answer: `min(k, allowed)`, over all queries. */
  readonly expected: number;
  /** The queries with fewer hits than expected. */
  readonly short: number;
  /** The hits that the filter does not allow, or that came twice. */
  readonly wrong: number;
}

/** A case measured in a way of a system. */
export interface Cell extends Timing, Judged {
  /** Null without a filter. */
  readonly kind: Kind | null;
  readonly share: number | null;
  readonly way: string;
  /** The allowed rows, on average. */
  readonly allowed: number;
  /** The same queries without a filter, measured between the passes of the case. */
  readonly unfiltered: Timing | null;
  /** The same queries by a scan of the allowed rows, measured between the passes of the case. */
  readonly scan: Timing | null;
  /** The same queries with the option `exact`. A single pass. */
  readonly exact: Timing | null;
  /** The searches by strategy. Null if the system does not tell. */
  readonly strategies: Readonly<Record<Strategy, number>> | null;
}

export interface Measured {
  readonly variant: string;
  readonly buildSeconds: number;
  readonly cells: readonly Cell[];
}
