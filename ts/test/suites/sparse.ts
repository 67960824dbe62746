// Searches by sparse vectors through the public API, judged by plain dot products over a map of
// rows.

import { afterEach, describe, expect, test } from 'vitest';
import {
  EdgeVec,
  type FusedHit,
  type HybridSearch,
  type Id,
  type OpenOptions,
  type SparseInput,
  type SparseVector,
  type TextOptions,
} from '../../src/index.js';
import { failure } from '../support/open.js';
import { random } from '../support/random.mjs';
import { soaked } from '../support/soak.js';
import { dot, kept } from '../support/sparse-vectors.js';
import type { Kept } from './durable.js';

interface Doc {
  body?: string;
  lang?: string;
  sparse?: SparseVector;
}

const WORDS = 'whale ship sea captain boat harpoon'.split(' ');
let names = 0;

export function defineSparseSuite(label: string, where: Kept): void {
  const { directory } = where;
  const opened = new Set<EdgeVec<Doc>>();
  const made = new Set<string>();
  const openWith = async (options: Partial<OpenOptions> & TextOptions<Doc>): Promise<EdgeVec<Doc>> => {
    const db = await EdgeVec.open<Doc>({ ...where, dimensions: 2, ...options });
    opened.add(db);
    return db;
  };
  const open = (more: Partial<OpenOptions> & TextOptions<Doc> = {}): Promise<EdgeVec<Doc>> =>
    openWith({ sparse: true, ...more });
  const fresh = (): string => {
    const name = `sparse-${label}-${names++}-${Date.now()}`;
    made.add(name);
    return name;
  };
  const found = async (db: EdgeVec<Doc>, sparse: SparseInput, more: object = {}): Promise<[Id, number][]> =>
    (await db.search({ sparse, ...more })).map(({ id, score }) => [id, score]);

  afterEach(async () => {
    for (const db of opened) await db.close();
    for (const name of made) await EdgeVec.drop(name, directory === undefined ? {} : { directory });
    opened.clear();
    made.clear();
  });

  describe(`Sparse vectors, ${label}`, () => {
    test('the rows with the highest dot product are found, through changes and filters', async () => {
      const db = await open();
      await db.insert([
        { id: 'a', vector: [1, 0], sparse: { indices: [7, 3], values: [2, 0.5] }, metadata: { lang: 'en' } },
        { id: 'b', vector: [0, 1], sparse: { indices: [3], values: [1] }, metadata: { lang: 'de' } },
        { id: 'c', vector: [1, 1], sparse: { indices: [], values: [] } },
        { id: 'd', vector: [1, 2] },
      ]);
      const query = { indices: [3, 7, 4_294_967_295], values: [1, 1, 5] };
      const hits = await db.search({ sparse: query });
      expect(hits).toEqual([
        { id: 'a', score: 2.5, metadata: { lang: 'en', sparse: kept({ indices: [3, 7], values: [0.5, 2] }) } },
        { id: 'b', score: 1, metadata: { lang: 'de', sparse: kept({ indices: [3], values: [1] }) } },
      ]);
      expect(await db.search({ sparse: query, k: 1, offset: 1 })).toEqual([hits[1]]);
      expect(await found(db, query, { filter: { lang: 'de' } })).toEqual([['b', 1]]);
      expect(await found(db, query, { minScore: 2 })).toEqual([['a', 2.5]]);
      expect((await db.search({ sparse: query, k: 1, includeVectors: true }))[0]?.vector).toEqual(
        Float32Array.of(1, 0),
      );
      for (const sparse of [
        { indices: [], values: [] },
        { indices: [3], values: [0] },
        { indices: [4], values: [9] },
      ]) {
        expect(await found(db, sparse)).toEqual([]);
      }
      expect((await db.get('c'))?.metadata).toEqual({ sparse: kept({ indices: [], values: [] }) });
      expect((await db.get('d'))?.metadata).toEqual({});
      expect((await db.stats()).memory.sparse).toBeGreaterThan(0);

      await db.update({ id: 'b', sparse: { indices: Uint32Array.of(7), values: Float32Array.of(4) } });
      expect(await found(db, query)).toEqual([
        ['b', 4],
        ['a', 2.5],
      ]);
      await db.update({ id: 'b', metadata: { lang: 'en' } });
      expect(await found(db, query, { filter: { lang: 'en' } })).toEqual([
        ['b', 4],
        ['a', 2.5],
      ]);
      await db.update({ id: 'a', metadata: { sparse: undefined } } as never);
      expect(await found(db, query)).toEqual([['b', 4]]);
      await db.upsert({ id: 'b', vector: [1, 3] });
      expect(await found(db, query)).toEqual([]);
      const all = { filter: {}, metadata: { sparse: { indices: [9], values: [1] } } };
      await db.update(all as never);
      expect(await found(db, { indices: [9], values: [2] })).toEqual(['a', 'b', 'c', 'd'].map((id) => [id, 2]));
      await db.delete(['a', 'c']);
      await db.compact();
      expect(await found(db, { indices: [9], values: [2] })).toEqual(['b', 'd'].map((id) => [id, 2]));
    });

    test('wrong sparse vectors are refused with the place, and nothing is written', async () => {
      const db = await open();
      const one = (indices: unknown, values: unknown): unknown => ({ indices, values });
      const broken: [unknown, 'INVALID_VECTOR' | 'NOT_FINITE', RegExp][] = [
        [one([1, 2], [1]), 'INVALID_VECTOR', /2 indices and 1 values/],
        [one([1, 1], [1, 2]), 'INVALID_VECTOR', /1 twice/],
        [one([3, 1, 3], [1, 2, 3]), 'INVALID_VECTOR', /3 twice/],
        [one([-1], [1]), 'INVALID_VECTOR', /from 0 to 2\^32 - 1/],
        [one([1.5], [1]), 'INVALID_VECTOR', /position 0/],
        [one([0, 2 ** 32], [1, 1]), 'INVALID_VECTOR', /position 1/],
        [one(['1'], [1]), 'INVALID_VECTOR', /'1'|"1"/],
        [one(BigInt64Array.of(1n), [1]), 'INVALID_VECTOR', /Uint32Array\.from/],
        [one([1], [-0.5]), 'INVALID_VECTOR', /-0\.5/],
        [one([1], [null]), 'INVALID_VECTOR', /null/],
        [one([1], [Number.NaN]), 'NOT_FINITE', /NaN/],
        [one([1], [Number.POSITIVE_INFINITY]), 'NOT_FINITE', /Infinity/],
        [one([1], [1e39]), 'NOT_FINITE', /1e\+39/],
        [one([1], undefined), 'INVALID_VECTOR', /indices, values/],
        [one('12', '34'), 'INVALID_VECTOR', /indices, values/],
        [[0, 1, 2], 'INVALID_VECTOR', /positions/],
        [null, 'INVALID_VECTOR', /null/],
        ['splade', 'INVALID_VECTOR', /splade/],
      ];
      for (const [sparse, code, message] of broken) {
        const records = [
          { id: 'a', vector: [1, 2] },
          { id: 'b', vector: [1, 2], sparse },
        ];
        const error = await failure(() => db.insert(records as never), code);
        expect(error).toMatchObject({ row: 1, id: 'b' });
        expect(error.message).toMatch(message);
        const inMetadata = { id: 'b', vector: [1, 2], metadata: { sparse } };
        expect((await failure(() => db.insert(inMetadata as never), code)).id).toBe('b');
        await failure(() => db.update({ filter: {}, metadata: { sparse } } as never), code);
        await failure(() => db.search({ sparse } as never), code);
        expect((await failure(() => db.searchMany([{ sparse }] as never), code)).row).toBe(0);
      }
      const both = { vector: [1, 2], sparse: one([1], [1]), metadata: { sparse: one([1], [1]) } };
      await failure(() => db.insert(both as never), 'INVALID_RECORD');
      expect(await db.count()).toBe(0);
      const many = Array.from({ length: 4_097 }, (_, i) => i);
      await failure(() => db.search({ sparse: { indices: many, values: many } }), 'INVALID_OPTIONS');
      for (const more of [{ prefix: true }, { recall: 0.9 }, { weights: { sparse: 1 } }, { candidates: 50 }]) {
        await failure(() => db.search({ sparse: one([1], [1]), ...more } as never), 'INVALID_OPTIONS');
      }
      for (const sparse of [1, 'yes', {}]) await failure(() => open({ sparse } as never), 'INVALID_OPTIONS');
      const plain = await openWith({ text: ['body'] });
      await failure(() => plain.search({ sparse: { indices: [1], values: [1] } }), 'INVALID_OPTIONS');
      const record = { vector: [1, 2], sparse: { indices: [1], values: [1] } };
      const refused = await failure(() => plain.insert(record), 'INVALID_OPTIONS');
      expect(refused.message).toContain('open({ sparse: true })');
      await failure(() => plain.replace('notes', [record]), 'INVALID_OPTIONS');
    });

    test('a caller may change its lists as soon as a call has returned', async () => {
      const db = await open();
      const sparse = { indices: [1, 2], values: new Float32Array([1, 2]) };
      const insert = db.insert({ id: 'a', vector: [1, 2], sparse });
      sparse.indices[0] = 5;
      sparse.values.fill(9);
      await insert;
      const query = { indices: new Uint32Array([1, 2]), values: [1, 10] };
      const search = db.search({ sparse: query });
      query.indices.fill(7);
      query.values[0] = 100;
      expect((await search).map(({ score }) => score)).toEqual([21]);
    });

    test('lists may be inherited, as from a class, and metadata may refer to itself', async () => {
      const db = await open();
      const sparse = Object.create({ indices: [1, 2], values: [1, 2] }) as SparseInput;
      const metadata: Record<string, unknown> = {};
      metadata['self'] = metadata;
      await db.insert({ id: 'a', vector: [1, 2], sparse, metadata });
      expect(await found(db, sparse)).toEqual([['a', 5]]);
      const read = (await db.get('a'))?.metadata as typeof metadata;
      expect(read['self']).toBe(read);
    });

    test('words, a vector and a sparse vector are fused, with ranks on request', async () => {
      const db = await open({ text: ['body'] });
      await db.insert([
        { id: 1, vector: [1, 0], metadata: { body: 'sea' }, sparse: { indices: [5], values: [1] } },
        { id: 2, vector: [1, 0.1], metadata: { body: 'whale' }, sparse: { indices: [5], values: [3] } },
        { id: 3, vector: [0, 1], metadata: { body: 'whale whale' } },
        { id: 4, vector: [-1, 0], metadata: {}, sparse: { indices: [6], values: [2] } },
      ]);
      const sparse = { indices: [5, 6], values: [1, 1] };
      const all = await db.search({ vector: [1, 0], text: 'whale', sparse, explain: true });
      expect(all[0]?.id).toBe(2);
      expect(all.find(({ id }) => id === 2)).toMatchObject({
        vectorRank: 2,
        textRank: 2,
        sparseRank: 1,
        sparseScore: 3,
      });
      const [first, last] = [all.find(({ id }) => id === 1), all.find(({ id }) => id === 4)];
      expect(first).toMatchObject({ vectorRank: 1, sparseRank: 3, sparseScore: 1 });
      expect(first).not.toHaveProperty('textRank');
      expect(last).toMatchObject({ vectorRank: 4, sparseRank: 2, sparseScore: 2 });
      const words = await db.search({ text: 'whale', sparse, explain: true });
      expect(words.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4]);
      for (const hit of words) expect(hit).not.toHaveProperty('vectorRank');
      expect(words.find(({ id }) => id === 3)).not.toHaveProperty('sparseRank');
      const heavy = await db.search({ text: 'whale', sparse, weights: { text: 0, sparse: 1 }, k: 1 });
      expect(heavy.map(({ id, score }) => [id, score])).toEqual([[2, 1]]);
      const like = await db.search({ like: 1, sparse, fusion: 'rrf' });
      expect(like.map(({ id }) => id)).not.toContain(1);
      const diverse = await db.search({ sparse, diversity: 0.5, groupBy: 'body', k: 2 });
      expect(diverse.map(({ id }) => id)).toEqual([2, 4]);
      let heard: unknown;
      const rerank = (query: unknown, hits: readonly unknown[]): number[] => {
        heard = query;
        return hits.map((_, i) => i);
      };
      const reranked = await db.search({ sparse, rerank });
      expect([reranked.map(({ id }) => id), heard]).toEqual([[1, 4, 2], {}]);
    });

    test('sparse vectors come along by every way of writing and reading', async () => {
      const [index, other] = [
        { indices: [2], values: [1] },
        { indices: [2], values: [2] },
      ];
      const model = {
        model: 'length',
        dimensions: 2,
        embed: async (texts: readonly string[]) => texts.map((text) => [1, text.length]),
      };
      const db = (await open({ embed: model, fields: { sparse: 'splade' } })) as never as EdgeVec;
      await db.insert({ id: 'text', text: 'tea', sparse: index });
      const stream = async function* () {
        yield { id: 'stream', vector: [1, 2], sparse: other };
        yield { id: 'text stream', text: 'bike', sparse: index };
      };
      await db.upsert(stream());
      const records = [
        { id: 'one', text: 'a', sparse: index },
        { id: 'two', vector: [1, 1], sparse: other },
      ];
      expect((await db.replace('notes', records)).added).toEqual(['one', 'two']);
      expect((await db.replace('notes', records)).kept).toEqual(['one', 'two']);
      const changed = [records[0], { ...records[1], sparse: { indices: [2], values: [5] } }];
      expect((await db.replace('notes', changed as never)).changed).toEqual(['two']);
      const score = [
        ['two', 5],
        ['stream', 2],
        ['text', 1],
        ['text stream', 1],
        ['one', 1],
      ];
      expect(await found(db as never, index)).toEqual(score);
      expect((await db.get('text'))?.metadata).toEqual({ text: 'tea', splade: kept(index) });

      const lines = await new Response(db.exportJson()).text();
      const copy = (await open({ fields: { sparse: 'splade' } })) as never as EdgeVec;
      await copy.importJson(new Blob([lines]));
      expect(await found(copy as never, index)).toEqual(score);
      await copy.importJson(new Blob(['{"id":"by hand","vector":[1,2],"sparse":{"indices":[9],"values":[0.5]}}']));
      expect(await found(copy as never, { indices: [9], values: [2] })).toEqual([['by hand', 1]]);

      const file = new Blob([await new Response(db.export()).arrayBuffer()]);
      const imported = await EdgeVec.import<Doc>(file, { ...where, sparse: true, fields: { sparse: 'splade' } });
      opened.add(imported);
      expect(await found(imported, index)).toEqual(score);
      // Without the option, a sparse vector is metadata as any other.
      const plain = await EdgeVec.import<Record<string, unknown>>(file, where);
      opened.add(plain as never);
      expect((await plain.get('stream'))?.metadata).toEqual({ splade: kept(other) });
      const many = await plain.search([1, 2], 10);
      expect(many).toHaveLength(5);
    });

    test('a stored database gives up no sparse vector, also by salvage and reembed', async () => {
      const name = fresh();
      const sparse = { indices: [1, 70_000], values: [0.25, 3] };
      const db = await open({ name });
      await db.insert({ id: 'saved', vector: [1, 2], sparse, metadata: { body: 'a' } });
      await db.save();
      await db.insert({ id: 'logged', vector: [1, 3], sparse, metadata: { body: 'bb' } });
      // A value that is no sparse vector, written without the option.
      await db.close();
      const plain = await openWith({ name });
      await plain.insert({ id: 'other', vector: [1, 4], metadata: { sparse: 'text', body: 'c' } as never });
      await plain.close();
      const again = await open({ name });
      const expected = ['saved', 'logged'].map((id) => [id, 9.0625]);
      expect(await found(again, sparse)).toEqual(expected);
      const model = {
        model: 'm',
        dimensions: 3,
        embed: async (texts: readonly string[]) => texts.map(() => [1, 2, 3]),
      };
      await again.close();
      const texts = await open({ name, fields: { text: 'body' } });
      await texts.reembed(model);
      expect([texts.dimensions, await found(texts, sparse)]).toEqual([3, expected]);
      await texts.close();
      const inMemory = await open({ fields: { text: 'body' } });
      await inMemory.insert({ id: 'a', vector: [1, 2], sparse, metadata: { body: 'a' } });
      await inMemory.reembed(model);
      expect(await found(inMemory, sparse)).toEqual([['a', 9.0625]]);
      const { db: salvaged, report } = await EdgeVec.salvage<Doc>(name, where);
      opened.add(salvaged);
      expect(report.losses).toEqual([]);
      expect((await salvaged.get('logged'))?.metadata.sparse).toEqual(kept(sparse));
    });

    test.each(Array.from({ length: soaked(3, 30) }, (_, i) => i + 1))(
      'agrees with plain dot products through writes, deletions, compaction and reopening, seed %i',
      async (seed) => {
        const next = random(seed);
        const below = (most: number): number => Math.floor(next() * most);
        const name = fresh();
        const rows = new Map<Id, Doc>();
        const sparse = (most: number): SparseInput => {
          const indices = [...new Set(Array.from({ length: below(most) }, () => Math.floor(next() ** 2 * 60)))];
          const values = indices.map(() => (next() < 0.5 ? below(3) : next() * 3));
          return next() < 0.5
            ? { indices, values }
            : { indices: new Uint32Array(indices), values: new Float32Array(values) };
        };
        const doc = (): Doc => ({ lang: next() < 0.5 ? 'en' : 'de', body: WORDS[below(WORDS.length)] as string });
        let db = await open({ name, text: ['body'] });
        const check = async () => {
          for (let i = 0; i < 3; i++) {
            const query = sparse(20);
            const filter = next() < 0.5 ? undefined : { lang: 'en' };
            const k = [3, 10, 500][below(3)] as number;
            const hits = await found(db, query, { k, ...(filter && { filter }) });
            const judged = [...rows]
              .filter(([, row]) => filter === undefined || row.lang === filter.lang)
              .map(([id, row]): [Id, number] => [id, row.sparse === undefined ? 0 : dot(kept(query), row.sparse)])
              .filter(([, score]) => score > 0)
              .sort((a, b) => b[1] - a[1]);
            expect(hits).toEqual(judged.slice(0, k));
          }
          await checkFused();
        };
        const checkFused = async () => {
          const query = { text: WORDS[below(3)] as string, sparse: sparse(20) };
          const how = { k: 500, candidates: 500, explain: true } as const;
          const hits: FusedHit<Doc>[] = await db.search({ ...query, ...how } as HybridSearch<Doc>);
          const [words, dots] = [
            await db.search({ text: query.text, k: 500 }),
            await found(db, query.sparse, { k: 500 }),
          ];
          expect(hits.length).toBe(new Set([...words.map(({ id }) => id), ...dots.map(([id]) => id)]).size);
          for (const { id, textScore, sparseScore, sparseRank } of hits) {
            expect(textScore).toBe(words.find((hit) => hit.id === id)?.score);
            expect(sparseScore).toBe(dots.find(([own]) => own === id)?.[1]);
            expect((sparseRank ?? 0) - 1).toBe(dots.findIndex(([own]) => own === id));
          }
        };
        for (let round = 0; round < 14; round++) {
          const ids = [...new Set(Array.from({ length: 1 + below(40) }, () => below(150)))];
          const kind = below(6);
          if (kind < 3) {
            const records = ids.map((id) => {
              const vector = next() < 0.2 ? undefined : sparse(30);
              return { id, vector: [1, id], metadata: doc(), ...(vector && { sparse: vector }) };
            });
            await db.upsert(records);
            for (const { id, metadata, sparse } of records) {
              rows.set(id, { ...metadata, ...(sparse && { sparse: kept(sparse) }) });
            }
          } else if (kind === 3) {
            await db.delete(ids);
            for (const id of ids) rows.delete(id);
          } else if (kind === 4) {
            const changes = ids.filter((id) => rows.has(id)).map((id) => ({ id, sparse: sparse(20) }));
            await db.update(changes);
            for (const { id, sparse } of changes) rows.set(id, { ...rows.get(id), sparse: kept(sparse) });
          } else {
            if (next() < 0.5) await db.compact();
            if (next() < 0.5) await db.save();
            await db.close();
            db = await open({ name, text: ['body'] });
          }
          await check();
        }
        for await (const { id, metadata } of db.scan()) expect(metadata).toEqual(rows.get(id));
        await db.clear();
        rows.clear();
        await check();
      },
    );
  });
}
