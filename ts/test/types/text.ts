// Options and results of text search that must compile, and options that must not. tsc checks this
// file, and nothing runs the file.

import { EdgeVec, type TextFields, type TextHit } from '../../src/index.js';
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
  await SlimEdgeVec.open<Doc>({ dimensions: 2, text: ['title'], wasm: '/edgevec.wasm' });
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
