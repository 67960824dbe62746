// Loads a pipeline, and runs texts through the pipeline. The worker and the caller's thread use the
// same code. Nothing here imports EdgeVec, because a worker with a model needs no database.

import type { FeaturePipeline, ModelFacts, ModelNews, ModelRequest, TransformersLibrary } from './library.js';

/** A loaded model. */
export interface Runner extends ModelFacts {
  /** @returns the vectors of all texts, one after the other */
  run(texts: readonly string[]): Promise<Float32Array<ArrayBuffer>>;
  dispose(): Promise<void>;
}

/** Node, Bun or Deno: the library runs models natively there. */
const isNative = (): boolean =>
  (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Copies settings into the library's `env`. Objects inside of `env` keep all other settings. */
function merge(into: object, settings: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(settings)) {
    const present: unknown = Reflect.get(into, key);
    if (isPlain(value) && typeof present === 'object' && present !== null) merge(present, value);
    else Reflect.set(into, key, value);
  }
}

/** Whether this thread can use WebGPU. A browser may have the API, and no adapter. */
async function hasWebGpu(): Promise<boolean> {
  const { navigator } = globalThis as { navigator?: { gpu?: { requestAdapter(): Promise<unknown> } } };
  return Boolean(await navigator?.gpu?.requestAdapter().catch(() => null));
}

/** Adds up the bytes of all files of a model. */
function counter(report: (news: ModelNews) => void): (event: unknown) => void {
  const files = new Map<string, { loaded: number; total: number }>();
  return (event) => {
    const { status, file, loaded, total } = event as { status: string; file: string; loaded: number; total: number };
    if (status !== 'progress') return;
    files.set(file, { loaded, total });
    const sum = { loaded: 0, total: 0 };
    for (const each of files.values()) {
      sum.loaded += each.loaded;
      sum.total += Math.max(each.total, each.loaded);
    }
    report({ type: 'progress', file, ...sum });
  };
}

/** Loads the model on a single device, and embeds a text: some devices fail only then. */
async function start(
  library: TransformersLibrary,
  request: ModelRequest,
  device: string,
  report: (news: ModelNews) => void,
): Promise<Runner> {
  const { model, dtype, pooling, normalize } = request;
  const pipe: FeaturePipeline = await library.pipeline('feature-extraction', model, {
    ...request.pipeline,
    device,
    ...(dtype !== undefined && { dtype }),
    progress_callback: counter(report),
  });
  const embed = async (
    texts: readonly string[],
  ): Promise<{ vectors: Float32Array<ArrayBuffer>; dimensions: number }> => {
    const { dims, data } = await pipe([...texts], { pooling, normalize });
    const [count, dimensions] = dims;
    if (dims.length !== 2 || count !== texts.length || dimensions === undefined) {
      throw new Error(
        `The model gave a tensor of [${dims.join(', ')}] for ${texts.length} texts, in place of a vector for each text`,
      );
    }
    return { vectors: Float32Array.from(data as ArrayLike<number>), dimensions };
  };
  try {
    const { dimensions } = await embed(['.']);
    return {
      dimensions,
      device,
      run: async (texts) => (await embed(texts)).vectors,
      dispose: async () => void (await pipe.dispose?.()),
    };
  } catch (error) {
    await pipe.dispose?.();
    throw error;
  }
}

/**
 * Loads a model. If the request asks for WebGPU, and WebGPU is missing or fails, the model runs on
 * the platform's own device, and `report` says why.
 *
 * @throws the library's error
 */
export async function loadRunner(
  library: TransformersLibrary,
  request: ModelRequest,
  report: (news: ModelNews) => void,
): Promise<Runner> {
  merge(library.env, request.env);
  const own = isNative() ? 'cpu' : 'wasm';
  const { device = own } = request;
  if (device !== 'auto' && device !== 'webgpu') return start(library, request, device, report);
  let reason: string | undefined;
  if (isNative() || (await hasWebGpu())) {
    try {
      return await start(library, request, 'webgpu', report);
    } catch (error) {
      reason = reasonOf(error);
    }
  }
  // If the model itself is the cause, this second try fails too, and the call gets its error.
  const runner = await start(library, request, own, report);
  if (device === 'webgpu' || reason !== undefined) {
    report({ type: 'device', device: own, reason: reason ?? 'there is no WebGPU adapter here' });
  }
  return runner;
}
