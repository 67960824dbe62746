// The options of a search by an object: vectors, a row or words, with all options beside.

import type { FindRequest, Fusion, WordQuery } from '../../base/calls.js';
import type { Path } from '../../base/clause.js';
import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { HostOptions } from '../../base/options.js';
import type { FusionOptions, NearestOptions, Rerank, WordOptions } from '../../base/searches.js';
import type { SparseVector } from '../../base/types.js';
import { sparseVectorOf } from '../../collection/words/sparse-vector.js';
import { checkId, withoutSparse } from '../check.js';
import { RANKING, TARGETS, type Taken } from '../taken.js';
import { checkLength } from '../vector/copy.js';
import { resolveFields } from './filter.js';
import { resolveSearch } from './search.js';
import { checkKeys, flag, integer, invalid, MAX_U32, number, oneOf } from './values.js';

const NEAREST = {
  k: true,
  offset: true,
  filter: true,
  recall: true,
  ef: true,
  exact: true,
  includeVectors: true,
} satisfies Record<keyof NearestOptions, true>;
const WORDS = { prefix: true, fuzzy: true, highlight: true } satisfies Record<
  Exclude<keyof WordOptions, keyof NearestOptions>,
  true
>;
const FUSION = { fusion: true, rrfK: true, weights: true, explain: true } satisfies Record<keyof FusionOptions, true>;
/** The options of a search with a vector as its first argument. */
const OF_VECTOR = [...Object.keys(NEAREST), ...RANKING];
const ALL = [...TARGETS, ...OF_VECTOR, ...Object.keys(WORDS), ...Object.keys(FUSION)];

/** A longer query is no question, and each of its words costs a walk through a list. */
const MOST_UNITS = 10_000;
/** Each index costs a walk too. */
const MOST_INDICES = 4_096;
const MOST_WEIGHT = 1_000_000;
/** The longest time of `setTimeout`. */
const MOST_MS = 2 ** 31 - 1;

/** A search, checked, with every default filled in. */
export interface Asked {
  readonly request: FindRequest;
  readonly rerank: Rerank<never> | undefined;
  readonly timeout: number | undefined;
}

type Given = Taken['given'];

/**
 * The search, checked.
 *
 * @throws `INVALID_OPTIONS`, `INVALID_K`, `INVALID_ID`, `INVALID_VECTOR`, `NOT_FINITE`
 */
export function resolveQuery(taken: Taken, dimensions: number, database: Declared): Asked {
  const { given, more, isPlain, vectors } = taken;
  checkKeys(
    'search',
    given,
    Object.fromEntries((isPlain ? ['vector', ...OF_VECTOR] : ALL).map((name) => [name, true])),
  );
  if (more !== undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'A search by an object was given a second argument', {
      expected: 'all options in the object: search({ text, k, filter })',
      got: inspect(more),
    });
  }
  const targets = targetsOf(given);
  if (targets.includes('vector') && vectors.length === 0) checkLength(given['vector'], dimensions);
  if (targets.includes('vectors') && vectors.length === 0)
    throw invalid('vectors', 'at least one vector', given['vectors']);
  const words = targets.includes('text') ? wordsOf(given, database) : undefined;
  const sparse = targets.includes('sparse') ? sparseOf(given, database) : undefined;
  const like = targets.includes('like') ? checkId(given['like']) : undefined;
  const byVector = like === undefined ? vectors.length / dimensions : 1;
  const isFused = targets.includes('vectors') || targets.length > 1;
  refuseNeedless(given, words !== undefined, byVector > 0, isFused);
  const { k, offset, recall, ef, exact, includeVectors } = given;
  const nearest = resolveSearch(present({ k, offset, recall, ef, exact, includeVectors }));
  const { candidates, diversity = 0, perGroup = 1, minScore, rerank, timeout, explain = false } = given;
  if (rerank !== undefined && typeof rerank !== 'function') throw invalid('rerank', 'a function', rerank);
  if (minScore !== undefined && !Number.isFinite(minScore)) throw invalid('minScore', 'a number', minScore);
  const wanted = nearest.offset + nearest.k;
  return {
    rerank: rerank as Rerank<never> | undefined,
    timeout: timeout === undefined ? undefined : number('timeout', timeout, 1, MOST_MS),
    request: {
      ...nearest,
      filter: taken.filter,
      vectors,
      like,
      words,
      sparse,
      fusion: fusionOf(given, byVector, targets),
      candidates: candidates === undefined ? undefined : integer('candidates', candidates, wanted, MAX_U32),
      minScore: minScore as number | undefined,
      diversity: number('diversity', diversity, 0, 1),
      groupBy: groupOf(given['groupBy']),
      perGroup: integer('perGroup', perGroup, 1, MAX_U32),
      explain: flag('explain', explain),
    },
  };
}

/** Without the fields that are `undefined`. */
const present = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** What to look for. If nothing is given, the name whose value is missing. */
function targetsOf(given: Given): readonly string[] {
  const named = TARGETS.filter((name) => Object.hasOwn(given, name));
  const targets = named.filter((name) => given[name] !== undefined);
  const nearest = targets.filter((name) => name !== 'text' && name !== 'sparse');
  if (nearest.length > 1) {
    throw new EdgeVecError('INVALID_OPTIONS', `search was given ${nearest.join(' and ')}`, {
      expected: 'one of vector, vectors and like',
      remedy: 'Pass several vectors as vectors: [a, b].',
    });
  }
  if (named.length > 0) return targets.length > 0 ? targets : named.slice(0, 1);
  throw new EdgeVecError('INVALID_OPTIONS', 'The query does not say what to look for', {
    expected: TARGETS.join(', '),
  });
}

/** What the database was opened with. */
type Declared = Pick<HostOptions, 'text' | 'sparse'>;

function wordsOf(given: Given, database: Declared): WordQuery {
  const { text, prefix = false, fuzzy = false, highlight = false } = given;
  if (database.text === undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'The database was opened without fields for text search', {
      expected: "open({ text: ['title', 'body'] }), with the fields to search in",
    });
  }
  if (typeof text !== 'string' || text.length > MOST_UNITS) {
    throw invalid('text', `a string of at most ${MOST_UNITS} characters`, text);
  }
  return {
    text,
    prefix: flag('prefix', prefix),
    fuzzy: flag('fuzzy', fuzzy),
    highlight: flag('highlight', highlight),
  };
}

function sparseOf({ sparse }: Given, database: Declared): SparseVector {
  if (database.sparse === undefined) throw withoutSparse();
  const vector = sparseVectorOf(sparse);
  if (vector.indices.length <= MOST_INDICES) return vector;
  throw invalid(
    'sparse',
    `at most ${MOST_INDICES} indices`,
    vector.indices,
    'Keep the indices with the largest values.',
  );
}

function fusionOf(
  { fusion = 'relative', rrfK = 60, weights = {} }: Given,
  vectors: number,
  targets: readonly string[],
): Fusion {
  const method = oneOf('fusion', fusion as Fusion['method'], ['relative', 'rrf']);
  checkKeys('weights', weights as object, { vector: true, text: true, sparse: true });
  const { vector = 1, text = 1, sparse = 1 } = weights as Given;
  const list: unknown[] = Array.isArray(vector) ? Array.from(vector) : Array.from({ length: vectors }, () => vector);
  if (list.length !== vectors) throw invalid('weights.vector', `a weight for each of ${vectors} vectors`, vector);
  const all = list.map((weight) => number('weights.vector', weight, 0, MOST_WEIGHT));
  if (targets.includes('text')) all.push(number('weights.text', text, 0, MOST_WEIGHT));
  if (targets.includes('sparse')) all.push(number('weights.sparse', sparse, 0, MOST_WEIGHT));
  if (!all.some((weight) => weight > 0)) throw invalid('weights', 'a weight above 0', weights);
  return { method, rrfK: number('rrfK', rrfK, 0, MOST_WEIGHT), weights: all };
}

function groupOf(field: unknown): Path | undefined {
  return field === undefined ? undefined : [...resolveFields('groupBy', [field]).values()][0];
}

/** An option without effect is most likely a mistake, and not what the caller wants. */
function refuseNeedless(given: Given, hasWords: boolean, hasVector: boolean, isFused: boolean): void {
  const has = (name: string): boolean => given[name] !== undefined;
  const chooses = ['diversity', 'groupBy', 'rerank'].some(has);
  for (const [names, hasEffect, needs] of [
    [Object.keys(WORDS), hasWords, 'text'],
    [['recall', 'ef', 'exact'], hasVector, 'vector, vectors or like'],
    [Object.keys(FUSION), isFused, 'several of text, sparse and a vector, or vectors'],
    [['rrfK'], given['fusion'] === 'rrf', "fusion: 'rrf'"],
    [['candidates'], isFused || chooses, 'several of text, sparse and a vector, diversity, groupBy or rerank'],
    [['perGroup'], has('groupBy'), 'groupBy'],
    [['timeout'], has('rerank'), 'rerank'],
  ] as const) {
    const needless = hasEffect ? undefined : names.find(has);
    if (needless === undefined) continue;
    throw new EdgeVecError('INVALID_OPTIONS', `The option ${needless} would have no effect in this search`, {
      expected: `also ${needs}`,
      remedy: `Leave ${needless} out, or pass ${needs} too.`,
    });
  }
}
