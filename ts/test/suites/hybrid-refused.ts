// Wrong options of searches by an object, and functions that fail: each ends in a typed error.

import { afterEach, describe, expect, test } from 'vitest';
import { EdgeVec, type TextSearch } from '../../src/index.js';
import { DIMENSIONS, type Doc, filled } from '../support/hybrid-rows.js';
import { failure } from '../support/open.js';
import { random } from '../support/random.mjs';
import type { Kept } from './durable.js';

export function defineHybridRefusedSuite(label: string, kept: Kept): void {
  const opened = new Set<EdgeVec<Doc>>();

  afterEach(async () => {
    for (const db of opened) await db.close();
    opened.clear();
  });

  const filledWith = async (next: () => number) => {
    const db = await EdgeVec.open<Doc>({ ...kept, dimensions: DIMENSIONS, text: ['body'] });
    opened.add(db);
    return filled(db, next);
  };

  describe(`Refused hybrid searches, ${label}`, () => {
    test('rerank fails with its own errors', async () => {
      const { db } = await filledWith(random(5));
      const text = 'whale';
      const oops = new Error('oops');
      const search = (rerank: unknown, more: object = {}): Promise<unknown> =>
        db.search({ text, rerank, ...more } as TextSearch<Doc>);
      const thrown = await failure(
        () =>
          search(() => {
            throw oops;
          }),
        'RERANK_FAILED',
      );
      expect(thrown.cause).toBe(oops);
      expect((await failure(() => search(async () => Promise.reject(oops)), 'RERANK_FAILED')).cause).toBe(oops);
      for (const scores of [[], [1], undefined, null, 5, 'abc', {}, new Array(1e9)]) {
        await failure(() => search(() => scores), 'RERANK_FAILED');
      }
      for (const score of [Number.NaN, Number.POSITIVE_INFINITY, '1', undefined]) {
        await failure(() => search((_: unknown, hits: unknown[]) => hits.map(() => score)), 'RERANK_FAILED');
      }
      let signal: AbortSignal | undefined;
      const waits = (_: unknown, _hits: unknown, context: { signal: AbortSignal }): Promise<never> => {
        ({ signal } = context);
        return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(oops)));
      };
      await failure(() => search(waits, { timeout: 5 }), 'RERANK_TIMEOUT');
      expect(signal?.aborted).toBe(true);
      expect(signal?.reason).toMatchObject({ code: 'RERANK_TIMEOUT' });
      await failure(() => search(5), 'INVALID_OPTIONS');
      for (const timeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5']) {
        await failure(() => search(() => [], { timeout }), 'INVALID_OPTIONS');
      }
    });

    test('several vectors and options without effect are refused with the reason', async () => {
      const { db } = await filledWith(random(6));
      const vector = [1, 0, 0, 0, 0, 0];
      const search = db.search as (...given: unknown[]) => Promise<unknown>;
      const both = { vector, text: 'whale' };
      const wrong: object[] = [
        { vector, like: 1 },
        { vector, vectors: [vector] },
        { ...both, like: 3 },
        { ...both, k: 10, candidates: 9 },
        { ...both, candidates: 5.5 },
        { ...both, fusion: 'sum' },
        { ...both, rrfK: 10 },
        { ...both, fusion: 'rrf', rrfK: -1 },
        { ...both, weights: 5 },
        { ...both, weights: { words: 1 } },
        { ...both, weights: { vector: 0, text: 0 } },
        { ...both, weights: { vector: [1, 2] } },
        { ...both, weights: { vector: Number.NaN } },
        { ...both, weights: { text: Number.POSITIVE_INFINITY } },
        { ...both, weights: { text: -1 } },
        { ...both, explain: 1 },
        { ...both, diversity: 1.1 },
        { ...both, diversity: Number.NaN },
        { ...both, groupBy: ['source'] },
        { ...both, groupBy: 'source', perGroup: 0 },
        { ...both, perGroup: 2 },
        { ...both, timeout: 5 },
        { ...both, minScore: Number.NaN },
        { ...both, minScore: '1' },
        { ...both, topK: 5 },
        { vector, candidates: 50 },
        { vector, prefix: true },
        { vector, fusion: 'rrf' },
        { text: 'whale', recall: 0.9 },
        { text: 'whale', explain: true },
        { text: 'whale', weights: { text: 1 } },
        { vectors: [] },
        { text: undefined },
      ];
      for (const query of wrong)
        expect(await search(query).catch((error) => error), JSON.stringify(query)).toMatchObject({
          code: 'INVALID_OPTIONS',
        });
      expect((await failure(() => search({ vector, perGroup: 2 }), 'INVALID_OPTIONS')).remedy).toMatch(/groupBy/);
      expect((await failure(() => search({ vector, scoreThreshold: 2 }), 'INVALID_OPTIONS')).remedy).toMatch(
        /minScore/,
      );
      await failure(() => search(both, { k: 3 }), 'INVALID_OPTIONS');
      await failure(() => search({ ...both, k: 0 }), 'INVALID_K');
      await failure(() => search({ ...both, filter: { $near: 1 } }), 'INVALID_FILTER');
      await failure(() => search({ vector: undefined }), 'INVALID_VECTOR');
      await failure(() => search({ text: 'whale', vector: 'whale' }), 'INVALID_VECTOR');
      await failure(() => search({ vectors: vector }), 'INVALID_VECTOR');
      await failure(() => search({ vectors: 5 }), 'INVALID_VECTOR');
      await failure(() => search({ text: 'whale', vector: [1] }), 'DIMENSION_MISMATCH');
      await failure(() => search({ text: 'whale', vector: [0, 0, 0, 0, 0, 0] }), 'ZERO_VECTOR');
      await failure(() => search({ text: 'whale', vector: [Number.NaN, 0, 0, 0, 0, 0] }), 'NOT_FINITE');
      await failure(() => search({ like: 'gone', text: 'whale' }), 'NOT_FOUND');
      await failure(() => search({ like: {}, text: 'whale' }), 'INVALID_ID');
      const many = db.searchMany as (...given: unknown[]) => Promise<unknown>;
      expect((await failure(() => many([both, { ...both, k: 0 }]), 'INVALID_K')).row).toBe(1);
      expect((await failure(() => many([both, { like: 'gone' }]), 'NOT_FOUND')).row).toBe(1);
      expect((await failure(() => many([both, 5]), 'INVALID_OPTIONS')).row).toBe(1);
      await failure(() => many([both], { k: 3 }), 'INVALID_OPTIONS');
      await failure(() => many([vector, [1]], { diversity: 0.5 }), 'DIMENSION_MISMATCH');
    });

    test('hostile queries end in typed errors, and each field is read once', async () => {
      const { db } = await filledWith(random(9));
      const vector = [1, 0, 0, 0, 0, 0];
      const search = db.search as (...given: unknown[]) => Promise<unknown>;
      const oops = new Error('oops');
      const thrower = (): never => {
        throw oops;
      };
      const getter = (name: string): object =>
        Object.defineProperty({ text: 'whale' }, name, { get: thrower, enumerable: true });
      for (const name of ['vector', 'k', 'weights', 'rerank', 'diversity']) {
        expect((await failure(() => search(getter(name)), 'INVALID_OPTIONS')).cause).toBe(oops);
      }
      const options = Object.defineProperty({ diversity: 0.5 }, 'k', { get: thrower, enumerable: true });
      expect((await failure(() => search(vector, options), 'INVALID_OPTIONS')).cause).toBe(oops);
      const { proxy, revoke } = Proxy.revocable({ text: 'whale' }, {});
      revoke();
      await failure(() => search(proxy), 'INVALID_VECTOR');
      await failure(
        () => search({ vector, text: 'whale', weights: new Proxy({}, { ownKeys: thrower }) }),
        'INVALID_OPTIONS',
      );
      const inherited = Object.create({ text: 'whale', k: 1 });
      await failure(() => search(inherited), 'INVALID_VECTOR');
      const reads: string[] = [];
      const watched = new Proxy({ vector, text: 'whale', weights: { text: 1 }, k: 2 } as Record<string, unknown>, {
        get: (target, name) => {
          reads.push(String(name));
          return target[String(name)];
        },
      });
      expect(await search(watched)).toHaveLength(2);
      expect(reads.sort()).toEqual(['k', 'text', 'vector', 'weights']);
      // The caller may change its objects as soon as the call has returned.
      const [own, words] = [Float32Array.from(vector), { text: 'whale', k: 4 }];
      const [expected, asked] = [await search({ ...words, vector }), search({ ...words, vector: own })];
      own.fill(9);
      expect(await asked).toEqual(expected);
      expect(await db.count()).toBeGreaterThan(0);
    });
  });
}
