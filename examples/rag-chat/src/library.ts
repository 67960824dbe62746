// The passages of all documents, in a database of EdgeVec. The database embeds texts itself, by the
// model that `open` is given.

import { EdgeVec, EdgeVecError, type EdgeVecEvent, type Filter } from 'edgevec';
import type { Model } from './models.js';
import { passagesOf } from './passages.js';
import type { SourceText } from './read-file.js';
import { nearestSentences } from './sentences.js';

/** The metadata of a row. */
export interface Row {
  /** The name of the document. `replace` fills this field. */
  readonly source: string;
  readonly heading: string;
  /** The embedded text: the heading, and the passage below. */
  readonly text: string;
  /** The text of the whole document. Only the first passage has this field. */
  readonly whole?: string;
}

export interface Answer {
  readonly row: Row;
  readonly passage: string;
  readonly score: number;
  /** The sentence of the passage that is nearest to the question. */
  readonly sentence: string;
}

export interface Listed {
  readonly name: string;
  readonly passages: number;
}

/** Takes the finished share of a task, from 0 to 1. */
type OnProgress = (share: number) => void;

interface Told {
  /** Another tab has changed the documents. */
  readonly onChange: () => void;
  /** Another tab has chosen another model, so this library is closed. */
  readonly onGone: () => void;
  readonly onProgress: OnProgress;
}

const NAME = 'rag-chat';

/** The passage of a row, without the heading. */
export const passageOf = ({ heading, text }: Row): string => text.slice(heading.length).trimStart();

export class Library {
  private constructor(
    private readonly db: EdgeVec<Row>,
    private model: Model,
  ) {}

  /** Opens the library. If the vectors are of another model, the model makes all vectors again. */
  static async open(model: Model, { onChange, onGone, onProgress }: Told): Promise<Library> {
    const options = {
      name: NAME,
      indexed: ['source'],
      onEvent: (event: EdgeVecEvent) => {
        if (event.type === 'changed') onChange();
        else if (event.type === 'storage-gone') onGone();
        else console.warn(event.error.message);
      },
    };
    try {
      return new Library(await EdgeVec.open<Row>({ ...options, embed: model }), model);
    } catch (error) {
      if (!(error instanceof EdgeVecError && error.code === 'MODEL_DIFFERS')) throw error;
    }
    // The page ended during a change of the model. `reembed` goes on with the finished rows.
    const library = new Library(await EdgeVec.open<Row>(options), model);
    await library.change(model, onProgress);
    return library;
  }

  /** Adds a document. Of a document with a known name, only the changed passages are embedded. */
  async add({ name, text }: SourceText, onProgress: OnProgress): Promise<void> {
    const passages = passagesOf(text);
    if (passages.length === 0) throw new Error(`${name} has no text.`);
    // A passage has no id: the same passage stays the same row, wherever the passage moves.
    const records = passages.map(({ heading, text: passage }, i) => ({
      text: `${heading}\n${passage}`.trimStart(),
      metadata: { heading },
      ...(i === 0 && { id: name, metadata: { heading, whole: text } }),
    }));
    await this.db.replace(name, records, { onProgress: ({ done }) => onProgress(done / records.length) });
  }

  async remove(name: string): Promise<void> {
    await this.db.delete({ filter: { source: name } });
  }

  /** The documents by name. */
  async documents(): Promise<Listed[]> {
    const { source } = await this.db.facets(['source'], { limit: 1_000 });
    return source
      .map(({ value, count }) => ({ name: String(value), passages: count }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The text of a document. */
  async textOf(name: string): Promise<string> {
    return (await this.db.get(name))?.metadata.whole ?? '';
  }

  /**
   * The passages nearest to a question.
   *
   * @param documents the names of the documents to look in. Undefined: all
   */
  async ask(question: string, documents: readonly string[] | undefined, k = 4): Promise<Answer[]> {
    const filter: Filter<Row> | undefined = documents && { source: { $in: [...documents] } };
    const hits = await this.db.search(question, { k, ...(filter && { filter }) });
    const passages = hits.map(({ metadata }) => passageOf(metadata));
    const sentences = await nearestSentences(this.model, question, passages);
    return hits.map(({ metadata: row, score }, i) => ({
      row,
      score,
      passage: passages[i] ?? '',
      sentence: sentences[i] ?? '',
    }));
  }

  /** Another model makes all vectors again. Questions are answered meanwhile. */
  async change(model: Model, onProgress: OnProgress): Promise<void> {
    await this.db.reembed(model, { onProgress: ({ done, total = done }) => onProgress(done / total) });
    const former = this.model;
    this.model = model;
    if (former !== model) await former.dispose();
  }
}
