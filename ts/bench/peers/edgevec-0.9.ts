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
  const { index, memory, insert, rowOf, setEf } = await openIndex(options);
  return {
    variant: variant(),
    build(rows: Rows, onProgress) {
      for (let i = 0; i < rows.count; i++) {
        insert(rowAt(rows, i));
        onProgress(i + 1);
      }
    },
    search(query, k, ef) {
      setEf(ef);
      return index.search(query, k).map((hit) => rowOf(hit.id));
    },
    memoryBytes: () => memory.buffer.byteLength,
    distances: () => null,
    close: () => index.free(),
  };
}

export const variant = (): string => `f32, ${getSimdBackend()}`;

export interface OpenIndex {
  readonly index: EdgeVec;
  readonly memory: WebAssembly.Memory;
  /** Stores the next row, and returns the id. */
  insert(vector: Float32Array): number;
  /** The row number of an id. */
  rowOf(id: number): number;
  setEf(ef: number): void;
}

export async function openIndex(options: Pick<OpenOptions, 'dimensions' | 'm' | 'efConstruction'>): Promise<OpenIndex> {
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
  let inserted = 0;
  return {
    index,
    memory,
    insert(vector) {
      const id = index.insert(vector);
      if (inserted === 0) firstId = id;
      else if (id !== firstId + inserted) throw new Error(`edgevec 0.9 gave row ${inserted} the id ${id}.`);
      inserted++;
      return id;
    },
    rowOf: (id) => id - firstId,
    setEf(ef) {
      new Uint32Array(memory.buffer, efAddress, 1)[0] = ef;
    },
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
