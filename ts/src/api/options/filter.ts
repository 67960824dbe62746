// Filters in the options of calls, and the options of `count` and `facets`.

import type { Clause, Path } from '../../base/clause.js';
import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { CountOptions, FacetsOptions } from '../../base/queries.js';
import { parseFilter } from '../../filter/parse.js';
import { parsePath } from '../../filter/path.js';
import { checkKeys, integer, invalid, MAX_U32 } from './values.js';

const COUNT_KEYS = { filter: true } satisfies Record<keyof CountOptions, true>;
const FACETS_KEYS = { filter: true, limit: true } satisfies Record<keyof FacetsOptions, true>;

/** Options of a database of any type of metadata. */
export type WithAnyFilter<T extends { readonly filter?: unknown }> = Omit<T, 'filter'> & { readonly filter?: unknown };

/** The clause of a filter, if one is given. @throws `INVALID_FILTER` */
export function filterOption(filter: unknown): Clause | undefined {
  return filter === undefined ? undefined : parseFilter(filter);
}

export function resolveCount(options: WithAnyFilter<CountOptions> = {}): { readonly filter: Clause | undefined } {
  checkKeys('count', options, COUNT_KEYS);
  return { filter: filterOption(options.filter) };
}

export function resolveFacets(options: WithAnyFilter<FacetsOptions> = {}): {
  readonly filter: Clause | undefined;
  readonly limit: number;
} {
  checkKeys('facets', options, FACETS_KEYS);
  const { filter, limit = 100 } = options;
  return { filter: filterOption(filter), limit: integer('limit', limit, 1, MAX_U32) };
}

/** Names of fields, each with its path. @param name of the list @throws `INVALID_OPTIONS` */
export function resolveFields(name: string, fields: unknown): ReadonlyMap<string, Path> {
  if (!Array.isArray(fields)) throw invalid(name, "an array of names of fields, such as ['tags']", fields);
  const paths = new Map<string, Path>();
  for (const field of Array.from(fields as ArrayLike<unknown>)) {
    if (typeof field !== 'string') throw invalid(name, 'names of fields', field);
    const path = parsePath(field);
    if ('remedy' in path) {
      throw new EdgeVecError('INVALID_OPTIONS', `The option ${name} is invalid`, { ...path, got: inspect(field) });
    }
    paths.set(field, path);
  }
  return paths;
}
