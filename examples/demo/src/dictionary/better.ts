/** The better model: all-MiniLM by transformers.js. The page loads this file on demand. */
import { host } from 'virtual:better';
import { type Embedder, embedder } from 'edgevec/transformers';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { loadSenses } from './files';
import { linesOf } from './lines';
import type { Model, Row } from './model';
import { briefTextOf, readLine, toStored } from './sense';

const NAME = 'Xenova/all-MiniLM-L6-v2';
const DTYPE = 'q8';

/** The file that is nearly all of the model. */
const LARGE = 'onnx/model_quantized.onnx';

/** transformers.js keeps the files of models in the browser's cache of this name. */
const CACHE = 'transformers-cache';

/**
 * Rows of a batch. Small batches save much of the work if the page is closed. In large batches,
 * more texts of the same length go to the model together.
 */
const BATCH = 256;

const at = (path: string): string => new URL(path, document.baseURI).href;

/** Whether an earlier visit has kept the model. The page then loads no file from elsewhere. */
export async function isKept(): Promise<boolean> {
  if (!('caches' in globalThis)) return false;
  return (await caches.match(at(`${host}${NAME}/resolve/main/${LARGE}`), { cacheName: CACHE })) !== undefined;
}

/** @param onProgress takes the bytes loaded, and the bytes known so far */
export async function loadBetter(onProgress: (loaded: number) => void, signal: AbortSignal): Promise<Model> {
  const model = await embedder(NAME, {
    dtype: DTYPE,
    signal,
    env: {
      allowLocalModels: false,
      remoteHost: at(host),
      // The runtime is part of the page. By default, the runtime would come from a CDN.
      backends: { onnx: { wasm: { wasmPaths: { mjs: at(mjs), wasm: at(wasm) } } } },
    },
    onProgress: ({ loaded }) => onProgress(loaded),
  });
  return {
    name: 'better',
    dimensions: model.dimensions,
    embedQuery: (text) => model.embedQuery(text),
    rows: (from, to) => makeRows(model, from, to),
    dispose: () => model.dispose(),
  };
}

async function* makeRows(model: Embedder, from: number, to: number): AsyncGenerator<Row[]> {
  for (const { first, senses, bytes } of loadSenses(from, to)) {
    const lines = await linesOf(await bytes);
    const end = Math.min(to - first, senses);
    for (let start = Math.max(from - first, 0); start < end; start += BATCH) {
      const batch = lines.slice(start, Math.min(start + BATCH, end)).map(readLine);
      const vectors = await model.embed(batch.map(briefTextOf));
      yield batch.map((sense, i) => ({
        id: first + start + i,
        vector: vectors[i] as Float32Array,
        metadata: toStored(sense),
      }));
    }
  }
}
