// A page without a bundler. `?worker=` sets the option `worker`.
import { EdgeVec } from 'edgevec';
import { EdgeVec as SlimEdgeVec } from 'edgevec/slim';

const events = [];
const onEvent = (event) => events.push(event.type);
const worker = new URLSearchParams(location.search).get('worker') ?? 'auto';

async function main() {
  const db = await EdgeVec.open({ dimensions: 3, worker, onEvent, text: ['title'] });
  await db.insert([
    { id: 'east', vector: [1, 0, 0], metadata: { title: 'East' } },
    { id: 'north', vector: [0, 1, 0], metadata: { title: 'North' } },
    { id: 'up', vector: [0, 0, 1], metadata: { title: 'Up' } },
  ]);
  const hits = await db.search([0.9, 0.1, 0], { k: 2 });
  const words = await db.search({ text: 'north', k: 2 });
  const { host } = await db.stats();
  await db.close();

  const wasm = fetch('/node_modules/edgevec/dist/edgevec.wasm');
  const textWasm = fetch('/node_modules/edgevec/dist/edgevec-text.wasm');
  const slim = await SlimEdgeVec.open({ dimensions: 2, metric: 'dot', wasm, textWasm, text: ['title'], worker: false });
  await slim.insert({ id: 7, vector: [1, 2], metadata: { title: 'East' } });
  const slimHits = await slim.search([1, 1], 1);
  const slimWords = await slim.search({ text: 'east' });
  await slim.close();
  return {
    ids: hits.map((hit) => hit.id),
    titles: hits.map((hit) => hit.metadata.title),
    words: [words, slimWords].map((hits) => hits.map((hit) => hit.id)),
    host,
    events,
    slim: slimHits.map((hit) => [hit.id, hit.score]),
  };
}

main()
  .catch((error) => ({ error: String(error) }))
  .then((outcome) => fetch('/outcome', { method: 'POST', body: JSON.stringify(outcome) }));
