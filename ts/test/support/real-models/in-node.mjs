// Tells a stage in a process of Node, and ends. The arguments: the stage as JSON, the folder of
// databases, and the folder of models.

import { createRequire, Module } from 'node:module';
import { pathToFileURL } from 'node:url';
import { EdgeVec } from 'edgevec';
import { embedder } from 'edgevec/transformers';
import { dimensions, embed } from '../../../../examples/static-model/src/index.js';
import { tell } from './story.mjs';

const [stage = '', directory = '', models = ''] = process.argv.slice(2);

/** @param {string} name @returns {Promise<import('../../../src/index.js').TextModel>} */
async function load(name) {
  if (name === 'static-en-256') return { model: name, dimensions, embed };
  const require = createRequire(import.meta.url);
  const runtime = require.resolve('onnxruntime-web');
  // The repository does not install the native runtime of models (over 200 MB). The runtime for
  // pages also runs in Node, and takes the place of the native runtime.
  const native = new Module(require.resolve('onnxruntime-node'));
  native.exports = require(runtime);
  native.loaded = true;
  require.cache[native.id] = native;
  return embedder(name, {
    dtype: 'q8',
    // Only `require` accepts the empty stand-in for sharp, which reads images.
    transformers: require('@huggingface/transformers'),
    env: {
      allowRemoteModels: false,
      localModelPath: models,
      backends: { onnx: { wasm: { numThreads: 1, wasmPaths: String(new URL('.', pathToFileURL(runtime))) } } },
    },
  });
}

const told = await tell(EdgeVec, load, { directory }, JSON.parse(stage));
process.send?.(told, () => process.exit());
