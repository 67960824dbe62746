// Values that examples of LangChain assume.

import { Document } from '@langchain/core/documents';
import { Embeddings } from '@langchain/core/embeddings';
import { EdgeVecStore } from 'edgevec/langchain';

/** Embeds each text as the same vector, because the examples judge no answers. */
class SameVector extends Embeddings {
  constructor() {
    super({});
  }

  async embedDocuments(texts: string[]): Promise<number[][]> {
    return Promise.all(texts.map(() => this.embedQuery()));
  }

  async embedQuery(): Promise<number[]> {
    return [1, 0, 0];
  }
}

export async function given() {
  const embeddings = new SameVector();
  const documents = [new Document({ pageContent: 'Brewing tea', metadata: { source: 'tea.md', year: 1990 } })];
  return { documents, embeddings, store: await EdgeVecStore.fromDocuments(documents, embeddings, {}) };
}
