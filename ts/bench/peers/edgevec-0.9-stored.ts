/**
 * The `save` and `load` of npm edgevec 0.9.0. Rows are inserted as in the benchmark of searches.
 */
import init, { EdgeVec, EdgeVecConfig } from 'edgevec-npm/edgevec.js';
import wasmUrl from 'edgevec-npm/edgevec_bg.wasm?url';
import { rowAt } from '../data/rows';
import type { GraphOptions } from '../job';
import type { StoredSystem } from '../storage/system';

const NAME = 'bench-0.9';

export async function create(options: GraphOptions & { readonly dimensions: number }): Promise<StoredSystem> {
  await init({ module_or_path: wasmUrl });
  const config = new EdgeVecConfig(options.dimensions);
  config.metric = 'l2';
  config.m = options.m;
  config.m0 = options.m * 2;
  config.ef_construction = options.efConstruction;
  return adapt(new EdgeVec(config));
}

export async function open(): Promise<StoredSystem> {
  await init({ module_or_path: wasmUrl });
  return adapt(await EdgeVec.load(NAME));
}

function adapt(index: EdgeVec): StoredSystem {
  let rows = 0;
  return {
    async insert(all) {
      for (let i = 0; i < all.count; i++) index.insert(rowAt(all, i));
      rows = all.count;
    },
    save: () => index.save(NAME),
    bytes: async () => null,
    // edgevec 0.9 counts ids from 1.
    search: async (query, k) => index.search(query, k).map(({ id }) => id - 1),
    count: async () => rows,
  };
}
