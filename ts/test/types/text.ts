// Options and results of text search that must compile, and options that must not. tsc checks this
// file, and nothing runs the file.

import {
  EdgeVec,
  type FusedHit,
  type Hit,
  type HitWithVector,
  type TextFields,
  type TextHit,
  type Token,
  type Tokenize,
} from '../../src/index.js';
import { EdgeVec as SlimEdgeVec } from '../../src/slim.js';
import { same } from './same.js';

interface Doc {
  title: string;
  subtitle?: string | null;
  year: number;
  tags: string[];
  author: { name: string; born: number };
  anything: unknown;
}

declare const name: string;

export async function fields(): Promise<void> {
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['title', 'subtitle', 'author.name', 'anything'] });
  await EdgeVec.open<Doc>({ dimensions: 2, text: { title: 3, 'author.name': 1 }, bm25: { k1: 1 } });
  await EdgeVec.load<Doc>('notes', { text: ['title'] });
  await SlimEdgeVec.open<Doc>({
    dimensions: 2,
    text: ['title'],
    wasm: '/edgevec.wasm',
    textWasm: '/edgevec-text.wasm',
  });
  // Without a type of the metadata, every name is a field.
  const open = await EdgeVec.open({ dimensions: 2, text: [name, 'title'] });
  same<typeof open, EdgeVec<Record<string, unknown>>>(true);
  // @ts-expect-error an unknown field
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['titel'] });
  // @ts-expect-error a number has no words
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['year'] });
  // @ts-expect-error a list has no words
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['tags'] });
  // @ts-expect-error an unknown field with a weight
  await EdgeVec.open<Doc>({ dimensions: 2, text: { 'author.born': 1 } });
  // @ts-expect-error a weight is a number
  await EdgeVec.open<Doc>({ dimensions: 2, text: { title: '3' } });
  const fields: TextFields<Doc> = ['title'];
  const known: EdgeVec<Doc> = await EdgeVec.open({ dimensions: 2, text: fields });
  await known.search({ text: name });
}

declare const tokenize: Tokenize;

export async function words(): Promise<void> {
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['title'], language: 'en' });
  await EdgeVec.load<Doc>('notes', { text: ['title'], language: 'pt' });
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['title'], tokenize });
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['title'], tokenize: new URL('./tokens.js', import.meta.url) });
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['title'], tokenize: { name: 'parts-1', tokens: tokenize } });
  await EdgeVec.open({ dimensions: 2, text: ['title'], tokenize: (text) => text.split('/') });
  await EdgeVec.open({
    dimensions: 2,
    text: ['title'],
    tokenize: (text, { kind, standard }) => {
      same<typeof kind, 'passage' | 'query'>(true);
      const tokens: Token[] = standard(text);
      return tokens.filter(({ token, start, end }) => token !== 'the' && start < end);
    },
  });
  // @ts-expect-error an unknown language
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['title'], language: 'english' });
  // @ts-expect-error a tokenizer is not asynchronous
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['title'], tokenize: async (text) => text.split('/') });
  // @ts-expect-error a token without its place
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['title'], tokenize: (text) => [{ token: text }] });
  // @ts-expect-error a tokenizer without a function
  await EdgeVec.open<Doc>({ dimensions: 2, text: ['title'], tokenize: { name: 'parts-1' } });
}

export async function searches(db: EdgeVec<Doc>): Promise<void> {
  const hits = await db.search({ text: 'whale', k: 3, filter: { year: { $gt: 1900 } }, prefix: true });
  same<typeof hits, TextHit<Doc>[]>(true);
  const [start, end]: readonly [number, number] = hits[0]?.highlights?.['title']?.[0] ?? [0, 0];
  hits[0]?.metadata.title.slice(start, end);
  // @ts-expect-error a text search has no distance
  hits[0]?.distance;
  // @ts-expect-error an unknown field in the filter
  await db.search({ text: 'whale', filter: { yeer: 1 } });
  // @ts-expect-error the options are beside the words
  await db.search({ text: 'whale' }, 3);
}

declare const vector: Float32Array;

export async function hybrids(db: EdgeVec<Doc>): Promise<void> {
  const hits = await db.search({ text: 'whale', vector, k: 3, fusion: 'rrf', weights: { vector: 2 }, explain: true });
  same<typeof hits, FusedHit<Doc>[]>(true);
  same<(typeof hits)[number]['textRank'], number | undefined>(true);
  const several = await db.search({ vectors: [vector, [1, 2]], weights: { vector: [1, 0.5] }, filter: { year: 1990 } });
  same<typeof several, FusedHit<Doc>[]>(true);
  const near = await db.search({ vector, groupBy: 'author.name', perGroup: 2, diversity: 0.3, minScore: 0.5 });
  same<typeof near, Hit<Doc>[]>(true);
  const like = await db.search({ like: 'a', includeVectors: true });
  same<typeof like, HitWithVector<Doc>[]>(true);
  await db.search({ like: 'a', text: 'whale', prefix: true, recall: 0.9 });
  await db.search(vector, { groupBy: 'tags', candidates: 50 });
  const reranked = await db.search({
    text: 'whale',
    timeout: 100,
    rerank: async ({ text = '' }, found, { signal }) =>
      found.map(({ metadata }) => (signal.aborted ? 0 : metadata.title.indexOf(text))),
  });
  same<typeof reranked, TextHit<Doc>[]>(true);
  const many = await db.searchMany([
    { text: 'whale', vector },
    { text: 'ship', vector, k: 3 },
  ]);
  same<typeof many, FusedHit<Doc>[][]>(true);
  const words = await db.searchMany([{ text: 'whale' }]);
  same<typeof words, TextHit<Doc>[][]>(true);
  // @ts-expect-error a vector and a row
  await db.search({ vector, like: 'a' });
  // @ts-expect-error nothing to look for
  await db.search({ k: 3 });
  // @ts-expect-error a search by words has no distance to search by
  await db.search({ text: 'whale', recall: 0.9 });
  // @ts-expect-error a vector alone has nothing to fuse
  await db.search({ vector, fusion: 'rrf' });
  // @ts-expect-error an unknown way of fusion
  await db.search({ text: 'whale', vector, fusion: 'sum' });
  // @ts-expect-error an unknown list
  await db.search({ text: 'whale', vector, weights: { words: 1 } });
  // @ts-expect-error an unknown field
  await db.search({ vector, groupBy: 'sauce' });
  // @ts-expect-error scores are numbers
  await db.search({ text: 'whale', rerank: (_, found) => found.map(({ metadata }) => metadata.title) });
  // @ts-expect-error the options are beside the vector
  await db.search({ vector }, 3);
  // @ts-expect-error a fused hit has no distance
  hits[0]?.distance;
}
