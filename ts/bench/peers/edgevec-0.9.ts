/**
 * npm edgevec 0.9.0, the package of this name before the engine here. Its cosine ranks the farthest first, so it runs with l2,
 * which on unit rows ranks as cosine does. Its ids count from 1, and efSearch is fixed when an index is made. Rows go in one by one:
 * its insertBatchFlat is no faster.
 */
import init, { EdgeVec, EdgeVecConfig, getSimdBackend } from 'edgevec-npm/edgevec.js';
import wasmUrl from 'edgevec-npm/edgevec_bg.wasm?url';
import { type Rows, rowAt } from '../data/rows';
import type { OpenOptions, System } from '../systems/system';

/** A value of efSearch that is easy to find again. */
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
 * Building an index for each ef would take an hour. The settings are plain words of the index, one after the other, so the benchmark
 * finds efSearch by the values it gave and writes it from outside: the searches are those of an index made with that ef.
 *
 * @param from the settings object: the index was allocated after it, and what is below is stack and constants
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
