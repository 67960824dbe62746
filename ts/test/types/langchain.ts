// The types of the store for LangChain.

import { Document } from '@langchain/core/documents';
import type { EmbeddingsInterface } from '@langchain/core/embeddings';
import type { VectorStore, VectorStoreRetriever } from '@langchain/core/vectorstores';
import { EdgeVec } from '../../src/index.js';
import { EdgeVecStore } from '../../src/integrations/langchain/index.js';
import { same } from './same.js';

interface About {
  title: string;
  year?: number;
}

export async function store(embeddings: EmbeddingsInterface): Promise<void> {
  const store = await EdgeVecStore.fromDocuments<About>([], embeddings, { name: 'a', precision: 'int8' });
  store satisfies VectorStore;
  const found = await store.similaritySearch('tea', 4, { year: { $gte: 1990 }, title: { $startsWith: 'T' } });
  found satisfies { pageContent: string; id?: string }[];
  const retriever = store.asRetriever({ k: 4, filter: { year: 1990 } });
  retriever satisfies VectorStoreRetriever<EdgeVecStore<About>>;
  const [first] = await store.getByIds(['a']);
  same<Document<About> | undefined, typeof first>(true);
  same<string[], Awaited<ReturnType<typeof store.addDocuments>>>(true);
  await store.delete({ filter: { year: { $lt: 1990 } } });
  await store.delete({ ids: ['a'] });
  // @ts-expect-error a filter names fields of the metadata
  await store.similaritySearch('tea', 4, { author: 'x' });
  // @ts-expect-error which documents?
  await store.delete({});
  // @ts-expect-error a stored database has a name
  await EdgeVecStore.fromExistingIndex(embeddings, {});
  const db = await EdgeVec.open<About>({ dimensions: 2 });
  new EdgeVecStore(embeddings, { db }) satisfies EdgeVecStore<About>;
  const untyped = new EdgeVecStore(embeddings, { db: await EdgeVec.open({ dimensions: 2 }), textKey: 'text' });
  await untyped.addDocuments([new Document({ pageContent: 'a', metadata: { any: 1 } })], { ids: ['a'] });
  await untyped.similaritySearch('tea', 4, { any: { $gt: 1 } });
}
