// The names that other databases have for an option, a field or a value. An error about an unknown
// name then tells the name that EdgeVec has.

import { nearest } from '../filter/suggest.js';

/** The words that people write, by the name in EdgeVec. Lower case, without separators. */
const WORDS: Readonly<Record<string, string>> = {
  // Options of searches and other reads.
  k: 'topk top n nresults numresults limit count size take pagesize',
  limit: 'k topk top n take first count size max',
  offset: 'skip from start',
  filter: 'where query match condition conditions predicate',
  includeVectors: 'includevalues withvectors withvector vectors vector values includeembeddings',
  ef: 'efsearch numcandidates',
  candidates: 'fetchk prefetch',
  diversity: 'mmr lambda lambdamult',
  groupBy: 'group grouping collapse',
  perGroup: 'groupsize',
  minScore: 'threshold scorethreshold',
  weights: 'alpha weight',
  // Options of open.
  dimensions: 'dim dims d size vectorsize vectordimension',
  metric: 'distance space similarity distancemetric distancefunction',
  name: 'dbname database databasename collection collectionname indexname store',
  directory: 'dir path folder location',
  // Fields of records.
  id: 'key uuid',
  vector: 'values value embedding embeddings vec',
  metadata: 'payload meta data document doc properties attributes',
  // Values of metric and precision.
  euclidean: 'l2 l2sq squaredl2 sqeuclidean',
  dot: 'ip innerproduct inner dotproduct maxinnerproduct',
  cosine: 'cos angular cosinesimilarity cosinedistance',
  float32: 'f32 fp32 float single',
  int8: 'i8 sq8 uint8',
};

/** Remedies for options of reads that need no counterpart. */
const NEEDLESS: Readonly<Record<string, string>> = {
  includemetadata: 'Leave the option out: every hit has its metadata.',
  withpayload: 'Leave the option out: every hit has its metadata.',
};

const plainForm = (word: string): string => word.toLowerCase().replace(/[_-]/g, '');

/** The known name that somebody most likely meant, or undefined. */
export function meant(word: string, known: readonly string[]): string | undefined {
  const plain = plainForm(word);
  return known.find((name) => ownOf(WORDS, name)?.split(' ').includes(plain)) ?? nearest(word, known);
}

/** The remedy for names that a method does not know, or undefined. */
export function remedyFor(words: readonly string[], known: readonly string[]): string | undefined {
  const [only] = words;
  const isRead = known.includes('filter');
  const needless = isRead && words.length === 1 ? ownOf(NEEDLESS, plainForm(only as string)) : undefined;
  if (needless !== undefined) return needless;
  const found = words.flatMap((word) => {
    const name = meant(word, known);
    return name === undefined ? [] : [words.length === 1 ? name : `${name} in place of ${word}`];
  });
  return found.length === 0 ? undefined : `Did you mean ${found.join(', ')}?`;
}

/** A word such as `constructor` must not find a property of the prototype. */
function ownOf(table: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
