/**
 * npm @orama/orama: a full-text engine. Its vector search compares the query with every row, and
 * sorts the rows above a cut-off. The cut-off, `similarity`, is the only setting. A high cut-off
 * sorts little and misses rows. A cut-off of 0 or below finds all rows.
 */
import { create, insertMultiple, searchVector } from '@orama/orama';
import { type Rows, rowAt } from '../data/rows';
import type { OpenOptions, System } from '../systems/system';

/** Orama's own default. */
const BATCH = 1000;

export async function open({ dimensions }: OpenOptions): Promise<System> {
  const database = create({ schema: { embedding: `vector[${dimensions}]` } });
  return {
    variant: 'exact scan in JavaScript, ef stands for 100 × (1 − similarity)',
    async build(rows: Rows, onProgress) {
      for (let start = 0; start < rows.count; start += BATCH) {
        const end = Math.min(start + BATCH, rows.count);
        const documents = [];
        // A typed array fails Orama's check of the schema.
        for (let i = start; i < end; i++) documents.push({ id: String(i), embedding: Array.from(rowAt(rows, i)) });
        await insertMultiple(database, documents, BATCH);
        onProgress(end);
      }
    },
    async search(query, k, ef) {
      const vector = { value: query, property: 'embedding' };
      const { hits } = await searchVector(database, { vector, similarity: 1 - ef / 100, limit: k });
      return hits.map(({ id }) => Number(id));
    },
    memoryBytes: () => 0,
    distances: () => null,
    close() {},
  };
}
