// A query by a row of the database.

import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import type { Id } from '../base/types.js';
import { ofCaller } from './caller.js';
import { checkId } from './check.js';

/**
 * The id of the row in the query; undefined if the query is a vector.
 *
 * @throws `INVALID_ID`, `INVALID_OPTIONS`
 */
export function likeOf(query: unknown): Id | undefined {
  return ofCaller(
    () => {
      if (typeof query !== 'object' || query === null || !Object.hasOwn(query, 'like')) return undefined;
      const other = Object.keys(query).find((key) => key !== 'like');
      if (other === undefined) return checkId((query as { readonly like: unknown }).like);
      throw new EdgeVecError('INVALID_OPTIONS', 'The query has a field beside like', {
        expected: 'only like',
        got: inspect(other),
        remedy: 'Pass options as the second argument: search({ like: id }, { k: 5 }).',
      });
    },
    'INVALID_VECTOR',
    'The query cannot be read',
  );
}

/** The id of the query has no row. */
export function noSuchRow(id: Id): EdgeVecError {
  return new EdgeVecError('NOT_FOUND', 'No row has the id of the query', {
    remedy: 'Pass the id of a row, or a vector.',
    id,
  });
}
