// Public exports of `edgevec/transformers`.

export { embedder } from './embedder.js';
export type { TransformersLibrary } from './library.js';
export type {
  Embedder,
  EmbedderEvent,
  EmbedderOptions,
  EmbedderWorker,
  EmbedOptions,
  EmbedProgress,
  LoadProgress,
} from './types.js';
