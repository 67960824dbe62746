// Random filters for the model. Most of these filters tell rows apart.

import fc from 'fast-check';
import type { Filter } from '../../../src/index.js';
import { filteredMetadata, filters } from '../filters.js';
import { type Fields, passes } from './meaning.js';
import { rowsFromSeed } from './writes.js';

const some: readonly (Fields | undefined)[] = [
  ...rowsFromSeed(0, 60).map(({ metadata }) => metadata),
  ...fc.sample(filteredMetadata(), { seed: 1, numRuns: 60 }),
];

const any = filters() as fc.Arbitrary<Filter>;

/** Filters that match some rows of a sample, and not all. */
export const tellingFilters: fc.Arbitrary<Filter> = any.filter((filter) => {
  const first = passes(filter, some[0]);
  return some.some((metadata) => passes(filter, metadata) !== first);
});

/** Mostly filters that tell rows apart. */
const anyFilters = fc.oneof({ weight: 5, arbitrary: tellingFilters }, { weight: 1, arbitrary: any });

/** A few filters, each with a twin. */
export const filtersWithTwins: fc.Arbitrary<readonly Filter[]> = fc
  .array(anyFilters, { minLength: 2, maxLength: 4 })
  .map((list) => list.flatMap((filter) => [filter, twinOf(filter) as Filter]));

/** Operators with the same operands, and another meaning. */
const TWINS: Readonly<Record<string, string>> = {
  $eq: '$contains',
  $contains: '$eq',
  $gt: '$gte',
  $gte: '$gt',
  $lt: '$lte',
  $lte: '$lt',
  $in: '$containsAny',
  $nin: '$in',
  $containsAny: '$containsAll',
  $containsAll: '$containsAny',
  $and: '$or',
  $or: '$and',
};

/** The same filter with other operators: an answer to a filter must never stand for its twin. */
function twinOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(twinOf);
  if (typeof part !== 'object' || part === null || part instanceof Date) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [TWINS[key] ?? key, twinOf(value)]));
}
