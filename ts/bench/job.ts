/** What the command asks of the page, and what the page tells back. Both cross as JSON. */
import type { Dataset } from './data/dataset';

/** One thing that is measured in a browser. The names are those of the report. */
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
  /** No further ef is measured once this recall is reached; null measures all of them. */
  readonly stopAt: number | null;
  readonly k: number;
  /** Passes over the queries for each ef; the one with the median mean is reported. */
  readonly passes: number;
  readonly graph: GraphOptions;
}

/** One ef. Latencies are of single queries, except the mean, which is of the whole loop. */
export interface Point {
  readonly ef: number;
  readonly recall: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  /** Distance evaluations a query; null where a system does not tell. */
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

/** What one run over one system says while it goes on. */
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
