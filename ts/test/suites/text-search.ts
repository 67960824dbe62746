// Text search through the public API, judged by BM25 in its plainest form over a map of rows.

import { afterEach, describe, expect, test } from 'vitest';
import {
  EdgeVec,
  type Id,
  type Language,
  type OpenOptions,
  type TextOptions,
  type TextSearch,
} from '../../src/index.js';
import { type Cutter, plainCutter } from '../../src/text/cutter.js';
import { stemmingCutter } from '../../src/text/stemming-cutter.js';
import { failure } from '../support/open.js';
import { soaked } from '../support/soak.js';
import type { Kept } from './durable.js';

interface Doc {
  title?: string;
  body: string;
  lang: string;
  about?: { place?: string };
}

const K1 = 1.2;
const B = 0.75;
const WEIGHTS = { title: 3, body: 1, 'about.place': 2 };

/** The tokens of a row, each as often as it counts. */
function wordsOf({ title = '', body, about = {} }: Doc, cutter: Cutter): Map<string, number> {
  const words = new Map<string, number>();
  for (const [text, weight] of [
    [title, WEIGHTS.title],
    [body, WEIGHTS.body],
    [about.place ?? '', WEIGHTS['about.place']],
  ] as const) {
    cutter.tokensOf(text, (token) => words.set(token, (words.get(token) ?? 0) + weight));
  }
  return words;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, number) => all + number, 0);

/** All rows with a word of the query, the best first, by the definition of BM25. */
function judge(
  rows: ReadonlyMap<Id, Doc>,
  query: string,
  cutter: Cutter,
  allowed: (doc: Doc) => boolean,
): [Id, number][] {
  const all = [...rows]
    .map(([id, doc]) => ({ id, doc, words: wordsOf(doc, cutter) }))
    .filter(({ words }) => words.size > 0);
  const average = sum(all.map(({ words }) => sum(words.values()))) / all.length;
  const tokens: string[] = [];
  cutter.queryTokensOf(query, (token) => tokens.push(token));
  const scored = all.map(({ id, doc, words }): [Id, number, Doc] => {
    const damping = K1 * (1 - B + (B * sum(words.values())) / average);
    const score = sum(
      tokens.map((token) => {
        const f = words.get(token) ?? 0;
        const n = all.filter((row) => row.words.has(token)).length;
        return (Math.log(1 + (all.length - n + 0.5) / (n + 0.5)) * f * (K1 + 1)) / (f + damping);
      }),
    );
    return [id, score, doc];
  });
  const found = scored
    .filter(([, score, doc]) => score > 0 && allowed(doc))
    .map(([id, score]): [Id, number] => [id, score]);
  return found.sort((a, b) => b[1] - a[1]);
}

const VOCABULARY =
  'the of and whale ship sea captain Ahab white boat harpoon fooBar max_size Größe été Война κόσμος 白鯨 クジラ 고래 नमस्ते สวัสดี whales whaling ships captains Größen étés войны κόσμου'.split(
    ' ',
  );

/** The model test goes through these, seed by seed. */
const LANGUAGES: readonly (Language | undefined)[] = [undefined, 'en', 'ru', 'de', 'fr', 'el'];

/** A linear congruential generator (Numerical Recipes). */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function defineTextSearchSuite(label: string, kept: Kept): void {
  const { directory } = kept;
  const opened = new Set<EdgeVec<Doc>>();
  const made = new Set<string>();
  const openWith = async (options: Partial<OpenOptions> & TextOptions<Doc>): Promise<EdgeVec<Doc>> => {
    const db = await EdgeVec.open<Doc>({ ...kept, dimensions: 2, ...options });
    opened.add(db);
    if (options.name !== undefined) made.add(options.name);
    return db;
  };
  const open = (more: object): Promise<EdgeVec<Doc>> => openWith({ text: WEIGHTS, ...more });

  afterEach(async () => {
    for (const db of opened) await db.close();
    for (const name of made) await EdgeVec.drop(name, directory === undefined ? {} : { directory });
    opened.clear();
    made.clear();
  });

  describe(`Text search, ${label}`, () => {
    test('finds rows by words, the best first', async () => {
      const db = await open({});
      await db.insert([
        { id: 'a', vector: [1, 0], metadata: { title: 'Moby Dick', body: 'a white whale and a ship', lang: 'en' } },
        { id: 'b', vector: [0, 1], metadata: { title: 'The Whale', body: 'natural history', lang: 'en' } },
        { id: 'c', vector: [1, 1], metadata: { body: 'no such animal', lang: 'de', about: { place: 'Nantucket' } } },
        { id: 'd', vector: [1, 2] as number[], metadata: { body: '', lang: 'de' } },
      ]);
      const found = await db.search({ text: 'whale' });
      expect(found.map(({ id }) => id)).toEqual(['b', 'a']);
      expect(found[0]).toEqual({
        id: 'b',
        score: expect.any(Number),
        metadata: expect.objectContaining({ title: 'The Whale' }),
      });
      expect((await db.search({ text: 'WHALE ships', k: 1, includeVectors: true }))[0]?.vector).toEqual(
        new Float32Array([0, 1]),
      );
      expect((await db.search({ text: 'nantucket' })).map(({ id }) => id)).toEqual(['c']);
      expect(
        (await db.search({ text: 'whale', filter: { title: { $startsWith: 'Moby' } } })).map(({ id }) => id),
      ).toEqual(['a']);
      expect(await db.search({ text: 'whale', offset: 1 })).toEqual([found[1]]);
      expect(await db.search({ text: 'whale', offset: 5 })).toEqual([]);
      expect(await db.search({ text: ' ,.' })).toEqual([]);
      expect(await db.search({ text: 'squid' })).toEqual([]);
    });

    test('prefix, fuzzy and highlight', async () => {
      const db = await open({});
      await db.insert([
        { id: 1, vector: [1, 0], metadata: { body: 'Whales near the whaleboat', lang: 'en' } },
        { id: 2, vector: [0, 1], metadata: { title: 'whlae', body: 'parseHTTPResponse 白鯨記', lang: 'en' } },
      ]);
      const ids = async (query: Partial<TextSearch<Doc>>) =>
        (await db.search({ text: '', ...query })).map(({ id }) => id).sort();
      expect(await ids({ text: 'whal' })).toEqual([]);
      expect(await ids({ text: 'whal', prefix: true })).toEqual([1]);
      expect(await ids({ text: 'whal near', prefix: true })).toEqual([1]);
      expect(await ids({ text: 'whale', fuzzy: true })).toEqual([1, 2]);
      expect(await ids({ text: 'parseHttpResp', prefix: true })).toEqual([2]);
      expect(await ids({ text: '鯨' })).toEqual([2]);
      const [first] = await db.search({ text: 'whal', prefix: true, highlight: true });
      expect(first?.highlights).toEqual({
        body: [
          [0, 6],
          [16, 25],
        ],
      });
      const [second] = await db.search({ text: 'http 白鯨記 whale', fuzzy: true, highlight: true });
      expect(second?.highlights).toEqual({
        title: [[0, 5]],
        body: [
          [5, 9],
          [18, 21],
        ],
      });
      expect((await db.search({ text: 'http' }))[0]).not.toHaveProperty('highlights');
    });

    test('refuses wrong fields, weights and queries', async () => {
      const db = await open({});
      const plain = await openWith({});
      await failure(() => plain.search({ text: 'whale' }), 'INVALID_OPTIONS');
      const search = db.search as (...given: unknown[]) => Promise<unknown>;
      await failure(() => search({ text: 'whale' }, 3), 'INVALID_OPTIONS');
      await failure(() => db.search({ text: 5 as never }), 'INVALID_OPTIONS');
      await failure(() => db.search({ text: 'a'.repeat(10_001) }), 'INVALID_OPTIONS');
      await failure(() => db.search({ text: 'whale', k: 0 }), 'INVALID_K');
      await failure(() => db.search({ text: 'whale', prefix: 1 as never }), 'INVALID_OPTIONS');
      await failure(() => db.search({ text: 'whale', recall: 0.9 } as never), 'INVALID_OPTIONS');
      for (const text of [[], {}, 'title', { title: 0 }, { title: 65 }, { title: 1.5 }, [5], ['a\\b'], null]) {
        await failure(() => open({ text }), 'INVALID_OPTIONS');
      }
      for (const bm25 of [{ k1: -1 }, { b: 2 }, { k: 1 }, 5]) await failure(() => open({ bm25 }), 'INVALID_OPTIONS');
      await failure(() => openWith({ bm25: { b: 0 } }), 'INVALID_OPTIONS');
    });

    test.each(Array.from({ length: soaked(4, 30) }, (_, i) => i + 1))(
      'agrees with plain BM25 through writes, deletions, compaction and reopening, seed %i',
      async (seed) => {
        const pick = numbers(seed);
        const name = `text-${label}-${seed}-${Date.now()}`;
        const rows = new Map<Id, Doc>();
        const text = (most: number) =>
          Array.from(
            { length: pick(most) },
            () => VOCABULARY[Math.floor(VOCABULARY.length * (pick(1_000) / 1_000) ** 2)],
          ).join(' ');
        const doc = (): Doc => ({
          ...(pick(2) === 0 ? {} : { title: text(4) }),
          body: text(30),
          lang: ['en', 'de'][pick(2)] as string,
          ...(pick(4) === 0 ? { about: { place: text(3) } } : {}),
        });
        const language = LANGUAGES[(seed - 1) % LANGUAGES.length];
        const cutter = language === undefined ? plainCutter : await stemmingCutter(plainCutter, language);
        const options = { name, ...(language && { language }) };
        let db = await open(options);
        const check = async () => {
          for (let i = 0; i < 3; i++) {
            const query = text(6);
            const lang = [undefined, 'en'][pick(2)];
            const k = [3, 10, 500][pick(3)] as number;
            const hits = await db.search({ text: query, k, ...(lang === undefined ? {} : { filter: { lang } }) });
            const judged = judge(rows, query, cutter, (row) => lang === undefined || row.lang === lang);
            expect(hits.length, query).toBe(Math.min(k, judged.length));
            const scores = new Map(judged);
            const places = new Map([...rows.keys()].map((id, place) => [id, place]));
            for (const [at, { id, score, metadata }] of hits.entries()) {
              expect(Math.abs(score - (judged[at]?.[1] ?? 0)), query).toBeLessThan(1e-6);
              expect(Math.abs(score - (scores.get(id) ?? 0)), query).toBeLessThan(1e-6);
              expect(metadata).toEqual(rows.get(id));
              const before = hits[at - 1];
              if (before?.score === score) expect(places.get(before.id)).toBeLessThan(places.get(id) as number);
            }
          }
        };
        for (let round = 0; round < 14; round++) {
          const ids = Array.from({ length: 1 + pick(40) }, () => pick(150));
          const kind = pick(6);
          if (kind < 3) {
            const records = [...new Set(ids)].map((id) => ({ id, vector: [1, id], metadata: doc() }));
            await db.upsert(records);
            for (const { id, metadata } of records) rows.set(id, metadata);
          } else if (kind === 3) {
            await db.delete(ids);
            for (const id of ids) rows.delete(id);
          } else if (kind === 4) {
            const changes = [...new Set(ids)]
              .filter((id) => rows.has(id))
              .map((id) => ({ id, metadata: { body: text(20) } }));
            await db.update(changes);
            for (const { id, metadata } of changes) rows.set(id, { ...(rows.get(id) as Doc), ...metadata });
          } else {
            if (pick(2) === 0) await db.compact();
            if (pick(2) === 0) await db.save();
            await db.close();
            db = await open(options);
          }
          await check();
        }
        await db.clear();
        rows.clear();
        await check();
      },
    );
  });
}
