/**
 * Stands in for `@huggingface/transformers` in tests (an alias of Vite, see projects.ts). The name
 * of the model and the texts choose the behaviour.
 */
import type { PipelineOutput } from '../../src/integrations/transformers/library.js';

export const DIMENSIONS = 4;

export const env: Record<string, unknown> = { allowRemoteModels: true, backends: { onnx: { wasm: {}, kept: true } } };

/** The vector of a text tells the text's length and how the library was called. */
export function vectorOf(text: string, { pooling = 'mean', normalize = true, device = '' } = {}): number[] {
  return [text.length + 1, text.charCodeAt(0) || 0, (pooling === 'cls' ? 10 : 0) + (normalize ? 1 : 0), device.length];
}

interface Options {
  readonly device: string;
  readonly dtype?: string;
  readonly progress_callback: (event: object) => void;
}

/** The options of `pipeline` in the last call, for tests in the same thread. */
export const last: { options?: Options; disposed: number; batches: string[][] } = { disposed: 0, batches: [] };

const FAILURES: Readonly<Record<string, string>> = {
  'test/missing': 'Could not locate file: "https://example.com/test/missing/resolve/main/config.json".',
  'test/offline': 'Failed to fetch',
  'test/page': 'Unexpected token \'<\', "<!doctype "... is not valid JSON',
};

export async function pipeline(task: string, model: string, options: Options) {
  if (task !== 'feature-extraction') throw new Error(`no task ${task}`);
  const failure = FAILURES[model];
  if (failure !== undefined) throw new Error(failure);
  if (model === 'test/without-webgpu' && options.device === 'webgpu') throw new Error('no shader');
  last.options = options;
  options.progress_callback({ status: 'initiate', file: 'config.json' });
  options.progress_callback({ status: 'progress', file: 'config.json', loaded: 10, total: 10 });
  options.progress_callback({ status: 'progress', file: 'onnx/model.onnx', loaded: 50, total: 100 });
  options.progress_callback({ status: 'progress', file: 'onnx/model.onnx', loaded: 100, total: 100 });
  const run = async (texts: string[], how: { pooling: string; normalize: boolean }): Promise<PipelineOutput> => {
    last.batches.push(texts);
    if (texts.includes('fails')) throw new Error('an operator failed');
    if (texts.includes('env')) return { dims: [1, DIMENSIONS], data: [Number(env['allowRemoteModels']), 0, 0, 1] };
    if (how.pooling === 'none') return { dims: [texts.length, 7, DIMENSIONS], data: new Float32Array(7 * DIMENSIONS) };
    const { device } = options;
    return {
      dims: [texts.length, DIMENSIONS],
      data: Float32Array.from(texts.flatMap((text) => vectorOf(text, { ...how, device }))),
    };
  };
  return Object.assign(run, { dispose: async () => void last.disposed++ });
}
