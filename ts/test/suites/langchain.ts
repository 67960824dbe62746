// The vector store for LangChain: every method, and the parts of LangChain that use a store.

import { Document } from '@langchain/core/documents';
import { Embeddings } from '@langchain/core/embeddings';
import { index } from '@langchain/core/indexing';
import { BasicTranslator, Comparison, Operation, StructuredQuery } from '@langchain/core/structured_query';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type OpenOptions } from '../../src/index.js';
import { EdgeVecStore, type EdgeVecStoreConfig } from '../../src/integrations/langchain/index.js';
import { RecordsInMemory } from '../support/langchain-records.js';
import { failure } from '../support/open.js';

/** Hides the type of a value, for calls possible only in plain JavaScript. */
const loose = (value: unknown): never => value as never;

interface About {
  topic: string;
  year: number;
  loc?: { line: number };
}

/** A text's vector: how often each letter is in the text. */
class Letters extends Embeddings {
  /** The texts and queries embedded so far. */
  embedded: string[] = [];

  constructor() {
    super({});
  }

  async embedDocuments(texts: string[]): Promise<number[][]> {
    this.embedded.push(...texts);
    return texts.map(lettersOf);
  }

  async embedQuery(text: string): Promise<number[]> {
    this.embedded.push(text);
    return lettersOf(text);
  }
}

function lettersOf(text: string): number[] {
  const counts = new Array<number>(26).fill(0.01);
  for (const letter of text.toLowerCase()) {
    const at = letter.charCodeAt(0) - 97;
    if (at >= 0 && at < 26) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

function documents(): Document<About>[] {
  return [
    new Document({ id: 'oolong', pageContent: 'oolong', metadata: { topic: 'tea', year: 1990, loc: { line: 1 } } }),
    new Document({ id: 'assam', pageContent: 'assam', metadata: { topic: 'tea', year: 2000, loc: { line: 9 } } }),
    new Document({ id: 'mocha', pageContent: 'mocha', metadata: { topic: 'coffee', year: 2010 } }),
  ];
}

const contents = (found: readonly Document[]): string[] => found.map(({ pageContent }) => pageContent);

/**
 * @param options where the store opens databases
 * @param name gives a name for a stored database
 */
export function defineLangchainSuite(label: string, options: OpenOptions, name: () => string): void {
  const embeddings = (): Letters => new Letters();

  const made = (config: EdgeVecStoreConfig<About> = options, using = embeddings()): EdgeVecStore<About> => {
    const store = new EdgeVecStore<About>(using, config);
    onTestFinished(() => store.close());
    return store;
  };

  async function filled(using = embeddings()): Promise<EdgeVecStore<About>> {
    const store = made(options, using);
    await store.addDocuments(documents());
    return store;
  }

  describe(`the store for LangChain, ${label}`, () => {
    test('a store without documents finds nothing, and makes no database', async () => {
      const named = name();
      const store = made({ ...options, name: named });
      expect(await store.similaritySearch('tea')).toEqual([]);
      expect(await store.maxMarginalRelevanceSearch('tea', { k: 2 })).toEqual([]);
      expect(await store.getByIds(['a'])).toEqual([]);
      await store.delete({ ids: ['a'] });
      await store.delete({ filter: {} });
      expect(await store.addDocuments([])).toEqual([]);
      expect(await store.addVectors([], [])).toEqual([]);
      expect(await store.database()).toBeUndefined();
      const { directory } = options;
      expect(await EdgeVec.list(directory === undefined ? {} : { directory })).not.toContain(named);
    });

    test('documents come back with text, metadata and id, nearest first', async () => {
      const given = documents();
      const store = made();
      expect(await store.addDocuments(given)).toEqual(['oolong', 'assam', 'mocha']);
      expect(given).toEqual(documents());
      const found = await store.similaritySearch('oolong', 2);
      expect(found[0]).toBeInstanceOf(Document);
      expect(found[0]).toEqual(documents()[0]);
      expect(found).toHaveLength(2);
      expect(contents(await store.similaritySearch('assam', 1))).toEqual(['assam']);
      expect(await store.similaritySearch('assam')).toHaveLength(3);
    });

    test('scores are the cosine, higher for closer documents', async () => {
      const store = await filled();
      const found = await store.similaritySearchWithScore('oolong', 3);
      const scores = found.map(([, score]) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      expect(scores[0]).toBeCloseTo(1, 5);
      const [a, b] = [lettersOf('oolong'), lettersOf('mocha')];
      const dot = a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
      const cosine = dot / Math.hypot(...a) / Math.hypot(...b);
      expect(found.find(([{ id }]) => id === 'mocha')?.[1]).toBeCloseTo(cosine, 5);
      expect(await store.similaritySearchVectorWithScore(a, 3)).toEqual(found);
    });

    test('filters name the fields of the metadata, nested fields and the text', async () => {
      const store = await filled();
      expect(contents(await store.similaritySearch('oolong', 4, { topic: 'coffee' }))).toEqual(['mocha']);
      expect(contents(await store.similaritySearch('oolong', 4, { 'loc.line': { $gt: 5 } }))).toEqual(['assam']);
      expect(contents(await store.similaritySearch('oolong', 4, { year: { $lt: 1980 } }))).toEqual([]);
      const text = loose({ pageContent: { $startsWith: 'as' } });
      expect(contents(await store.similaritySearch('oolong', 4, text))).toEqual(['assam']);
      await failure(
        () =>
          store.similaritySearch(
            'oolong',
            4,
            loose(() => true),
          ),
        'INVALID_FILTER',
      );
      await failure(() => store.similaritySearch('oolong', 4, loose({ year: { $near: 1 } })), 'INVALID_FILTER');
    });

    test('ids: given, of the document, or new', async () => {
      const store = made();
      const plain = (text: string): Document<About> =>
        new Document({ pageContent: text, metadata: { topic: text, year: 1 } });
      const ids = await store.addDocuments([plain('a'), plain('b')], { ids: ['one', 'two'] });
      expect(ids).toEqual(['one', 'two']);
      const [own, fresh, other] = await store.addDocuments([...documents().slice(0, 1), plain('c'), plain('d')]);
      expect(own).toBe('oolong');
      const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
      expect([fresh, other]).toEqual([expect.stringMatching(uuid), expect.stringMatching(uuid)]);
      expect(fresh).not.toBe(other);
      const [first] = await store.addDocuments(documents().slice(0, 1), { ids: ['before'] });
      expect(first).toBe('before');
      const found = await store.getByIds(['two', 'absent', fresh as string, 'before']);
      expect(found.map(({ id, pageContent }) => [id, pageContent])).toEqual([
        ['two', 'b'],
        [fresh, 'c'],
        ['before', 'oolong'],
      ]);
    });

    test('a document replaces the document with the same id, text and metadata', async () => {
      const store = await filled();
      await store.addDocuments(documents());
      const changed = new Document({ pageContent: 'sencha', metadata: { topic: 'tea', year: 2020 } });
      await store.addDocuments([changed], { ids: ['assam'] });
      expect(await (await store.database())?.count()).toBe(3);
      expect(await store.getByIds(['assam'])).toEqual([{ ...changed, id: 'assam' }]);
      expect(contents(await store.similaritySearch('sencha', 1))).toEqual(['sencha']);
    });

    test('deletes by ids and by filter', async () => {
      const store = await filled();
      await store.delete({ ids: ['oolong', 'absent'] });
      expect(contents(await store.similaritySearch('oolong')).sort()).toEqual(['assam', 'mocha']);
      await store.delete({ filter: { topic: 'coffee' } });
      expect(contents(await store.similaritySearch('oolong'))).toEqual(['assam']);
      for (const wrong of [undefined, {}, { ids: ['assam'], filter: {} }]) {
        await failure(() => store.delete(loose(wrong)), 'INVALID_OPTIONS');
      }
      await failure(() => store.delete({ filter: loose(() => true) }), 'INVALID_FILTER');
      await store.delete({ filter: {} });
      expect(await store.similaritySearch('assam')).toEqual([]);
    });

    test('diverse documents: maximal marginal relevance', async () => {
      const using = embeddings();
      const store = made(options, using);
      const texts = ['aaab', 'aaab', 'aaab', 'aabb', 'zzzz'];
      const about = texts.map((topic, year) => ({ topic, year }));
      await store.addDocuments(
        texts.map((pageContent, i) => new Document({ pageContent, metadata: about[i] as About })),
      );
      using.embedded = [];
      const diverse = await store.maxMarginalRelevanceSearch('aaab', { k: 3, lambda: 0 });
      expect(contents(diverse)).toEqual(['aaab', 'zzzz', 'aabb']);
      expect(contents(await store.maxMarginalRelevanceSearch('aaab', { k: 3, lambda: 1 }))).toEqual(texts.slice(0, 3));
      expect(using.embedded).toEqual(['aaab', 'aaab']);
      // Only the nearest four documents are there to choose from.
      const few = await store.maxMarginalRelevanceSearch('aaab', { k: 2, fetchK: 4, lambda: 0 });
      expect(contents(few)).toEqual(['aaab', 'aabb']);
      const late = await store.maxMarginalRelevanceSearch('aaab', { k: 5, lambda: 0, filter: { year: { $gte: 3 } } });
      expect(contents(late).sort()).toEqual(['aabb', 'zzzz']);
      expect(await store.maxMarginalRelevanceSearch('aaab', { k: 30 })).toHaveLength(5);
      for (const wrong of [
        { k: 3, fetchK: 2 },
        { k: 3, lambda: 2 },
        { k: 3, lambda: Number.NaN },
      ]) {
        await failure(() => store.maxMarginalRelevanceSearch('aaab', wrong), 'INVALID_OPTIONS');
      }
      await failure(() => store.maxMarginalRelevanceSearch('aaab', { k: 0 }), 'INVALID_K');
    });

    test('a retriever searches by similarity or for diverse documents, with a filter', async () => {
      const store = await filled();
      expect(contents(await store.asRetriever(1).invoke('assam'))).toEqual(['assam']);
      const tea = store.asRetriever({ k: 3, filter: { topic: 'tea' } });
      expect(contents(await tea.invoke('assam'))).toEqual(['assam', 'oolong']);
      const searchKwargs = { fetchK: 3, lambda: 0 };
      const diverse = store.asRetriever({ k: 2, searchType: 'mmr', searchKwargs, filter: { topic: 'tea' } });
      expect(contents(await diverse.invoke('assam'))).toEqual(['assam', 'oolong']);
      expect(await diverse.addDocuments(documents().slice(0, 1))).toEqual(['oolong']);
      expect(tea.tags).toContain('edgevec');
    });

    test("filters of LangChain's structured queries", async () => {
      const store = await filled();
      const between = new Operation('and', [
        new Comparison('gt', 'year', 1995),
        new Operation('or', [new Comparison('eq', 'topic', 'tea'), new Comparison('lte', 'year', 1900)]),
      ]);
      const query = new StructuredQuery('', between);
      const { filter } = new BasicTranslator().visitStructuredQuery(query) as { filter: never };
      expect(contents(await store.similaritySearch('oolong', 4, filter))).toEqual(['assam']);
    });

    test("LangChain's indexing adds, skips, changes and deletes documents", async () => {
      const store = made();
      const recordManager = new RecordsInMemory();
      const indexed = (docsSource: Document[]) =>
        index({ docsSource, recordManager, vectorStore: store, options: { cleanup: 'full' } });
      const docs = documents().map(({ pageContent, metadata }) => new Document({ pageContent, metadata }));
      expect(await indexed(docs)).toMatchObject({ numAdded: 3, numSkipped: 0, numDeleted: 0 });
      expect(await indexed(docs)).toMatchObject({ numAdded: 0, numSkipped: 3, numDeleted: 0 });
      const changed = new Document({ pageContent: 'sencha', metadata: { topic: 'tea', year: 2020 } });
      expect(await indexed([...docs.slice(0, 2), changed])).toMatchObject({ numAdded: 1, numDeleted: 1 });
      expect(contents(await store.similaritySearch('oolong')).sort()).toEqual(['assam', 'oolong', 'sencha']);
    });

    test('fromTexts takes the metadata of each text, or of all texts', async () => {
      const each = [
        { topic: 'tea', year: 1 },
        { topic: 'coffee', year: 2 },
      ];
      const store = await EdgeVecStore.fromTexts<About>(['assam', 'mocha'], each, embeddings(), options);
      onTestFinished(() => store.close());
      expect((await store.similaritySearch('mocha', 1))[0]?.metadata).toEqual(each[1]);
      const all = await EdgeVecStore.fromTexts(['assam', 'mocha'], { topic: 'drink' }, embeddings(), options);
      onTestFinished(() => all.close());
      expect((await all.similaritySearch('mocha', 4)).map(({ metadata }) => metadata)).toEqual([
        { topic: 'drink' },
        { topic: 'drink' },
      ]);
      const few = each.slice(1);
      await failure(() => EdgeVecStore.fromTexts(['a', 'b'], few, embeddings(), options), 'INVALID_OPTIONS');
    });

    test('fromExistingIndex opens a stored database, and knows its dimensions', async () => {
      const stored = { ...options, name: name() };
      const drop = () =>
        EdgeVec.drop(stored.name, options.directory === undefined ? {} : { directory: options.directory });
      onTestFinished(drop);
      await failure(() => EdgeVecStore.fromExistingIndex<About>(embeddings(), stored), 'NOT_FOUND');
      await failure(() => EdgeVecStore.fromExistingIndex(embeddings(), { ...stored, dimensions: 26 }), 'NOT_FOUND');
      const first = await EdgeVecStore.fromDocuments<About>(documents(), embeddings(), stored);
      await first.close();
      const again = await EdgeVecStore.fromExistingIndex<About>(embeddings(), stored);
      expect(contents(await again.similaritySearch('mocha', 1, { year: 2010 }))).toEqual(['mocha']);
      expect((await again.database())?.dimensions).toBe(26);
      await again.close();
      await failure(() => EdgeVecStore.fromExistingIndex(embeddings(), { ...stored, dimensions: 3 }), 'OPTIONS_DIFFER');
      // The stored database also opens at the first search of a new store.
      const lazy = made(stored);
      expect(contents(await lazy.similaritySearch('mocha', 1))).toEqual(['mocha']);
      await lazy.close();
      await lazy.close();
      await failure(() => lazy.similaritySearch('mocha', 1), 'CLOSED');
      await failure(() => lazy.addDocuments(documents()), 'CLOSED');
    });

    test('calls at the same time open a single database', async () => {
      const store = made();
      await Promise.all(documents().map((document) => store.addDocuments([document])));
      expect(contents(await store.similaritySearch('assam')).sort()).toEqual(['assam', 'mocha', 'oolong']);
    });

    test('a database of the application stays open, and may have other texts and ids', async () => {
      const db = await EdgeVec.open<{ text?: string; topic: string }>({ ...options, dimensions: 26 });
      onTestFinished(() => db.close());
      await db.insert([
        { id: 7, vector: lettersOf('matcha'), metadata: { text: 'matcha', topic: 'tea' } },
        { id: '8', vector: lettersOf('espresso'), metadata: { text: 'espresso', topic: 'coffee' } },
      ]);
      const store = await EdgeVecStore.fromExistingIndex(embeddings(), { db, textKey: 'text' });
      const [found] = await store.similaritySearch('matcha', 1);
      expect(found).toEqual(new Document({ id: '7', pageContent: 'matcha', metadata: { topic: 'tea' } }));
      expect(await store.getByIds(['7', '8', 7])).toHaveLength(3);
      await store.addDocuments([new Document({ id: '7', pageContent: 'sencha', metadata: { topic: 'tea' } })]);
      expect(await db.keys()).toEqual([7, '8']);
      await store.delete({ ids: ['7'] });
      expect(await db.keys()).toEqual(['8']);
      await db.insert({ id: 'bare', vector: lettersOf('ristretto'), metadata: { topic: 'coffee' } });
      const error = await failure(() => store.similaritySearch('ristretto', 1), 'INVALID_RECORD');
      expect([error.id, error.remedy]).toEqual(['bare', expect.stringContaining('textKey')]);
      const texts = { text: { $exists: true } } as const;
      expect(contents(await store.similaritySearch('ristretto', 1, texts))).toEqual(['espresso']);
      await store.close();
      expect(await db.count()).toBe(2);
    });

    test('wrong calls tell the mistake, before anything is embedded or written', async () => {
      const using = embeddings();
      const store = made(options, using);
      const taken = new Document({ pageContent: 'a', metadata: loose({ pageContent: 'mine' }) });
      const error = await failure(() => store.addDocuments([...documents(), taken]), 'INVALID_RECORD');
      expect([error.row, error.remedy]).toEqual([3, expect.stringContaining('textKey')]);
      await failure(() => store.addDocuments([loose({ metadata: {} })]), 'INVALID_RECORD');
      expect(using.embedded).toEqual([]);
      await failure(() => store.addVectors([], documents()), 'INVALID_OPTIONS');
      await failure(() => store.addDocuments(documents(), { ids: ['a'] }), 'INVALID_OPTIONS');
      await failure(() => store.addDocuments(documents(), { ids: ['a', 'a', 'b'] }), 'DUPLICATE_ID');
      await failure(() => store.addDocuments(documents(), loose({ batch: 1 })), 'INVALID_OPTIONS');
      await store.addDocuments(documents());
      await failure(() => store.addVectors([[1]], documents().slice(0, 1)), 'DIMENSION_MISMATCH');
      await failure(() => store.similaritySearchVectorWithScore([1], 1), 'DIMENSION_MISMATCH');
      await failure(() => store.similaritySearch('a', 0), 'INVALID_K');
      await failure(() => made(loose({ textKey: '' })), 'INVALID_OPTIONS');
      await failure(() => made(loose({ db: {}, dimensions: 2 })), 'INVALID_OPTIONS');
      await failure(() => made(loose({ dimension: 2 })).addDocuments(documents()), 'INVALID_OPTIONS');
      expect(await (await store.database())?.count()).toBe(3);
    });
  });
}
