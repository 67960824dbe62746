// The first argument of `delete` and of `update`, if a filter says which rows to change.

import type { Clause } from '../../base/clause.js';
import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { Matching, MatchingChange } from '../../base/queries.js';
import { copyMetadata } from '../../collection/metadata/copy.js';
import { parseFilter } from '../../filter/parse.js';
import { ofCaller } from '../caller.js';
import type { TakeSparse } from '../write/sparse.js';

const DELETE_KEYS = { filter: true } satisfies Record<keyof Matching, true>;
const UPDATE_KEYS = { filter: true, metadata: true } satisfies Record<keyof MatchingChange, true>;

/**
 * Whether the argument names its rows by a filter. Iterators inherit a method `filter`, so only an
 * own field counts. False for an argument that cannot be read: the check of ids or of records tells
 * the error.
 */
export function hasFilter(input: unknown): input is { readonly filter: unknown } {
  try {
    return typeof input === 'object' && input !== null && !Array.isArray(input) && Object.hasOwn(input, 'filter');
  } catch {
    return false;
  }
}

/** The filter of a deletion. @throws `INVALID_FILTER`, `INVALID_OPTIONS` */
export function resolveDeletion(input: object): Clause {
  return parseFilter(readFields('delete', input, DELETE_KEYS)['filter']);
}

/**
 * @param textField the field whose text has made the vector. Undefined if the database has no model
 * @throws `INVALID_FILTER`, `INVALID_OPTIONS`, `METADATA_NOT_STORABLE`, and as `takeSparse`
 */
export function resolveChange(
  input: object,
  takeSparse: TakeSparse | undefined,
  textField: string | undefined,
): { readonly filter: Clause; readonly metadata: object } {
  const { filter, metadata } = readFields('update', input, UPDATE_KEYS);
  const clause = parseFilter(filter);
  const given = copyMetadata(metadata, {});
  const copied = (takeSparse?.(given, undefined, {}) ?? given).metadata;
  if (copied === undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'update was given a filter, and no metadata', {
      expected: 'metadata: the fields to change, with their new values',
      remedy: 'A filter changes metadata only. Change vectors by id: update({ id, vector }).',
    });
  }
  if (textField !== undefined && Object.hasOwn(copied, textField)) {
    throw new EdgeVecError('INVALID_OPTIONS', 'update was given a filter and another text', {
      expected: `no field ${inspect(textField)} in the metadata`,
      remedy: 'The vector would stay behind. Change texts by id: update({ id, text }).',
    });
  }
  return { filter: clause, metadata: copied };
}

/** Reads each field once. */
function readFields(
  method: string,
  input: object,
  known: Readonly<Record<string, true>>,
): Readonly<Record<string, unknown>> {
  const names = Object.keys(known);
  const fields = ofCaller(() => Object.entries(input), 'INVALID_OPTIONS', 'The argument cannot be read');
  const unknown = fields.find(([name]) => !names.includes(name));
  if (unknown !== undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', `${method} was given a filter and a field that it does not know`, {
      expected: `only ${names.join(' and ')}`,
      got: inspect(unknown[0]),
      remedy: 'Name the rows by a filter or by ids, not by both.',
    });
  }
  return Object.fromEntries(fields);
}
