// The messages between a page and its worker with a model.

import type { ModelFacts, ModelNews, ModelRequest } from './library.js';

/** Grows if the messages change: a page may have a copy of an older worker. */
export const PROTOCOL_VERSION = 1;

/** `call` is the number of a call. The answer has the same number. */
export type ToWorker =
  | { readonly type: 'load'; readonly call: number; readonly protocol: number; readonly request: ModelRequest }
  | { readonly type: 'run'; readonly call: number; readonly texts: readonly string[] }
  | { readonly type: 'dispose'; readonly call: number };

/** An error, as a message can hold one. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export type FromWorker =
  /** The first message: the script runs. */
  | { readonly type: 'hello'; readonly protocol: number }
  | { readonly type: 'news'; readonly news: ModelNews }
  | { readonly type: 'done'; readonly call: number; readonly value: ModelFacts | Float32Array<ArrayBuffer> | undefined }
  | { readonly type: 'failed'; readonly call: number; readonly error: ErrorData };
