/**
 * npm voy-search: a k-d tree, always exact. Rows always have 768 columns, and shorter rows are
 * padded with zeros. The distance is Euclidean, and ranks unit rows like cosine. voy's entry
 * imports the wasm as a module, and needs a plugin of the bundler. Here the adapter joins the two
 * files by hand, as the plugin would.
 */
import * as glue from 'voy-search/voy_search_bg.js';
import wasmUrl from 'voy-search/voy_search_bg.wasm?url';
import { type Rows, rowAt } from '../data/rows';
import type { OpenOptions, System } from '../systems/system';

/**
 * Rows in a call. A single call for all rows would hold each row as an array of numbers, and is no
 * faster.
 */
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
