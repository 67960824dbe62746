/**
 * npm hnswlib-wasm. On unit rows, inner product ranks like cosine, and saves a normalisation. The
 * library can keep its index in IndexedDB, but the benchmark does not use this. Rows are inserted
 * one by one, since addPoints, for many rows, is no faster (5.2 s for 4,000 rows either way).
 */
import { loadHnswlib } from 'hnswlib-wasm';
import { type Rows, rowAt } from '../data/rows';
import type { OpenOptions, System } from '../systems/system';

export async function open(options: OpenOptions): Promise<System> {
  const library = await loadHnswlib();
  const index = new library.HierarchicalNSW('ip', options.dimensions, '');
  index.initIndex(options.capacity, options.m, options.efConstruction, options.seed);
  let efSearch = 0;
  return {
    variant: 'f32, no SIMD',
    build(rows: Rows, onProgress) {
      for (let i = 0; i < rows.count; i++) {
        index.addPoint(rowAt(rows, i), i, false);
        onProgress(i + 1);
      }
    },
    search(query, k, ef) {
      if (ef !== efSearch) index.setEfSearch(ef);
      efSearch = ef;
      return index.searchKnn(query, k, undefined).neighbors;
    },
    memoryBytes: () => library.HEAPU8.buffer.byteLength,
    distances: () => null,
    close: () => index.delete(),
  };
}
