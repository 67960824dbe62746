// The vector store.

import { Document, type DocumentInterface } from '@langchain/core/documents';
import type { EmbeddingsInterface } from '@langchain/core/embeddings';
import { type MaxMarginalRelevanceSearchOptions, VectorStore } from '@langchain/core/vectorstores';
import { type EdgeVec, EdgeVecError, type Filter, type Id, type WriteOptions } from '../../index.js';
import type { EdgeVecStoreConfig, OpenedDatabase } from './config.js';
import { givenDatabase, LazyDatabase, type StoreDatabase } from './database.js';
import { type DocumentMetadata, documentOf, rowOf, TEXT_KEY } from './documents.js';
import { newId, rowIds } from './ids.js';

/** Options of `addDocuments` and `addVectors`. */
export interface AddOptions extends WriteOptions {
  /**
   * The ids of the documents, in order. Default: the `id` of each document, or a random UUID for a
   * document without an id. A document replaces the stored document that has the same id.
   */
  readonly ids?: readonly string[];
}

/** The documents to delete. */
export type Which<M extends object> =
  /** The documents with these ids. Ids that do not exist are ignored. */
  | { readonly ids: readonly Id[] }
  /** The documents whose metadata match. `{}` matches every document. */
  | { readonly filter: Filter<M> };

/** Rows that a search for diverse documents looks at, unless the caller tells the number. */
const FETCH_K = 20;

/**
 * A vector store of LangChain in an EdgeVec database. `M` is the type of the documents' metadata.
 *
 * Every method rejects with an `EdgeVecError`, or with the error of the embeddings. Scores are
 * higher for closer documents: under the default metric the cosine, from -1 to 1.
 *
 * @example
 * import { EdgeVecStore } from 'edgevec/langchain';
 * const store = await EdgeVecStore.fromDocuments(documents, embeddings, { name: 'documents' });
 * const found = await store.similaritySearch('tea', 4, { year: { $gte: 1990 } });
 */
export class EdgeVecStore<M extends object = Record<string, unknown>> extends VectorStore {
  /** The filters of the searches: a type, which LangChain reads. No value is stored here. */
  declare FilterType: Filter<M>;

  readonly #database: StoreDatabase<M>;
  readonly #textKey: string;

  /**
   * Makes a store. The database is opened at the first call that needs the database.
   *
   * @throws `INVALID_OPTIONS`
   */
  constructor(embeddings: EmbeddingsInterface, config: EdgeVecStoreConfig<M>) {
    super(embeddings, config);
    const { db, textKey = TEXT_KEY, ...options } = { ...config };
    if (typeof textKey !== 'string' || textKey === '') {
      throw new EdgeVecError('INVALID_OPTIONS', 'The option "textKey" is not the name of a field', {
        expected: 'a string with at least one character',
        got: typeof textKey,
      });
    }
    if (db !== undefined && Object.keys(options).length > 0) {
      throw new EdgeVecError('INVALID_OPTIONS', 'The store has a database already, and options to open another', {
        expected: '{ db }, or the options of EdgeVec.open',
        got: `db, ${Object.keys(options).join(', ')}`,
      });
    }
    this.#textKey = textKey;
    this.#database = db === undefined ? new LazyDatabase(options) : givenDatabase(db);
  }

  _vectorstoreType(): string {
    return 'edgevec';
  }

  /**
   * Adds documents with their vectors, or replaces documents that have the same ids. All documents
   * are written, or none.
   *
   * @returns the ids, in order
   * @throws `INVALID_OPTIONS`, `INVALID_RECORD`, and the errors of `EdgeVec.open` and `upsert`
   */
  async addVectors(vectors: number[][], documents: DocumentInterface[], options: AddOptions = {}): Promise<string[]> {
    const { ids: given, ...how } = options;
    if (vectors.length !== documents.length) {
      throw new EdgeVecError('INVALID_OPTIONS', 'The vectors are not as many as the documents', {
        expected: `${documents.length} vectors`,
        got: String(vectors.length),
      });
    }
    if (given !== undefined && given.length !== documents.length) {
      throw new EdgeVecError('INVALID_OPTIONS', 'The ids are not as many as the documents', {
        expected: `${documents.length} ids`,
        got: String(given.length),
      });
    }
    const [first] = vectors;
    if (first === undefined) return [];
    const ids = documents.map((document, i) => given?.[i] ?? document.id ?? newId());
    const rows = documents.map((document, i) => rowOf(document, this.#textKey, i) as M);
    const db = await this.#database.ready(first.length);
    const known = await rowIds(db, ids);
    const records = vectors.map((vector, i) => ({ id: known[i] as Id, vector, metadata: rows[i] as M }));
    await db.upsert(records, how);
    return ids;
  }

  /**
   * Embeds documents and adds the documents, as {@link addVectors} does.
   *
   * @returns the ids, in order
   */
  async addDocuments(documents: DocumentInterface[], options?: AddOptions): Promise<string[]> {
    if (documents.length === 0) return [];
    // Checked first, since embedding takes long.
    documents.forEach((document, i) => void rowOf(document, this.#textKey, i));
    const vectors = await this.embeddings.embedDocuments(documents.map(({ pageContent }) => pageContent));
    return this.addVectors(vectors, documents, options);
  }

  /**
   * Deletes documents by id or by filter, in a single step.
   *
   * @throws `INVALID_OPTIONS` if neither ids nor a filter is given, and the errors of
   * `EdgeVec.delete`
   *
   * @example
   * await store.delete({ filter: { source: 'old.pdf' } });
   */
  override async delete(which: Which<M>): Promise<void> {
    const { ids, filter } = (which ?? {}) as { ids?: readonly Id[]; filter?: Filter<M> };
    if ((ids === undefined) === (filter === undefined)) {
      throw new EdgeVecError('INVALID_OPTIONS', 'It is not clear which documents to delete', {
        expected: 'either { ids: […] } or { filter: {…} }',
        remedy: 'To delete all documents, pass { filter: {} }.',
      });
    }
    const db = await this.#database.existing();
    if (db === undefined) return;
    await db.delete(filter === undefined ? await rowIds(db, ids as readonly Id[]) : { filter });
  }

  /** The documents with these ids, in order. Leaves out ids that do not exist. */
  async getByIds(ids: readonly Id[]): Promise<Document<M>[]> {
    const db = await this.#database.existing();
    if (db === undefined) return [];
    const rows = await db.get(await rowIds(db, ids));
    return rows.filter((row) => row !== undefined).map((row) => documentOf<M>(row, this.#textKey));
  }

  /**
   * The `k` documents nearest to a vector, nearest first, with their scores.
   *
   * @param filter only documents whose metadata match
   * @throws the errors of `EdgeVec.open` and `search`
   */
  async similaritySearchVectorWithScore(
    query: number[],
    k: number,
    filter?: Filter<M>,
  ): Promise<[Document<M>, number][]> {
    const db = await this.#database.existing();
    if (db === undefined) return [];
    const hits = await db.search(query, { k, ...(filter !== undefined && { filter }) });
    return hits.map((hit) => [documentOf<M>(hit, this.#textKey), hit.score]);
  }

  /**
   * Documents that are near to the query and differ from each other: maximal marginal relevance.
   *
   * @param options `k`: the number of documents. `fetchK`: the nearest documents to choose from,
   * default 20 and at least `k`. `lambda`: from 0 (most diverse) to 1 (nearest), default 0.5
   * @throws `INVALID_K`, `INVALID_OPTIONS`, and the errors of `EdgeVec.open` and `search`
   */
  override async maxMarginalRelevanceSearch(
    query: string,
    options: MaxMarginalRelevanceSearchOptions<Filter<M>>,
  ): Promise<Document<M>[]> {
    const { k, fetchK = Math.max(FETCH_K, k), lambda = 0.5, filter } = options;
    if (!Number.isSafeInteger(k) || k < 1) {
      throw new EdgeVecError('INVALID_K', 'k is not a number of documents', {
        expected: 'an integer from 1',
        got: String(k),
      });
    }
    if (!(fetchK >= k)) {
      throw new EdgeVecError('INVALID_OPTIONS', 'A search cannot choose more documents than it looks at', {
        expected: `fetchK of at least k, ${k}`,
        got: String(fetchK),
      });
    }
    if (!(lambda >= 0 && lambda <= 1)) {
      throw new EdgeVecError('INVALID_OPTIONS', 'The option "lambda" is out of range', {
        expected: 'a number from 0 (most diverse) to 1 (nearest)',
        got: String(lambda),
      });
    }
    const vector = await this.embeddings.embedQuery(query);
    const db = await this.#database.existing();
    if (db === undefined) return [];
    const how = { k, candidates: fetchK, diversity: 1 - lambda, ...(filter !== undefined && { filter }) };
    return (await db.search(vector, how)).map((hit) => documentOf<M>(hit, this.#textKey));
  }

  /**
   * The database of the store, for all calls that LangChain does not have. Undefined if the store
   * opens its database itself, and nobody has written a document yet.
   */
  database(): Promise<EdgeVec<M> | undefined> {
    return this.#database.existing();
  }

  /** Closes the database, if the store has opened the database. */
  close(): Promise<void> {
    return this.#database.close();
  }

  /**
   * Makes a store and adds texts.
   *
   * @param metadatas the metadata of each text, or one object for all texts
   * @throws `INVALID_OPTIONS`, and the errors of {@link addDocuments}
   */
  static override async fromTexts<M extends object = Record<string, unknown>>(
    texts: string[],
    metadatas: M[] | M,
    embeddings: EmbeddingsInterface,
    config: EdgeVecStoreConfig<M>,
  ): Promise<EdgeVecStore<M>> {
    if (Array.isArray(metadatas) && metadatas.length !== texts.length) {
      throw new EdgeVecError('INVALID_OPTIONS', 'The objects of metadata are not as many as the texts', {
        expected: `${texts.length} objects, or one object for all texts`,
        got: String(metadatas.length),
      });
    }
    const documents = texts.map((pageContent, i) => {
      const metadata = (Array.isArray(metadatas) ? metadatas[i] : metadatas) as DocumentMetadata;
      return new Document({ pageContent, metadata });
    });
    return EdgeVecStore.fromDocuments<M>(documents, embeddings, config);
  }

  /**
   * Makes a store and adds documents. If this fails, a database that the store has opened is closed
   * again.
   *
   * @throws the errors of {@link addDocuments}
   */
  static override async fromDocuments<M extends object = Record<string, unknown>>(
    documents: DocumentInterface[],
    embeddings: EmbeddingsInterface,
    config: EdgeVecStoreConfig<M>,
  ): Promise<EdgeVecStore<M>> {
    const store = new EdgeVecStore<M>(embeddings, config);
    return orClosed(store, () => store.addDocuments(documents));
  }

  /**
   * Makes a store of a stored database.
   *
   * @throws `NOT_FOUND` if no database has the name, and the errors of `EdgeVec.open`
   *
   * @example
   * import { EdgeVecStore } from 'edgevec/langchain';
   * const store = await EdgeVecStore.fromExistingIndex(embeddings, { name: 'notes' });
   */
  static async fromExistingIndex<M extends object = Record<string, unknown>>(
    embeddings: EmbeddingsInterface,
    config: GivenOrNamed<M>,
  ): Promise<EdgeVecStore<M>> {
    const store = new EdgeVecStore<M>(embeddings, config);
    return orClosed(store, async () => {
      if ((await store.database()) !== undefined) return;
      throw new EdgeVecError('NOT_FOUND', `There is no database "${config.name}" yet`, {
        remedy: 'Make the database with EdgeVecStore.fromDocuments.',
      });
    });
  }
}

type GivenOrNamed<M extends object> =
  | (EdgeVecStoreConfig<M> & { readonly name?: undefined; readonly db: EdgeVec<M> })
  | (OpenedDatabase & { readonly name: string });

async function orClosed<M extends object>(
  store: EdgeVecStore<M>,
  begin: () => Promise<unknown>,
): Promise<EdgeVecStore<M>> {
  try {
    await begin();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
