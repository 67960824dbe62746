/**
 * The interface of a vector index in the benchmark. Each system has an adapter in a file of its
 * own.
 */
import type { Rows } from '../data/rows';
import type { GraphOptions } from '../job';
import type { Answer } from '../measure/time';

export interface System {
  /**
   * The variant that ran, from the system itself if possible: instruction set, quantisation,
   * metric.
   */
  readonly variant: string;
  /** Stores the rows in order, so that the id in `search` is the row number. Called once. */
  build(rows: Rows, onProgress: (done: number) => void): void | Promise<void>;
  /** Row numbers, nearest first. Synchronous if the system is synchronous. */
  search(query: Float32Array, k: number, ef: number): Answer;
  /**
   * All memory that the system holds for rows and graph, without the JavaScript heap. Null if
   * unknown.
   */
  memoryBytes(): number | null | Promise<number | null>;
  /** Distance evaluations of all searches so far. Null if the system does not tell. */
  distances(): number | null | Promise<number | null>;
  close(): void | Promise<void>;
}

/** The precision of EdgeVec's stored rows. */
export type Precision = 'float32' | 'int16' | 'int8';

export interface OpenOptions extends GraphOptions {
  readonly dimensions: number;
  /** The number of rows to come, since some systems need this number. */
  readonly capacity: number;
  /** Only for EdgeVec. Absent means the engine's default. */
  readonly precision?: Precision;
}

export interface SystemModule {
  open(options: OpenOptions): Promise<System>;
}
