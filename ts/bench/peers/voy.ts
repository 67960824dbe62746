/**
 * npm voy-search: a k-d tree, always exact, always of 768 columns (fewer are filled up with zeros), by Euclidean distance, which on
 * unit rows ranks as cosine does. Its entry imports the wasm as a module, which takes a plugin of the bundler; here the two files are
 * joined by hand, as that plugin does.
 */
import * as glue from 'voy-search/voy_search_bg.js';
import wasmUrl from 'voy-search/voy_search_bg.wasm?url';
import { type Rows, rowAt } from '../data/rows';
import type { OpenOptions, System } from '../systems/system';

/** Rows given at once: one call for all of them holds each as an array of numbers first, and is no faster. */
const BATCH = 500;

export async function open(_: OpenOptions): Promise<System> {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(wasmUrl), { './voy_search_bg.js': { ...glue } });
  glue.__wbg_set_wasm(instance.exports);
  const memory = instance.exports['memory'] as WebAssembly.Memory;
  const index = new glue.Voy();
  return {
    variant: 'exact k-d tree of 768 columns, no SIMD',
    build(rows: Rows, onProgress) {
      for (let start = 0; start < rows.count; start += BATCH) {
        const end = Math.min(start + BATCH, rows.count);
        const embeddings = [];
        for (let i = start; i < end; i++) {
          embeddings.push({ id: String(i), title: '', url: '', embeddings: Array.from(rowAt(rows, i)) });
        }
        index.add({ embeddings });
        onProgress(end);
      }
    },
    search: (query, k) => index.search(query, k).neighbors.map(({ id }) => Number(id)),
    memoryBytes: () => memory.buffer.byteLength,
    distances: () => null,
    close: () => index.free(),
  };
}
