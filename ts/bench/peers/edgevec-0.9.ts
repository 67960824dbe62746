/**
 * npm edgevec 0.9.0, the package of this name before the present engine. Its cosine ranks the
 * farthest rows first, so the benchmark uses l2. On unit rows, l2 ranks like cosine. The first id
 * is 1. efSearch is fixed when an index is made. Rows are inserted one by one, since
 * insertBatchFlat is no faster.
 */
import init, { EdgeVec, EdgeVecConfig, getSimdBackend } from 'edgevec-npm/edgevec.js';
import wasmUrl from 'edgevec-npm/edgevec_bg.wasm?url';
import { type Rows, rowAt } from '../data/rows';
import type { OpenOptions, System } from '../systems/system';

/** A value of efSearch that is easy to find in memory. */
const EF_MARK = 7919;

export async function open(options: OpenOptions): Promise<System> {
  const { memory } = await init({ module_or_path: wasmUrl });
  const config = new EdgeVecConfig(options.dimensions);
  config.metric = 'l2';
  config.m = options.m;
  config.m0 = options.m * 2;
  config.ef_construction = options.efConstruction;
  config.ef_search = EF_MARK;
  const index = new EdgeVec(config);
  const efAddress = findEfSearch(memory, config.__wbg_ptr, [options.m, options.m * 2, options.efConstruction, EF_MARK]);
  let firstId = 0;
  return {
    variant: `f32, ${getSimdBackend()}`,
    build(rows: Rows, onProgress) {
      for (let i = 0; i < rows.count; i++) {
        const id = index.insert(rowAt(rows, i));
        if (i === 0) firstId = id;
        else if (id !== firstId + i) throw new Error(`edgevec 0.9 gave row ${i} the id ${id}.`);
        onProgress(i + 1);
      }
    },
    search(query, k, ef) {
      new Uint32Array(memory.buffer, efAddress, 1)[0] = ef;
      return index.search(query, k).map((hit) => hit.id - firstId);
    },
    memoryBytes: () => memory.buffer.byteLength,
    distances: () => null,
    close: () => index.free(),
  };
}

/**
 * Finds the address of efSearch in the index, since building an index for each ef would take an
 * hour. The settings are adjacent words in memory. The benchmark finds efSearch by the values of
 * the settings, and writes another efSearch. Searches are then the same as in an index made with
 * this efSearch.
 *
 * @param from the address of the settings object. The index was allocated later, at a higher
 * address. Stack and constants lie below
 */
function findEfSearch(memory: WebAssembly.Memory, from: number, settings: readonly number[]): number {
  const words = new Uint32Array(memory.buffer, from);
  const found: number[] = [];
  for (let i = 0; i + settings.length <= words.length; i++) {
    if (settings.every((value, j) => words[i + j] === value)) found.push(i + settings.length - 1);
  }
  if (found.length !== 1) throw new Error(`edgevec 0.9: its efSearch was found ${found.length} times in its memory.`);
  return from + (found[0] as number) * 4;
}
