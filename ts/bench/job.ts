/** The messages between the command and the page. Both directions use JSON. */
import type { Dataset } from './data/dataset';

/** A system measured in a browser, by its name in the report. */
export type SystemName =
  | 'edgevec'
  | 'edgevec-int16'
  | 'edgevec-int8'
  | 'edgevec (api)'
  | 'hnswlib-wasm'
  | 'edgevec-0.9'
  | 'voy'
  | 'PGlite + pgvector'
  | 'Orama'
  | 'JavaScript scan';

export interface GraphOptions {
  readonly m: number;
  readonly efConstruction: number;
  readonly seed: number;
}

export interface Job {
  readonly dataset: Dataset;
  readonly systems: readonly SystemName[];
  readonly efs: readonly number[];
  /** The recall at which measuring stops. Null measures every ef. */
  readonly stopAt: number | null;
  readonly k: number;
  /** Passes over the queries for each ef. The report has the pass with the median mean. */
  readonly passes: number;
  readonly graph: GraphOptions;
}

/** The result for an ef. Percentiles are of single queries, and the mean is of the whole loop. */
export interface Point {
  readonly ef: number;
  readonly recall: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  /** Distance evaluations a query. Null if the system does not tell. */
  readonly distances: number | null;
}

export type Cost = Pick<Point, 'meanUs' | 'p99Us' | 'distances'>;

export interface Measured {
  readonly variant: string;
  readonly buildSeconds: number;
  readonly rowsPerSecond: number;
  readonly memoryBytes: number | null;
  readonly points: readonly Point[];
}

/** The messages of a run over a system. */
export type Progress =
  | { readonly type: 'loaded' }
  | { readonly type: 'truth'; readonly done: number; readonly total: number }
  | { readonly type: 'build'; readonly done: number; readonly total: number; readonly seconds: number }
  | { readonly type: 'point'; readonly point: Point };

export type PageEvent =
  | {
      readonly type: 'hello';
      readonly userAgent: string;
      readonly fullVersion: string | null;
      readonly isolated: boolean;
    }
  | { readonly type: 'alive' }
  | { readonly type: 'truth-ready'; readonly seconds: number }
  | { readonly type: 'start'; readonly system: SystemName }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'measured'; readonly system: SystemName; readonly measured: Measured }
  | { readonly type: 'failed'; readonly system: SystemName | null; readonly reason: string }
  | { readonly type: 'done' };
