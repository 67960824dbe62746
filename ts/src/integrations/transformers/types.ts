// The public types of `edgevec/transformers`.

import type { EdgeVecError } from '../../index.js';
import type { TransformersLibrary } from './library.js';

/** The bytes of a model's files. `total` grows while the library finds further files. */
export interface LoadProgress {
  /** Bytes loaded so far. */
  readonly loaded: number;
  /** Bytes in all, as far as the library knows. */
  readonly total: number;
  /** The file with news, such as `onnx/model_quantized.onnx`. */
  readonly file: string;
}

/** The texts of a call that have a vector. */
export interface EmbedProgress {
  /** Texts with a vector so far. */
  readonly done: number;
  /** Texts in all. */
  readonly total: number;
}

/** The events that `onEvent` receives. */
export type EmbedderEvent =
  /** No worker could be started, so the model runs in this thread, and blocks a page meanwhile. */
  | { readonly type: 'worker-unavailable'; readonly error: EdgeVecError }
  /** WebGPU is missing or failed, so the model runs on the platform's own device. */
  | { readonly type: 'device-unavailable'; readonly error: EdgeVecError }
  /** The worker is gone. Every pending and later call fails with `WORKER_DIED`. */
  | { readonly type: 'worker-died'; readonly error: EdgeVecError };

/** A `Worker`, or an object with the same methods. */
export interface EmbedderWorker {
  /** Sends a message to the worker. */
  // biome-ignore lint/suspicious/noExplicitAny: as in the declaration of browsers
  postMessage(message: any): void;
  /** Calls the listener for each event of the worker. */
  // biome-ignore lint/suspicious/noExplicitAny: the events of browsers have many more fields
  addEventListener(type: 'message' | 'error' | 'messageerror', listener: (event: any) => void): void;
  /** Ends the worker. */
  terminate(): unknown;
}

/** Options of {@link embedder}. */
export interface EmbedderOptions {
  /**
   * Where the model computes. Default: `'wasm'` in browsers, `'cpu'` in Node.
   *
   * - `'webgpu'`: if WebGPU is missing or fails, the model runs on the default device, and
   *   `onEvent` gets the event `device-unavailable`.
   * - `'auto'`: on WebGPU if there is an adapter, else on the default device.
   * - Any other device of the library, such as `'webnn'`.
   *
   * A device computes slightly different numbers. Embed all rows of a database on the same device.
   */
  readonly device?: 'auto' | 'webgpu' | 'wasm' | 'cpu' | (string & {});
  /**
   * The precision of the model: `'fp32'`, `'fp16'`, `'q8'`, `'q4'` and others. The model must have
   * a file of this precision. Default: the library's own choice for the device, such as `'q8'` for
   * `'wasm'`.
   */
  readonly dtype?: string;
  /** How the vectors of a text's tokens become a single vector. Default `'mean'`. */
  readonly pooling?: 'mean' | 'cls' | (string & {});
  /** Whether vectors are scaled to length 1. Default true. */
  readonly normalize?: boolean;
  /**
   * Words put before each query and each document. Some models were trained with such words, and
   * find far less without. Default: no words. docs/integrations/transformers.md has a table.
   */
  readonly prefixes?: {
    /** Put before each text of `embedQuery`. */
    readonly query?: string;
    /** Put before each text of `embed`. */
    readonly document?: string;
  };
  /** Texts that the model embeds at once: an integer from 1. Default 16. */
  readonly batchSize?: number;
  /**
   * Where the model runs. Default `'auto'`.
   *
   * - `'auto'`: in a worker in browsers, else in this thread. If the worker cannot start, the model
   *   runs in this thread, and `onEvent` gets the event `worker-unavailable`.
   * - `true`: in a worker. If no worker can start, `embedder` fails with `WORKER_FAILED`.
   * - `false`: in this thread.
   * - A URL: in a worker started from your copy of `edgevec/transformers-worker`.
   * - A function: in the worker that your function returns, started from the same script. This
   *   form works with every bundler that knows workers, with the address
   *   `new URL('edgevec/transformers-worker', import.meta.url)` and the type `'module'`.
   */
  readonly worker?: 'auto' | boolean | string | URL | (() => EmbedderWorker);
  /**
   * The module `@huggingface/transformers`, or a function that loads the module, for a model in
   * this thread. Default: `import('@huggingface/transformers')`. With this option, `worker` may
   * only be `'auto'` or `false`, and both mean this thread.
   */
  readonly transformers?: TransformersLibrary | (() => TransformersLibrary | PromiseLike<TransformersLibrary>);
  /**
   * Settings for the library's `env`, merged into `env` before the model loads:
   * `{ allowLocalModels: true, localModelPath: '/models/' }`. Only values that a message to a
   * worker can hold.
   */
  readonly env?: Readonly<Record<string, unknown>>;
  /** Further options of the library's function `pipeline`, such as `{ revision: 'main' }`. */
  readonly pipeline?: Readonly<Record<string, unknown>>;
  /** Called while the files of the model load, with the bytes so far. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Receives events. Default: `console.warn`. */
  readonly onEvent?: (event: EmbedderEvent) => void;
  /** Aborts the loading. `embedder` then rejects with `ABORTED`. */
  readonly signal?: AbortSignal;
}

/** Options of `embed` and `embedQuery`. */
export interface EmbedOptions {
  /**
   * What the texts are: `'passage'` (default of `embed`) for documents, `'query'` for queries, as
   * `embedQuery`. A database with the option `embed` passes `kind`.
   */
  readonly kind?: 'query' | 'passage';
  /** Texts to embed at once: an integer from 1. Default: the embedder's `batchSize`. */
  readonly batchSize?: number;
  /**
   * Called after each batch. If `onProgress` returns a promise, the next batch waits for the
   * promise. If `onProgress` throws or the promise rejects, the call rejects with the same error.
   */
  readonly onProgress?: ((progress: EmbedProgress) => void) | ((progress: EmbedProgress) => PromiseLike<void>);
  /** Aborts the call, which then rejects with `ABORTED`. A running batch ends in the background. */
  readonly signal?: AbortSignal;
}

/** A loaded model. */
export interface Embedder {
  /** The name of the model. `EdgeVec.open({ embed })` keeps the name with the database. */
  readonly model: string;
  /** The length of each vector, for `EdgeVec.open({ dimensions })`. */
  readonly dimensions: number;
  /** Where the model computes, such as `'wasm'` or `'webgpu'`. */
  readonly device: string;
  /** The thread with the model. */
  readonly host: 'worker' | 'in-thread';

  /**
   * Embeds documents: texts to store in a database. An array is embedded in batches, the longest
   * texts first. Calls take turns batch by batch, so a query waits for a single batch at most.
   *
   * The model cuts off the end of a text that is longer than the model's limit, often 256 or 512
   * tokens. Cut long documents into passages first.
   *
   * @returns a vector, or a vector for each text, in order
   * @throws `INVALID_OPTIONS`, `MODEL_FAILED`, `ABORTED`, `CLOSED`, `WORKER_DIED`
   *
   * @example
   * const vectors = await model.embed(texts, { onProgress: ({ done }) => show(done) });
   * await db.insert(texts.map((text, i) => ({ vector: vectors[i], metadata: { title: text } })));
   */
  embed(text: string, options?: EmbedOptions): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Embeds many documents, in batches.
   *
   * @returns a vector for each text, in order
   * @throws as `embed` of a single text does
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array<ArrayBuffer>[]>;

  /**
   * Embeds a query: a text to search with. Differs from `embed` only by the prefix.
   *
   * @throws as `embed` does
   *
   * @example
   * const hits = await db.search(await model.embedQuery('how to brew tea'), 10);
   */
  embedQuery(text: string, options?: EmbedOptions): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Embeds many queries, in batches.
   *
   * @returns a vector for each text, in order
   * @throws as `embed` does
   */
  embedQuery(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array<ArrayBuffer>[]>;

  /**
   * Frees the memory of the model and ends the worker. Pending and later calls reject with
   * `CLOSED`. A second call does nothing.
   */
  dispose(): Promise<void>;
  /** Does the same as {@link dispose}, at the end of the block of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
