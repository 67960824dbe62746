// Options and results of sparse vectors that must compile, and options that must not. tsc checks
// this file, and nothing runs the file.

import { EdgeVec, type FusedHit, type SparseInput, type SparseVector, type TextHit } from '../../src/index.js';
import { same } from './same.js';

interface Doc {
  title: string;
  sparse?: SparseVector;
}

declare const sparse: SparseInput;

export async function records(db: EdgeVec<Doc>): Promise<void> {
  await EdgeVec.open<Doc>({ dimensions: 2, sparse: true, fields: { sparse: 'splade' } });
  await EdgeVec.load<Doc>('notes', { sparse: true });
  await db.insert({ vector: [1, 2], metadata: { title: 'a' }, sparse });
  await db.upsert([{ id: 1, vector: [1, 2], metadata: { title: 'a' }, sparse: { indices: [1], values: [0.5] } }]);
  await db.update({ id: 1, sparse: { indices: Uint32Array.of(1), values: Float32Array.of(0.5) } });
  await db.insert({ text: 'a', metadata: { title: 'a' }, sparse });
  await db.replace('notes', [{ vector: [1, 2], metadata: { title: 'a' }, sparse }]);
  const stored = (await db.get(1))?.metadata.sparse;
  same<typeof stored, SparseVector | undefined>(true);
  // A stored sparse vector can be written again.
  if (stored !== undefined) await db.update({ id: 2, sparse: stored });
  // @ts-expect-error values are missing
  await db.insert({ vector: [1, 2], metadata: { title: 'a' }, sparse: { indices: [1] } });
  // @ts-expect-error the option is true or false
  await EdgeVec.open<Doc>({ dimensions: 2, sparse: ['title'] });
}

export async function searches(db: EdgeVec<Doc>): Promise<void> {
  const hits = await db.search({ sparse, k: 3, filter: { title: 'a' }, diversity: 0.5 });
  same<typeof hits, TextHit<Doc>[]>(true);
  const fused = await db.search({ sparse, text: 'whale', weights: { text: 1, sparse: 2 }, explain: true });
  same<typeof fused, FusedHit<Doc>[]>(true);
  const three = await db.search({ sparse, text: 'whale', like: 1, prefix: true, recall: 0.9 });
  same<typeof three, FusedHit<Doc>[]>(true);
  const several = await db.searchMany([{ sparse }, { sparse, k: 1 }]);
  same<typeof several, TextHit<Doc>[][]>(true);
  db.live({ sparse }, (found) => same<typeof found, TextHit<Doc>[]>(true));
  fused[0]?.sparseRank?.toFixed();
  fused[0]?.sparseScore?.toFixed();
  // @ts-expect-error a search by a sparse vector has no distance
  hits[0]?.distance;
  // @ts-expect-error a search by a sparse vector alone has no words
  await db.search({ sparse, prefix: true });
  // @ts-expect-error a search by a sparse vector alone fuses nothing
  await db.search({ sparse, fusion: 'rrf' });
  // @ts-expect-error the options come beside the sparse vector
  await db.search({ sparse }, 3);
}
