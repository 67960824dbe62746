// Tells a stage in a page.

import { EdgeVec } from 'edgevec';
import { embedder } from 'edgevec/transformers';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { dimensions, embed } from '../../../../examples/static-model/src/index.js';
import { tell } from './story.mjs';

/** @param {string} path */
const at = (path) => new URL(path, location.href).href;

/** @param {string} name @returns {Promise<import('../../../src/index.js').TextModel>} */
async function load(name) {
  if (name === 'static-en-256') return { model: name, dimensions, embed };
  return embedder(name, {
    dtype: 'q8',
    worker: true,
    env: {
      allowLocalModels: true,
      allowRemoteModels: false,
      localModelPath: '/models/',
      backends: { onnx: { wasm: { wasmPaths: { mjs: at(mjs), wasm: at(wasm) } } } },
    },
  });
}

Object.assign(globalThis, {
  /** @param {import('./story.mjs').Stage} stage */
  tell: (stage) => tell(EdgeVec, load, {}, stage),
});
