/** A model that turns texts into vectors, and the rows that the model makes of the dictionary. */
import type { StoredSense } from './sense';

export interface Row {
  readonly id: number;
  readonly vector: Float32Array;
  readonly metadata: StoredSense;
}

export interface Model {
  readonly name: 'small' | 'better';
  readonly dimensions: number;
  /** @returns the vector of a question, or null if the model knows no word of the question */
  embedQuery(text: string): Promise<Float32Array | null>;
  /**
   * The rows `from` to `to`, in batches. The id of a row is the place of its sense in the
   * dictionary.
   */
  rows(from: number, to: number): AsyncGenerator<Row[]>;
  /** Frees the memory of the model. */
  dispose(): Promise<void>;
}
