// Models and records with texts that must compile, and code that must not. tsc checks this file,
// and nothing runs the file.

import { EdgeVec, type Hit, type Id, type TextModel } from '../../src/index.js';
import { embedder } from '../../src/integrations/transformers/index.js';
import { EdgeVec as Slim } from '../../src/slim.js';
import { same } from './same.js';

interface Doc {
  text: string;
  page: number;
}

declare const model: TextModel;
declare const vector: Float32Array;

export async function opening(): Promise<EdgeVec<Doc>> {
  await EdgeVec.open<Doc>({ embed: model });
  await Slim.open<Doc>({ embed: model, wasm: '/edgevec.wasm' });
  await EdgeVec.load<Doc>('notes', { embed: model, fields: { text: 'body' } });
  await EdgeVec.open<Doc>({ embed: { model: 'm', dimensions: 2, embed: () => [[1, 2]] } });
  await EdgeVec.open({ embed: { model: 'm', dimensions: 2, embed: async (texts) => texts.map(() => vector) } });
  await EdgeVec.open({ embed: { model: 'm', dimensions: 2, embed: () => ({ dims: [1, 2], data: vector }) } });
  // @ts-expect-error a model has a name
  await EdgeVec.open({ embed: { dimensions: 2, embed: () => [[1, 2]] } });
  // @ts-expect-error a model gives vectors
  await EdgeVec.open({ embed: { model: 'm', dimensions: 2, embed: () => 'vectors' } });
  return EdgeVec.open<Doc>({ embed: await embedder('Xenova/all-MiniLM-L6-v2') });
}

export async function texts(db: EdgeVec<Doc>): Promise<void> {
  same<Id, Awaited<ReturnType<typeof one>>>(true);
  const one = () => db.insert({ text: 'a', metadata: { page: 1 } });
  await db.insert([
    { text: 'a', metadata: { page: 1 } },
    { vector, metadata: { text: 'b', page: 2 } },
  ]);
  await db.upsert({ id: 1, text: 'a', metadata: { page: 1, text: 'a' } });
  await db.update({ id: 1, text: 'a' });
  await db.update([
    { id: 1, text: 'a', metadata: { page: 2 } },
    { id: 2, metadata: { page: 3 } },
  ]);
  await db.replace('a', [
    { text: 'a', metadata: { page: 1 } },
    { vector, metadata: { text: 'b', page: 2 } },
  ]);
  const hits = await db.search('a question', { k: 3, filter: { page: 3 }, signal: new AbortController().signal });
  same<typeof hits, Hit<Doc>[]>(true);
  await db.searchMany(['a', 'b', vector], 3);
  // @ts-expect-error a required field is missing
  await db.insert({ text: 'a' });
  // @ts-expect-error upsert needs an id
  await db.upsert({ text: 'a', metadata: { page: 1 } });
  // @ts-expect-error a text is a string
  await db.insert({ text: 3, metadata: { page: 1 } });
  // @ts-expect-error neither text nor vector
  await db.replace('a', [{ metadata: { page: 1 } }]);
}
