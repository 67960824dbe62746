/** EdgeVec, by the library of the last npm run build. */
import type { EdgeVec, HybridSearch } from '../../../src/index.js';
import { DIMENSIONS, type Passage } from './questions';
import { type Ask, CANDIDATES, heap, requireFrom, type Source, type Store, seconds } from './store';

export async function edgevec({ root, passages, vectors, language, isExact }: Source): Promise<Store> {
  const library: typeof import('../../../src/index.js') = requireFrom(root, './dist/cjs/index.js');
  const { EdgeVec: Class } = library;
  const before = heap();
  const graph = isExact ? { m: 2, efConstruction: 2 } : {};
  const words = { text: ['text'], ...(language && { language }) } as const;
  const db = await Class.open<Passage>({ dimensions: DIMENSIONS, ...words, worker: false, ...graph });
  const vectorOf = (row: number) => vectors.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
  const buildSeconds = await seconds(async () => {
    await db.insert(passages.map((metadata, id) => ({ id, vector: vectorOf(id), metadata })));
    await db.search({ text: 'whale' });
  });
  await db.compact();
  const { memory, memoryBytes } = await db.stats();
  return {
    name: 'EdgeVec',
    buildSeconds,
    wordBytes: memory.text,
    bytes: memoryBytes + heap() - before,
    searches: searches(db, isExact),
    close: () => db.close(),
  };
}

function searches(db: EdgeVec<Passage>, exact: boolean): [string, Ask][] {
  const hybrid =
    (how: Partial<HybridSearch<Passage>>): Ask =>
    async ({ text, vector }, k) => {
      const query = { text, vector, k, exact, ...how } as HybridSearch<Passage>;
      return (await db.search(query)).map(({ id }) => Number(id));
    };
  return [
    ['vector', async ({ vector }, k) => (await db.search(vector, { k, exact })).map(({ id }) => Number(id))],
    ['text', async ({ text }, k) => (await db.search({ text, k })).map(({ id }) => Number(id))],
    ["hybrid, 'relative' (default)", hybrid({})],
    ["hybrid, 'relative', vector 0.7, text 0.3", hybrid({ weights: { vector: 0.7, text: 0.3 } })],
    ["hybrid, 'relative', vector 0.3, text 0.7", hybrid({ weights: { vector: 0.3, text: 0.7 } })],
    ["hybrid, 'rrf'", hybrid({ fusion: 'rrf' })],
    ['two plain lists, rrf 60', plainFusion(db, exact)],
  ];
}

/** Reciprocal rank fusion of two searches, as applications do without a hybrid search. */
function plainFusion(db: EdgeVec<Passage>, exact: boolean): Ask {
  return async ({ text, vector }, k) => {
    const scores = new Map<number, number>();
    for (const hits of [await db.search(vector, { k: CANDIDATES, exact }), await db.search({ text, k: CANDIDATES })]) {
      for (const [place, { id }] of hits.entries()) {
        scores.set(Number(id), (scores.get(Number(id)) ?? 0) + 1 / (60 + place + 1));
      }
    }
    return [...scores]
      .sort((a, b) => b[1] - a[1])
      .slice(0, k)
      .map(([id]) => id);
  };
}
