// The quick start of the articles about EdgeVec, with another path of the import.

import init, { EdgeVec, EdgeVecConfig } from '../../src/sync.js';

/** @param where the folder of databases in files, which the articles do not have */
export async function quickStart(name: string, where: { directory?: string }) {
  const vector = new Float32Array(128).fill(0.1);
  await init();
  const config = new EdgeVecConfig(128);
  config.metric = 'cosine';
  const index = new EdgeVec(config);
  const id = index.insert(vector);
  const results = index.search(vector, 10);
  await index.save(name, where);
  const loaded = await EdgeVec.load(name, where);
  const again = loaded.search(vector, 10).map((hit) => hit.id);
  return { id, results: results.map((hit) => ({ ...hit, score: Math.round(hit.score * 1e5) / 1e5 })), again };
}
