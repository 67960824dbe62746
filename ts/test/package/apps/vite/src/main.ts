// Code of a user of the package: typed, and checked against the declarations of the tarball.
import { EdgeVec, type EdgeVecEvent, type Hit } from 'edgevec';
import wasmUrl from 'edgevec/edgevec.wasm?url';
import textWasmUrl from 'edgevec/edgevec-text.wasm?url';
import { EdgeVec as SlimEdgeVec } from 'edgevec/slim';

interface Doc {
  title: string;
  year: number;
}

const events: string[] = [];
const onEvent = (event: EdgeVecEvent): void => {
  events.push(event.type);
};

async function main(): Promise<unknown> {
  const db = await EdgeVec.open<Doc>({ dimensions: 3, onEvent, text: ['title'] });
  await db.insert([
    { id: 'east', vector: [1, 0, 0], metadata: { title: 'East', year: 1999 } },
    { id: 'north', vector: [0, 1, 0], metadata: { title: 'North', year: 2009 } },
    { id: 'up', vector: Float32Array.of(0, 0, 1), metadata: { title: 'Up', year: 2019 } },
  ]);
  const hits: Hit<Doc>[] = await db.search([0.9, 0.1, 0], { k: 2 });
  const titles: string[] = hits.map((hit) => hit.metadata.title);
  const words = await db.search({ text: 'north', k: 2 });
  const { host } = await db.stats();
  await db.close();

  const slim = await SlimEdgeVec.open({
    dimensions: 2,
    metric: 'dot',
    wasm: wasmUrl,
    textWasm: textWasmUrl,
    text: ['title'],
  });
  await slim.insert({ id: 7, vector: [1, 2], metadata: { title: 'East' } });
  const slimHits = await slim.search([1, 1], 1);
  const slimWords = await slim.search({ text: 'east' });
  await slim.close();
  return {
    ids: hits.map((hit) => hit.id),
    titles,
    words: [words, slimWords].map((found) => found.map((hit) => hit.id)),
    host,
    events,
    slim: slimHits.map((hit) => [hit.id, hit.score]),
  };
}

main()
  .catch((error: unknown) => ({ error: String(error) }))
  .then((outcome) => fetch('/outcome', { method: 'POST', body: JSON.stringify(outcome) }));
