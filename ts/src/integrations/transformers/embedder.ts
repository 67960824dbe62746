// Loads a model in a worker or in this thread, and embeds texts in batches.

import { unlessAborted } from '../../base/on-abort.js';
import { EdgeVecError } from '../../index.js';
import { assertNotAborted } from './abort.js';
import { batchesOf } from './batches.js';
import { aborted, disposed, inThisThread, loadFailed, otherDevice, runFailed } from './errors.js';
import { inThread } from './in-thread.js';
import { canStartWorker, inWorker } from './in-worker.js';
import type { ModelFacts, ModelHost, ModelNews } from './library.js';
import { checkCall, type Resolved, resolve, textsOf } from './options.js';
import type { Embedder, EmbedderEvent, EmbedderOptions, EmbedOptions } from './types.js';

type Vector = Float32Array<ArrayBuffer>;

/**
 * Loads an embedding model of transformers.js. In browsers, the model runs in a worker of its own,
 * so the page stays responsive. Needs the package `@huggingface/transformers`, version 3 or newer.
 *
 * @param model the name of a model with ONNX files, such as `'Xenova/all-MiniLM-L6-v2'`
 * @throws `INVALID_OPTIONS`, `MODEL_LOAD_FAILED`, `WORKER_FAILED`, `ABORTED`
 *
 * @example
 * const model = await embedder('Xenova/all-MiniLM-L6-v2', { dtype: 'q8' });
 * const db = await EdgeVec.open({ name: 'notes', embed: model });
 * await db.insert({ text: 'Mending a tyre' });
 * const hits = await db.search('my bike is broken', 10);
 */
export async function embedder(model: string, options: EmbedderOptions = {}): Promise<Embedder> {
  const resolved = resolve(model, options);
  assertNotAborted(options.signal, 'loading of the model');
  const onEvent = options.onEvent ?? (({ error }) => console.warn(`edgevec/transformers: ${error.message}`));
  const { host, facts } = await load(resolved, onEvent);
  return new ModelEmbedder(resolved, host, facts);
}

interface Loaded {
  readonly host: ModelHost;
  readonly facts: ModelFacts;
}

/** Loads the model where the options say. */
async function load({ request, options }: Resolved, onEvent: (event: EmbedderEvent) => void): Promise<Loaded> {
  const { worker = 'auto', transformers, signal } = options;
  const report = (news: ModelNews): void => {
    if (news.type === 'device') {
      onEvent({ type: 'device-unavailable', error: otherDevice(news.device, news.reason) });
    } else if (!signal?.aborted) {
      const { file, loaded, total } = news;
      options.onProgress?.({ file, loaded, total });
    }
  };
  const loadIn = async (host: ModelHost): Promise<Loaded> => {
    try {
      return { host, facts: await unlessAborted(host.load(request), signal, aborted('loading of the model')) };
    } catch (cause) {
      void host.dispose().catch(() => {});
      throw cause instanceof EdgeVecError ? cause : loadFailed(request.model, cause);
    }
  };
  const here = (): Promise<Loaded> => loadIn(inThread(transformers, report));

  if (worker === false || transformers !== undefined) return here();
  if (worker === 'auto' && !canStartWorker()) return here();
  const onDeath = (error: Error): void => {
    if (error instanceof EdgeVecError) onEvent({ type: 'worker-died', error });
  };
  try {
    return await loadIn(inWorker(worker, report, onDeath));
  } catch (error) {
    if (worker !== 'auto' || !(error instanceof EdgeVecError) || error.code !== 'WORKER_FAILED') throw error;
    onEvent({ type: 'worker-unavailable', error: inThisThread(error) });
    return here();
  }
}

class ModelEmbedder implements Embedder {
  readonly model: string;
  readonly dimensions: number;
  readonly device: string;
  readonly host: 'worker' | 'in-thread';
  readonly #host: ModelHost;
  readonly #batchSize: number;
  readonly #prefixes: NonNullable<EmbedderOptions['prefixes']>;
  #disposed: Promise<void> | undefined;

  constructor({ request, options, batchSize }: Resolved, host: ModelHost, { dimensions, device }: ModelFacts) {
    this.model = request.model;
    this.dimensions = dimensions;
    this.device = device;
    this.host = host.host;
    this.#host = host;
    this.#batchSize = batchSize;
    this.#prefixes = options.prefixes ?? {};
  }

  embed(text: string, options?: EmbedOptions): Promise<Vector>;
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Vector[]>;
  embed(texts: string | readonly string[], options?: EmbedOptions): Promise<Vector | Vector[]> {
    return this.#embed(texts, 'passage', options);
  }

  embedQuery(text: string, options?: EmbedOptions): Promise<Vector>;
  embedQuery(texts: readonly string[], options?: EmbedOptions): Promise<Vector[]>;
  embedQuery(texts: string | readonly string[], options?: EmbedOptions): Promise<Vector | Vector[]> {
    return this.#embed(texts, 'query', options);
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#host.dispose();
    return this.#disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #embed(
    texts: string | readonly string[],
    ownKind: 'query' | 'passage',
    options: EmbedOptions = {},
  ): Promise<Vector | Vector[]> {
    checkCall(options);
    const { kind = ownKind, batchSize = this.#batchSize, onProgress, signal } = options;
    const prefix = this.#prefixes[kind === 'query' ? 'query' : 'document'] ?? '';
    const list = textsOf(texts).map((text) => prefix + text);
    const vectors: Vector[] = new Array(list.length);
    let done = 0;
    for (const batch of batchesOf(list, batchSize)) {
      assertNotAborted(signal, 'embedding');
      const flat = await unlessAborted(this.#run(batch.texts), signal, aborted('embedding'));
      for (const [i, place] of batch.places.entries()) {
        vectors[place] = flat.slice(i * this.dimensions, (i + 1) * this.dimensions);
      }
      done += batch.places.length;
      await onProgress?.({ done, total: list.length });
    }
    return typeof texts === 'string' ? (vectors[0] as Vector) : vectors;
  }

  /** @throws `MODEL_FAILED`, `CLOSED`, `WORKER_DIED` */
  async #run(texts: readonly string[]): Promise<Vector> {
    if (this.#disposed !== undefined) throw disposed();
    try {
      const flat = await this.#host.run(texts);
      if (this.#disposed !== undefined) throw disposed();
      return flat;
    } catch (error) {
      throw error instanceof EdgeVecError ? error : runFailed(this.model, error);
    }
  }
}
