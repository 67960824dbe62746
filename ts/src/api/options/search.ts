// The options of a search for the nearest rows.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { ResolvedSearch } from '../../base/options.js';
import type { NearestOptions } from '../../base/searches.js';
import { filterOption, type WithAnyFilter } from './filter.js';
import { checkKeys, flag, integer, MAX_U32, share } from './values.js';

const KEYS = {
  k: true,
  offset: true,
  filter: true,
  recall: true,
  ef: true,
  exact: true,
  includeVectors: true,
} satisfies Record<keyof NearestOptions, true>;

/** Resolves the second argument; a number is `k`. */
export function resolveSearch(options: number | WithAnyFilter<NearestOptions> = {}): ResolvedSearch {
  if (typeof options !== 'object') return resolveSearch({ k: options });
  checkKeys('search', options, KEYS);
  const { k = 10, offset = 0, filter, recall, ef, exact = false, includeVectors = false } = options;
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new EdgeVecError('INVALID_K', 'k is not a number of hits', {
      expected: 'an integer from 1',
      got: inspect(k),
    });
  }
  if (ef !== undefined) integer('ef', ef, 1, MAX_U32);
  if (recall !== undefined) share('recall', recall);
  const asked = {
    k,
    offset: integer('offset', offset, 0, MAX_U32),
    filter: filterOption(filter),
    ef,
    recall,
    exact: flag('exact', exact),
    includeVectors: flag('includeVectors', includeVectors),
  };
  if (recall !== undefined && (ef !== undefined || exact)) {
    const other = exact ? 'exact' : 'ef';
    throw new EdgeVecError('INVALID_OPTIONS', `search was given recall and ${other}, which contradict each other`, {
      expected: `recall or ${other}`,
      remedy: 'recall lets the database choose ef; exact compares with every row, which finds all.',
    });
  }
  return asked;
}
