// Options with arbitrary values: each option is resolved, or refused with a typed error and the
// expected values.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveCut } from '../../../src/api/options/cut.js';
import { resolveCount, resolveFacets } from '../../../src/api/options/filter.js';
import { resolveOpen } from '../../../src/api/options/open.js';
import { resolveQuery } from '../../../src/api/options/query.js';
import { resolveSalvage } from '../../../src/api/options/salvage.js';
import { resolveScan } from '../../../src/api/options/scan.js';
import { resolveSearch } from '../../../src/api/options/search.js';
import { resolveSite } from '../../../src/api/options/site.js';
import { resolveText } from '../../../src/api/options/text.js';
import { readable } from '../../../src/api/options/values.js';
import { resolveDelete, resolveWrite } from '../../../src/api/options/write.js';
import { type Taken, take } from '../../../src/api/taken.js';
import { EdgeVecError } from '../../../src/base/errors.js';
import { cases } from '../../support/property.js';

/** Values that callers pass by mistake, and numbers beside every limit. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    '',
    'cosine',
    'int8',
    'auto',
    'memory',
    'strict',
    Number.NaN,
    -0,
    0.5,
  ),
  fc.constantFrom<unknown>(0, 1, 2, 64, 65, 4096, 4097, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -1, Number.POSITIVE_INFINITY),
  fc.constantFrom<unknown>(() => {}, new URL('https://a.b/'), Symbol('x'), 7n, Object.create(null), new Proxy({}, {})),
  fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
);

const OPEN = ['dimensions', 'metric', 'precision', 'recall', 'm', 'efConstruction', 'seed', 'name', 'durability'];
const WHERE = ['directory', 'whenUnavailable', 'worker', 'sparse', 'onEvent'];

/**
 * An object with some of the known options, and at times an unknown option. Sometimes a value of
 * another type.
 */
function options(names: readonly string[], base: object = {}): fc.Arbitrary<never> {
  const some = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 });
  const more = fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, fc.dictionary(fc.string(), value, { maxKeys: 1 }));
  const object = fc
    .tuple(fc.constantFrom({}, base), some, more)
    .map(([base, some, more]) => ({ ...base, ...some, ...more }));
  return fc.oneof({ weight: 9, arbitrary: object }, value) as fc.Arbitrary<never>;
}

const WORDS = ['text', 'k', 'offset', 'filter', 'prefix', 'fuzzy', 'highlight', 'includeVectors'];
const RANKING = ['candidates', 'diversity', 'groupBy', 'perGroup', 'minScore', 'rerank', 'timeout'];
const FUSION = ['vector', 'sparse', 'fusion', 'rrfK', 'weights', 'explain', 'recall'];
const SPARSE = { sparse: { indices: [3, 1], values: [1, 0.5] } };
const settings = { fields: [{ name: 'title', path: ['title'], weight: 1 }], k1: 1.2, b: 0.75 };
const space = { dimensions: 2 };

/** A value that says nothing of what to look for is taken as words. */
const resolveWords = (given: unknown): unknown =>
  resolveQuery((take(given, undefined, space) ?? take({ text: given }, undefined, space)) as Taken, 2, {
    text: settings,
    sparse: 'sparse',
  });

const calls: [string, fc.Arbitrary<never>, (options: never) => unknown][] = [
  ['open', options([...OPEN, ...WHERE], { dimensions: 3 }), (given) => resolveOpen(given)],
  ['import', options([...OPEN, ...WHERE]), (given) => resolveOpen(given, {}, true)],
  ['salvage', options([...OPEN, ...WHERE]), (given) => resolveSalvage('db', given)],
  [
    'search',
    options(['k', 'offset', 'filter', 'recall', 'ef', 'exact', 'includeVectors']),
    (given) => resolveSearch(given),
  ],
  ['text', options(['text', 'bm25', 'language', 'tokenize'], { text: ['title'] }), (given) => resolveText(given)],
  ['words', options(['language', 'tokenize'], { language: 'en' }), (given) => resolveCut(given, true)],
  ['search by words', options([...WORDS, ...RANKING], { text: 'whale' }), resolveWords],
  ['hybrid search', options([...WORDS, ...RANKING, ...FUSION], { text: 'whale', vector: [1, 2] }), resolveWords],
  ['search by a sparse vector', options([...WORDS, ...RANKING, 'sparse'], SPARSE), resolveWords],
  ['scan', options(['filter', 'limit', 'offset', 'batchSize', 'includeVectors']), (given) => resolveScan(given)],
  ['count', options(['filter']), (given) => resolveCount(given)],
  ['facets', options(['filter', 'limit']), (given) => resolveFacets(given)],
  ['insert', options(['onProgress', 'signal', 'durability']), (given) => resolveWrite('insert', given)],
  ['delete', options(['durability']), (given) => resolveDelete(given)],
  ['list', options(['directory']), (given) => resolveSite('list', given)],
];

const REFUSED = [
  'INVALID_OPTIONS',
  'INVALID_K',
  'INVALID_FILTER',
  'INVALID_VECTOR',
  'NOT_FINITE',
  'DIMENSION_MISMATCH',
];

describe('Options of any value', () => {
  test.each(calls)('of %s', (_, arbitrary, resolve) => {
    const seen = { resolved: 0, refused: 0 };
    const property = fc.property(arbitrary, (given) => {
      try {
        readable(() => resolve(given));
        seen.resolved++;
      } catch (error) {
        seen.refused++;
        if (!(error instanceof EdgeVecError)) throw error;
        expect(REFUSED).toContain(error.code);
        expect(error.message).toMatch(/^[A-Za-z].*[.?]$/s);
        expect(error.message).not.toMatch(/\[object|undefined is not|Cannot read/);
      }
    });
    fc.assert(property, cases(1_000));
    expect(Math.min(seen.resolved, seen.refused)).toBeGreaterThan(20);
  });

  test('resolved options are within the documented limits', () => {
    const property = fc.property(options(OPEN, { dimensions: 3 }), (given) => {
      let resolved: ReturnType<typeof resolveOpen>;
      try {
        resolved = readable(() => resolveOpen(given));
      } catch {
        return;
      }
      const { dimensions, m, efConstruction, seed } = resolved.engine;
      expect([dimensions, m, efConstruction, seed].every(Number.isInteger)).toBe(true);
      // A stored database supplies its dimensions.
      expect(dimensions).toBeGreaterThanOrEqual(resolved.stored === undefined ? 1 : 0);
      expect(dimensions).toBeLessThanOrEqual(4096);
      expect(m).toBeGreaterThanOrEqual(2);
      expect(m).toBeLessThanOrEqual(64);
      expect(efConstruction).toBeGreaterThanOrEqual(m);
      expect(efConstruction).toBeLessThanOrEqual(4096);
      expect(seed).toBeGreaterThanOrEqual(0);
      expect(seed).toBeLessThan(2 ** 32);
      expect(resolved.recall).toBeGreaterThan(0);
      expect(resolved.recall).toBeLessThanOrEqual(1);
    });
    fc.assert(property, cases(5_000));
  });
});
