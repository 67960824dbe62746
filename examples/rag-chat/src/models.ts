// The models to choose from. The small model is part of the app. The other model is loaded by
// transformers.js, in a worker.

import type { TextModel } from 'edgevec';
import { embedder } from 'edgevec/transformers';
import { dimensions, embed, load } from 'edgevec-static-model';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';

export interface Model extends TextModel {
  embed(texts: readonly string[], request: { kind: 'query' | 'passage' }): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  /** @param onProgress takes the share of the model that is loaded, from 0 to 1 */
  load(onProgress: (share: number) => void): Promise<Model>;
}

const small: Choice = {
  id: 'static',
  label: 'Small, contained in this app',
  load: async () => {
    await load();
    return { model: 'static-en-256', dimensions, embed, dispose: async () => {} };
  },
};

const at = (path: string): string => new URL(path, location.href).href;

const NAME = 'Xenova/all-MiniLM-L6-v2';

/** Whether the app's server has a copy of the model, in `public/models/`. */
const isServed = async (): Promise<boolean> => (await fetch(`/models/${NAME}/config.json`, { method: 'HEAD' })).ok;

const miniLm: Choice = {
  id: 'minilm',
  label: 'all-MiniLM-L6-v2 (23 MB)',
  load: async (onProgress) => {
    const isLocal = await isServed();
    return embedder(NAME, {
      dtype: 'q8',
      env: {
        allowLocalModels: isLocal,
        allowRemoteModels: !isLocal,
        localModelPath: '/models/',
        // The runtime is part of the build. By default, the runtime would come from a CDN.
        backends: { onnx: { wasm: { wasmPaths: { mjs: at(mjs), wasm: at(wasm) } } } },
      },
      onProgress: ({ loaded, total }) => onProgress(loaded / total),
    });
  },
};

export const CHOICES: readonly Choice[] = [small, miniLm];
