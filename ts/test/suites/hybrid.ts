// Fused, diverse, grouped and reranked searches through the public API, judged by their definitions
// over plain lists of rows. The suites of vector search and text search judge the lists.

import { afterEach, describe, expect, test } from 'vitest';
import {
  EdgeVec,
  type FusedHit,
  type HybridSearch,
  type Id,
  type RankingOptions,
  type TextOptions,
  type TextSearch,
  type VectorSearch,
} from '../../src/index.js';
import { DIMENSIONS, type Doc, filled, type Row, textOf, vectorOf } from '../support/hybrid-rows.js';
import { random } from '../support/random.mjs';
import { soaked } from '../support/soak.js';
import type { Kept } from './durable.js';

type Options = HybridSearch<Doc> | TextSearch<Doc> | VectorSearch<Doc>;

const ALL = 1_000;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => sum(Array.from(x, (value, i) => value * (y[i] as number)));
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Scores by id, scaled so that the best has 1 and the worst 0. */
function scaled(scores: ReadonlyMap<Id, number>): Map<Id, number> {
  const [worst, best] = [Math.min(...scores.values()), Math.max(...scores.values())];
  return new Map([...scores].map(([id, score]) => [id, best > worst ? (score - worst) / (best - worst) : 1]));
}

export function defineHybridSuite(label: string, kept: Kept): void {
  const opened = new Set<EdgeVec<Doc>>();
  const open = async (more: TextOptions<Doc> & { name?: string; metric?: 'dot' } = {}): Promise<EdgeVec<Doc>> => {
    const db = await EdgeVec.open<Doc>({ ...kept, dimensions: DIMENSIONS, text: ['body'], ...more });
    opened.add(db);
    return db;
  };

  afterEach(async () => {
    for (const db of opened) await db.close();
    opened.clear();
  });

  const filledWith = async (next: () => number) => filled(await open(), next);

  /** The fused list, by the definitions in docs/search.md. */
  async function fused(
    db: EdgeVec<Doc>,
    query: HybridSearch<Doc>,
    vectors: readonly Float32Array[],
    rows: ReadonlyMap<Id, Row>,
  ): Promise<(FusedHit<Doc> & { score: number })[]> {
    const { filter, text, candidates = 100, fusion = 'relative', rrfK = 60, weights = {} } = query;
    const only = filter === undefined ? {} : { filter };
    const lists: Map<Id, number>[] = [];
    for (const vector of vectors) {
      const hits = await db.search(vector, { k: ALL, exact: true, ...only });
      lists.push(new Map(hits.map(({ id, score }) => [id, score])));
    }
    if (text !== undefined) {
      const hits = await db.search({ text, k: ALL, ...only });
      lists.push(new Map(hits.map(({ id, score }) => [id, score])));
    }
    const ids = new Set(lists.flatMap((list) => [...list.keys()].slice(0, candidates)));
    const byWeight = typeof weights.vector === 'number' || weights.vector === undefined ? undefined : weights.vector;
    const all = vectors.map((_, i) => byWeight?.[i] ?? (weights.vector as number | undefined) ?? 1);
    if (text !== undefined) all.push(weights.text ?? 1);
    const scores = new Map<Id, number>([...ids].map((id) => [id, 0]));
    const ranks = lists.map(
      (list) => new Map([...list.keys()].filter((id) => ids.has(id)).map((id, i) => [id, i + 1])),
    );
    for (const [i, list] of lists.entries()) {
      const own = scaled(new Map([...ids].map((id) => [id, list.get(id) ?? 0])));
      for (const id of ids) {
        const weight = all[i] as number;
        const rank = ranks[i]?.get(id);
        const rrf = rank === undefined ? 0 : weight / (rrfK + rank);
        const relative = list.has(id) ? ((own.get(id) as number) * weight) / sum(all) : 0;
        scores.set(id, (scores.get(id) as number) + (fusion === 'rrf' ? rrf : relative));
      }
    }
    const place = (id: Id): number => (rows.get(id) as Row).place;
    const hits = [...scores].map(([id, score]) => {
      const best = vectors.map((_, i) => i).sort((a, b) => rankIn(ranks, a, id) - rankIn(ranks, b, id))[0] as number;
      const last = lists.length - 1;
      const textRank = text === undefined ? undefined : ranks[last]?.get(id);
      return {
        id,
        score,
        metadata: (rows.get(id) as Row).doc,
        vectorRank: rankIn(ranks, best, id),
        vectorScore: lists[best]?.get(id) as number,
        ...(textRank === undefined ? {} : { textRank, textScore: lists[last]?.get(id) as number }),
      };
    });
    return hits.sort((a, b) => b.score - a.score || place(a.id) - place(b.id));
  }

  const rankIn = (ranks: readonly ReadonlyMap<Id, number>[], list: number, id: Id): number =>
    ranks[list]?.get(id) as number;

  /** The same hits, with scores that differ by rounding. Rows of nearly equal scores may swap. */
  function expectSame(found: readonly FusedHit<Doc>[], expected: readonly FusedHit<Doc>[]): void {
    expect(found.length).toBe(expected.length);
    for (const [i, hit] of found.entries()) {
      const { score, vectorScore, textScore, ...facts } = expected.find(({ id }) => id === hit.id) as FusedHit<Doc>;
      expect(hit).toMatchObject(facts);
      expect(hit.score).toBeCloseTo(score, 6);
      expect(hit.score).toBeCloseTo((expected[i] as FusedHit<Doc>).score, 6);
      if (vectorScore !== undefined) expect(hit.vectorScore).toBeCloseTo(vectorScore, 5);
      if (textScore !== undefined) expect(hit.textScore).toBeCloseTo(textScore, 5);
    }
  }

  describe(`Hybrid search, ${label}`, () => {
    test('finds by words and by a vector in one call, with ranks on request', async () => {
      const db = await open();
      const [east, north] = [
        [1, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0],
      ] as const;
      await db.insert([
        { id: 'near', vector: [1, 0.1, 0, 0, 0, 0], metadata: { body: 'a calm sea', lang: 'en' } },
        { id: 'both', vector: [1, 0.2, 0, 0, 0, 0], metadata: { body: 'a whale', lang: 'en' } },
        { id: 'word', vector: north, metadata: { body: 'whale whale', lang: 'de' } },
      ]);
      const hits = await db.search({ vector: east, text: 'whale', explain: true });
      expect(hits.map(({ id }) => id)[0]).toBe('both');
      expect(hits).toHaveLength(3);
      expect(hits[0]).toMatchObject({ vectorRank: 2, textRank: 2 });
      const near = hits.find(({ id }) => id === 'near');
      expect(near).not.toHaveProperty('textRank');
      expect(near).toMatchObject({ vectorRank: 1, metadata: { body: 'a calm sea' } });
      expect(near).not.toHaveProperty('distance');
      const [plain] = await db.search({ vector: east, text: 'whale', k: 1 });
      expect(Object.keys(plain as object).sort()).toEqual(['id', 'metadata', 'score']);
      const german = await db.search({ vector: east, text: 'whale', filter: { lang: 'de' }, highlight: true });
      expect(german.map(({ id, highlights }) => [id, highlights])).toEqual([
        [
          'word',
          {
            body: [
              [0, 5],
              [6, 11],
            ],
          },
        ],
      ]);
      // Words that no row has, and a query without words, leave the order of the vector.
      for (const text of ['squid', '']) {
        expect((await db.search({ vector: east, text })).map(({ id }) => id)).toEqual(['near', 'both', 'word']);
      }
      const like = await db.search({ like: 'word', text: 'whale' });
      expect(like.map(({ id }) => id)).toEqual(['both', 'near']);
    });

    test('a search by an object is the same search as with a vector', async () => {
      const { db } = await filledWith(random(7));
      const vector = vectorOf(random(8));
      const filter = { lang: 'en' } as const;
      expect(await db.search({ vector, k: 7, filter, offset: 2, exact: true })).toEqual(
        await db.search(vector, { k: 7, filter, offset: 2, exact: true }),
      );
      const how = { k: 5, diversity: 0.5, includeVectors: true } as const;
      expect(await db.search({ vector, ...how })).toEqual(await db.search(vector, how));
      expect(await db.searchMany([vector, vector], how)).toEqual([
        await db.search(vector, how),
        await db.search(vector, how),
      ]);
    });

    test.each(Array.from({ length: soaked(3, 40) }, (_, i) => i + 1))(
      'fuses, groups and pages as defined, seed %i',
      async (seed) => {
        const next = random(seed);
        const { db, rows } = await filledWith(next);
        for (let i = 0; i < 8; i++) {
          const vectors = Array.from({ length: 1 + Math.floor(next() * 3) }, () => vectorOf(next));
          const query = {
            ...(vectors.length === 1 ? { vector: vectors[0] as Float32Array } : { vectors }),
            ...(vectors.length === 1 || next() < 0.5 ? { text: textOf(next, 4) } : {}),
            fusion: next() < 0.5 ? 'rrf' : 'relative',
            candidates: [30, 60, 400][Math.floor(next() * 3)] as number,
            exact: true,
            explain: true,
            ...(next() < 0.5 ? {} : { filter: { lang: 'de' } }),
            ...(next() < 0.5 ? {} : { weights: { vector: vectors.map(() => 0.1 + next()) } }),
          } as HybridSearch<Doc>;
          const expected = await fused(db, query, vectors, rows);
          expectSame(await db.search({ ...query, k: 30 }), expected.slice(0, 30));
          // The pages are parts of a single list.
          const list = await db.search({ ...query, k: 30 });
          const pages = [await db.search({ ...query, k: 12 }), await db.search({ ...query, k: 18, offset: 12 })];
          expect(pages.flat()).toEqual(list);
          const minScore = list[Math.floor(list.length / 2)]?.score ?? 0;
          expect(await db.search({ ...query, k: 30, minScore })).toEqual(list.filter(({ score }) => score >= minScore));
          const perGroup = 1 + Math.floor(next() * 2);
          const grouped = await db.search({ ...query, k: 20, groupBy: 'source', perGroup });
          const whole = await db.search({ ...query, k: query.candidates as number });
          const counts = new Map<unknown, number>();
          const allowed = whole.filter(({ metadata: { source } }) => {
            counts.set(source, (counts.get(source) ?? 0) + 1);
            return source === undefined || (counts.get(source) as number) <= perGroup;
          });
          expect(grouped).toEqual(allowed.slice(0, 20));
          const both = await db.searchMany([{ ...query, k: 30 } as HybridSearch<Doc>, { ...query, k: 3 }]);
          expect(both).toEqual([list, list.slice(0, 3)]);
        }
      },
    );

    test.each(Array.from({ length: soaked(3, 40) }, (_, i) => i + 1))(
      'diverse hits have the highest marginal relevance, seed %i',
      async (seed) => {
        const next = random(100 + seed);
        const { db, rows } = await filledWith(next);
        for (const kind of ['vector', 'text', 'hybrid'] as const) {
          const vector = vectorOf(next);
          const text = 'whale sea storm';
          const query: Options = kind === 'vector' ? { vector } : kind === 'text' ? { text } : { vector, text };
          const diversity = [0.2, 0.5, 1][Math.floor(next() * 3)] as number;
          const candidates = 40;
          const how = { ...query, candidates, filter: { lang: 'en' } } as HybridSearch<Doc>;
          const best = await db.search({ ...how, k: candidates, diversity: 0 });
          const scores = scaled(new Map(best.map(({ id, score }) => [id, score])));
          const of = (id: Id): Float32Array => (rows.get(id) as Row).vector;
          const relevance = (id: Id): number =>
            kind === 'vector' ? cosine(vector, of(id)) : (scores.get(id) as number);
          const found = await db.search({ ...how, k: 8, diversity });
          const chosen: Id[] = [];
          for (const { id } of found) {
            const value = (other: Id): number =>
              (1 - diversity) * relevance(other) -
              diversity * (chosen.length === 0 ? 0 : Math.max(...chosen.map((row) => cosine(of(row), of(other)))));
            const left = best.map((hit) => hit.id).filter((other) => !chosen.includes(other));
            expect(value(id)).toBeGreaterThan(Math.max(...left.map(value)) - 1e-5);
            chosen.push(id);
          }
          expect(found).toHaveLength(Math.min(8, best.length));
          expect(await db.search({ ...how, k: 5, offset: 3, diversity })).toEqual(found.slice(3));
          for (const hit of found) expect(hit).not.toHaveProperty('vector');
          const [first] = await db.search({ ...how, k: 1, diversity, includeVectors: true });
          expect(first?.vector).toHaveLength(DIMENSIONS);
          const grouped = await db.search({ ...how, k: 8, diversity, groupBy: 'source' });
          const sources = grouped.map(({ metadata }) => metadata.source).filter((source) => source !== undefined);
          expect(new Set(sources).size).toBe(sources.length);
        }
      },
    );

    test('equal scores come in the order of insertion, also after updates and deletions', async () => {
      const db = await open();
      const record = (id: number) => ({ id, vector: [1, 1, 0, 0, 0, 0], metadata: { body: 'whale', lang: 'en' } });
      await db.insert([0, 1, 2, 3, 4, 5].map(record));
      await db.delete([1, 4]);
      await db.upsert([7, 1, 0].map(record));
      for (const fusion of ['rrf', 'relative'] as const) {
        const hits = await db.search({ vector: [1, 0, 0, 0, 0, 0], text: 'whale', fusion, explain: true });
        expect(hits.map(({ id }) => id)).toEqual([0, 2, 3, 5, 7, 1]);
        expect(hits.map(({ vectorRank }) => vectorRank)).toEqual([1, 2, 3, 4, 5, 6]);
      }
    });

    test('a group is looked for beyond the first candidates, unless the caller says how many', async () => {
      const db = await open();
      await db.insert(
        Array.from({ length: 600 }, (_, id) => ({
          id,
          vector: [1, id / 600, 0, 0, 0, 0],
          metadata: { body: 'whale', lang: 'en', source: id < 500 ? 'a' : `${id}` },
        })),
      );
      const query = { vector: [1, 0, 0, 0, 0, 0], exact: true, k: 3, groupBy: 'source' } as const;
      expect((await db.search(query)).map(({ id }) => id)).toEqual([0, 500, 501]);
      expect((await db.search({ ...query, candidates: 100 })).map(({ id }) => id)).toEqual([0]);
      expect((await db.search({ ...query, text: 'whale' })).map(({ id }) => id)).toEqual([0, 500, 501]);
      expect((await db.search({ ...query, minScore: 0.9999999 })).map(({ id }) => id)).toEqual([0]);
    });

    test('rerank sorts the candidates by its scores, within its time', async () => {
      const { db } = await filledWith(random(3));
      const vector = vectorOf(random(4));
      const plain = await db.search({ vector, text: 'whale', k: 30, candidates: 30 });
      const seen: [string | undefined, Id[]][] = [];
      const rerank: RankingOptions<Doc>['rerank'] = ({ text }, hits) => {
        seen.push([text, hits.map(({ id }) => id)]);
        return hits.map((_, i) => i % 10);
      };
      const order = plain.map((hit, i) => ({ ...hit, score: i % 10 })).sort((a, b) => b.score - a.score);
      expect(await db.search({ vector, text: 'whale', k: 10, offset: 2, candidates: 30, rerank })).toEqual(
        order.slice(2, 12),
      );
      expect(seen).toEqual([['whale', plain.map(({ id }) => id)]]);
      const high = await db.search({ vector, text: 'whale', k: 30, candidates: 30, minScore: 8, rerank });
      expect(high.map(({ score }) => score)).toEqual([9, 9, 9, 8, 8, 8]);
      const grouped = await db.search({
        vector,
        k: 5,
        groupBy: 'source',
        rerank: async (_, hits) => hits.map(() => 1),
      });
      const sources = grouped.map(({ metadata }) => metadata.source).filter((source) => source !== undefined);
      expect(new Set(sources).size).toBe(sources.length);
      const diverse = await db.search({
        vector,
        k: 5,
        diversity: 0.9,
        rerank: (_, hits) => hits.map(({ score }) => score),
      });
      expect(diverse).toHaveLength(5);
      expect(diverse[0]).not.toHaveProperty('vector');
      // A function may change the list that it gets.
      const emptied: RankingOptions<Doc>['rerank'] = (_, hits) =>
        new Float32Array((hits as unknown[]).splice(0).length);
      expect(await db.search({ text: 'whale', k: 1, rerank: emptied })).toHaveLength(1);
      expect(await db.search({ text: 'squid', rerank: () => [] })).toEqual([]);
      const [one, two] = await db.searchMany([
        { vector, k: 2, rerank },
        { vector, k: 3, rerank },
      ]);
      expect([one?.length, two?.length]).toEqual([2, 3]);
    });
  });
}
