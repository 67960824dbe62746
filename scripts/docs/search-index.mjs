/**
 * Writes the index of the site's search: a database of EdgeVec with a row for each passage, in
 * docs/.vitepress/made/search.edgevec. The library must be built.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dimensions, embed } from '../../examples/static-model/src/index.js';
import { main, root } from '../run.mjs';
import { docs, reference, written } from './pages.mjs';
import { passagesOf } from './passages.mjs';

await main(async () => {
  /** @type {typeof import('../../ts/src/index.js')} */
  const { EdgeVec } = await import(join(root, 'dist/index.js'));
  const passages = [...written, ...reference].flatMap(passagesOf);
  const vectors = await embed(passages.map(({ title, heading, text }) => `${title}. ${heading}. ${text}`));
  const db = await EdgeVec.open({ dimensions, precision: 'int8' });
  await db.insert(passages.map((metadata, i) => ({ vector: /** @type {Float32Array} */ (vectors[i]), metadata })));
  const bytes = await new Response(db.export()).arrayBuffer();
  await db.close();
  const folder = join(docs, '.vitepress/made');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'search.edgevec'), new Uint8Array(bytes));
  console.log(`${passages.length} passages, ${Math.round(bytes.byteLength / 1000)} KB`);
});
