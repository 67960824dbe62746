// The caller's model, which turns texts into vectors. Types only.

import type { SearchOptions } from './searches.js';
import type { Progress, TensorInput, VectorInput } from './types.js';

/** What a call of {@link TextModel.embed} is for. */
export interface EmbedRequest {
  /** Some models embed questions in another way than the passages to be found. */
  readonly kind: 'query' | 'passage';
  /** Aborted if nobody waits for the vectors any more. */
  readonly signal: AbortSignal;
}

/**
 * An embedding model, for the option `embed` of `open`. `embedder` of `edgevec/transformers` gives
 * such an object, and so does an object of yours around a service. EdgeVec calls `embed` in the
 * thread of the caller.
 */
export interface TextModel {
  /**
   * The name of the model, such as `'Xenova/all-MiniLM-L6-v2'`. Vectors of two models cannot be
   * compared, so two models need two names. A name has at most 1,000 characters.
   */
  readonly model: string;
  /** Numbers in each vector: an integer from 1 to 4096. */
  readonly dimensions: number;
  /** The most texts in a call of `embed`: an integer from 1. Default 64. */
  readonly batchSize?: number;
  /**
   * Embeds texts. If the promise rejects, EdgeVec calls `embed` again with the same texts after 0.2
   * and after 0.8 seconds. An `EdgeVecError` is never tried again. EdgeVec remembers the vectors of
   * the last 64 questions (`kind: 'query'`), and does not ask for these vectors again.
   *
   * @returns a vector for each text, in order: an array of vectors, or a tensor `[n, d]`
   */
  embed(
    texts: readonly string[],
    request: EmbedRequest,
  ): PromiseLike<readonly VectorInput[] | TensorInput> | readonly VectorInput[] | TensorInput;
}

/** Options of a search whose query is a string. */
export type QuestionOptions<M extends object = Record<string, unknown>> = SearchOptions<M> & {
  /**
   * Aborts the embedding of the question. The search itself runs in one piece, and is never
   * aborted.
   */
  readonly signal?: AbortSignal;
};

/** Options of `reembed`. */
export interface ReembedOptions {
  /**
   * Called after each batch, with the rows that have a vector of the new model, and all rows. If
   * `onProgress` throws or its promise rejects, `reembed` rejects with the same error.
   */
  readonly onProgress?: ((progress: Progress) => void) | ((progress: Progress) => PromiseLike<void>);
  /** Aborts the call. A stored database keeps the finished rows for the next `reembed`. */
  readonly signal?: AbortSignal;
}
