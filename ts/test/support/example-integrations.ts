// Values assumed by the examples of LangChain and of imported files, beside example-given.ts.

import { readFileSync } from 'node:fs';
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

/** A file of numpy with a single row of three numbers. */
function npyFile(): File {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }".padEnd(117);
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0);
  return new File([start, `${header}\n`, Float32Array.of(1, 2, 3)], 'vectors.npy');
}

export async function integrations() {
  const embeddings = new SameVector();
  const documents = [new Document({ pageContent: 'Brewing tea', metadata: { source: 'tea.md', year: 1990 } })];
  return {
    documents,
    embeddings,
    store: await EdgeVecStore.fromDocuments(documents, embeddings, {}),
    npy: npyFile(),
    // Two folders up is the repository.
    parquet: new File([readFileSync(new URL('../../ts/test/files/plain.parquet', import.meta.url))], 'rows.parquet'),
  };
}
