// The parts of `@huggingface/transformers` that this entry calls, as structural types: the package
// is an optional peer, and its types must not be needed by apps without it.

/** The output of a pipeline: a tensor. */
export interface PipelineOutput {
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** A loaded pipeline for the features of texts. */
export interface FeaturePipeline {
  // biome-ignore lint/suspicious/noExplicitAny: each version of the library has further options
  (texts: string[], options: any): Promise<PipelineOutput>;
  dispose?(): Promise<unknown>;
}

/** The module `@huggingface/transformers`, version 3 or newer, or a module of the same shape. */
export interface TransformersLibrary {
  /** Loads a model for a task. */
  // biome-ignore lint/suspicious/noExplicitAny: the library's own type is a union of all tasks
  readonly pipeline: (task: any, model?: any, options?: any) => Promise<any>;
  /** The settings of the library. */
  readonly env: object;
}

/** The part of a load that the thread of the model needs. Everything can be sent to a worker. */
export interface ModelRequest {
  readonly model: string;
  /** Undefined: the platform's own. */
  readonly device: string | undefined;
  readonly dtype: string | undefined;
  readonly pooling: string;
  readonly normalize: boolean;
  /** Merged into the library's `env`. */
  readonly env: Readonly<Record<string, unknown>>;
  /** Further options of the library's function `pipeline`. */
  readonly pipeline: Readonly<Record<string, unknown>>;
}

/** The facts about a loaded model. */
export interface ModelFacts {
  readonly dimensions: number;
  readonly device: string;
}

/** News from the thread of the model, before the model is loaded. */
export type ModelNews =
  | { readonly type: 'progress'; readonly file: string; readonly loaded: number; readonly total: number }
  /** The wished device failed, and the model runs on another device. */
  | { readonly type: 'device'; readonly device: string; readonly reason: string };

/** A thread with a model. */
export interface ModelHost {
  readonly host: 'worker' | 'in-thread';
  /** @throws an error of the platform or of the library */
  load(request: ModelRequest): Promise<ModelFacts>;
  /** @returns the vectors of all texts, one after the other */
  run(texts: readonly string[]): Promise<Float32Array<ArrayBuffer>>;
  dispose(): Promise<void>;
}
