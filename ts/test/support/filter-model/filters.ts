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
export const anyFilters: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 5, arbitrary: tellingFilters },
  { weight: 1, arbitrary: any },
);
