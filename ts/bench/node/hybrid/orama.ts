/** Orama: text by BM25, vectors by a scan, and both with each score divided by the best score. */
import type { FullSearch, Orama } from '@orama/orama';
import { DIMENSIONS } from './questions';
import { type Ask, heap, requirePeer, type Source, type Store, seconds } from './store';

/** Orama's own default. */
const BATCH = 1000;
/**
 * Rows with a lower cosine are left out of the list by vectors. Orama's default of 0.8 leaves out
 * nearly all rows of this model.
 */
const SIMILARITY = 0.2;

export async function orama({ root, passages, vectors }: Source): Promise<Store> {
  const library: typeof import('@orama/orama') = requirePeer(root, '@orama/orama');
  const before = heap();
  const database: Orama = library.create({ schema: { text: 'string', embedding: `vector[${DIMENSIONS}]` } });
  const buildSeconds = await seconds(async () => {
    for (let start = 0; start < passages.length; start += BATCH) {
      const documents = passages.slice(start, start + BATCH).map(({ text }, i) => {
        const at = (start + i) * DIMENSIONS;
        // A typed array fails Orama's check of the schema.
        return { id: String(start + i), text, embedding: Array.from(vectors.subarray(at, at + DIMENSIONS)) };
      });
      await library.insertMultiple(database, documents, BATCH);
    }
    await library.search(database, { mode: 'fulltext', term: 'whale', limit: 10 });
  });
  const ask =
    (mode: FullSearch['mode']): Ask =>
    async ({ text, vector }, limit) => {
      const query = { value: vector, property: 'embedding' };
      const asked = { mode, term: text, vector: query, similarity: SIMILARITY, properties: ['text'], limit };
      const { hits } = await library.search(database, asked);
      return hits.map(({ id }) => Number(id));
    };
  return {
    name: 'Orama',
    buildSeconds,
    wordBytes: null,
    bytes: heap() - before,
    searches: [
      [`vector, similarity ${SIMILARITY}`, ask('vector')],
      ['text', ask('fulltext')],
      [`hybrid, similarity ${SIMILARITY}`, ask('hybrid')],
    ],
    async close() {},
  };
}
