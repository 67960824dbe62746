// The passages of all documents, in a database of EdgeVec. Each model has a database of its own,
// because vectors of different models cannot be compared.

import { EdgeVec, type Filter } from 'edgevec';
import type { Model } from './models.js';
import { type Passage, passagesOf, sentencesOf } from './passages.js';
import type { SourceText } from './read-file.js';

/** The metadata of a row. */
export interface Row extends Passage {
  readonly document: string;
  /** The number of the passage in the document, from 0. */
  readonly part: number;
  /** The text of the whole document. Only the first passage has the text. */
  readonly source?: string;
}

export interface Answer {
  readonly row: Row;
  readonly score: number;
  /** The sentence of the passage that is nearest to the question. */
  readonly sentence: string;
}

export interface Listed {
  readonly name: string;
  readonly passages: number;
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

export class Library {
  private constructor(
    private readonly db: EdgeVec<Row>,
    private readonly model: Model,
  ) {}

  /** @param onChange called when another tab has changed the documents */
  static async open(id: string, model: Model, onChange: () => void): Promise<Library> {
    const db = await EdgeVec.open<Row>({
      name: `rag-chat-${id}`,
      dimensions: model.dimensions,
      indexed: ['document'],
      onEvent: (event) => {
        if (event.type === 'changed') onChange();
        else console.warn(event.error.message);
      },
    });
    return new Library(db, model);
  }

  /** Adds a document. A document of the same name is replaced. */
  async add({ name, text }: SourceText, onProgress: (share: number) => void): Promise<void> {
    const passages = passagesOf(text);
    if (passages.length === 0) throw new Error(`${name} has no text.`);
    const texts = passages.map(({ heading, text }) => (heading === '' ? text : `${heading}. ${text}`));
    const vectors = await this.model.embed(texts, { onProgress: ({ done, total }) => onProgress(done / total) });
    const records = passages.map((passage, part) => ({
      id: `${name}#${part}`,
      vector: vectors[part] as Float32Array,
      metadata: { ...passage, document: name, part, ...(part === 0 && { source: text }) },
    }));
    await this.db.upsert(records);
    await this.db.delete({ filter: { document: name, part: { $gte: passages.length } } });
  }

  async remove(name: string): Promise<void> {
    await this.db.delete({ filter: { document: name } });
  }

  /** The documents by name. */
  async documents(): Promise<Listed[]> {
    const { document } = await this.db.facets(['document'], { limit: 1_000 });
    return document
      .map(({ value, count }) => ({ name: String(value), passages: count }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The text of a document. */
  async textOf(name: string): Promise<string> {
    return (await this.db.get(`${name}#0`))?.metadata.source ?? '';
  }

  /**
   * The passages nearest to a question.
   *
   * @param documents the names of the documents to look in. Undefined: all
   */
  async ask(question: string, documents: readonly string[] | undefined, k = 4): Promise<Answer[]> {
    const query = await this.model.embedQuery(question);
    const filter: Filter<Row> | undefined = documents && { document: { $in: [...documents] } };
    const hits = await this.db.search(query, { k, ...(filter && { filter }) });
    const found = hits.map(({ metadata, score }) => ({ row: metadata, score, sentences: sentencesOf(metadata.text) }));
    const vectors = await this.model.embed(found.flatMap(({ sentences }) => sentences));
    let at = 0;
    return found.map(({ row, score, sentences }) => {
      const scores = sentences.map(() => dot(query, vectors[at++] as Float32Array));
      return { row, score, sentence: sentences[scores.indexOf(Math.max(...scores))] ?? row.text };
    });
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.model.dispose();
  }
}
