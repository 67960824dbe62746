/** What the benchmark needs of a vector index: each system is one adapter of this shape in one file. */
import type { Rows } from '../data/rows';
import type { GraphOptions } from '../job';

export interface System {
  /** What ran, as the system itself tells it: its instruction set, quantisation, metric. */
  readonly variant: string;
  /** Stores the rows in order, so that row number i is what `search` later calls i. Called once. */
  build(rows: Rows, onProgress: (done: number) => void): void | Promise<void>;
  /** Row numbers, nearest first. Synchronous where the system is. */
  search(query: Float32Array, k: number, ef: number): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** All memory the system holds for its rows and graph; of one that holds them on the JavaScript heap, what is held elsewhere. */
  memoryBytes(): number | null | Promise<number | null>;
  /** Distance evaluations of all searches so far; null where a system does not tell. */
  distances(): number | null | Promise<number | null>;
  close(): void | Promise<void>;
}

/** What our engine keeps of a row. */
export type Precision = 'float32' | 'int16' | 'int8';

export interface OpenOptions extends GraphOptions {
  readonly dimensions: number;
  /** Rows to come: some systems must know. */
  readonly capacity: number;
  /** Ours only; absent means the engine's default. */
  readonly precision?: Precision;
}

export interface SystemModule {
  open(options: OpenOptions): Promise<System>;
}
