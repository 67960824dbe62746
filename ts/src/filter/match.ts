// Whether the metadata of a row matches a clause. This file is the meaning of the filter language.
// Faster evaluations must agree with this file on every row.

import type { Bound, Clause, Path, RangeClause } from '../base/clause.js';
import type { FilterValue } from '../base/filter-types.js';

/**
 * Whether the metadata matches. A field is missing if a key on its path is no own key, if a value
 * on the way is no plain object, or if its value is `undefined`. A missing field matches no clause
 * but `not`.
 *
 * @param metadata a copy that the database owns, `undefined` for a row without metadata
 */
export function matches(clause: Clause, metadata: object | undefined): boolean {
  switch (clause.op) {
    case 'all':
      return clause.of.every((part) => matches(part, metadata));
    case 'any':
      return clause.of.some((part) => matches(part, metadata));
    case 'not':
      return !matches(clause.of, metadata);
    default:
      return matchesValue(clause, valueAt(metadata, clause.path));
  }
}

/** A clause on a single field. */
export type FieldClause = Exclude<Clause, { readonly of: unknown }>;

/** Whether the value of a field matches. `undefined` is a missing field. */
export function matchesValue(clause: FieldClause, value: unknown): boolean {
  switch (clause.op) {
    case 'in':
      return isOneOf(value, clause.values);
    case 'range':
      return isWithin(value, clause);
    case 'exists':
      return value !== undefined;
    case 'contains': {
      const elements = elementsOf(value);
      if (elements === undefined) return false;
      const has = (wanted: FilterValue) => elements.some((element) => isEqual(element, wanted));
      return clause.every ? clause.values.every(has) : clause.values.some(has);
    }
    case 'startsWith':
      return typeof value === 'string' && value.startsWith(clause.prefix);
  }
}

/** The value of a field, or `undefined` if the field is missing. */
export function valueAt(metadata: object | undefined, path: Path): unknown {
  let value: unknown = metadata;
  for (const key of path) {
    if (!isFields(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** A path leads through plain objects only, not through arrays, maps or instances of classes. */
function isFields(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether the value equals one of these values. */
export function isOneOf(value: unknown, values: readonly FilterValue[]): boolean {
  return values.some((wanted) => isEqual(value, wanted));
}

/** Same kind and same value. 0 equals -0, NaN equals NaN, and Dates compare by time. */
function isEqual(value: unknown, wanted: FilterValue): boolean {
  if (value === wanted) return true;
  if (typeof wanted === 'number') return Number.isNaN(wanted) && Number.isNaN(value);
  if (!(wanted instanceof Date) || !(value instanceof Date)) return false;
  return isEqual(value.getTime(), wanted.getTime());
}

/** Only values of the kind of the bounds have a place in a range. */
function isWithin(value: unknown, { from, to }: RangeClause): boolean {
  const isAbove = from === undefined || order(value, from, (a, b) => a > b || (a === b && !from.open));
  return isAbove && (to === undefined || order(value, to, (a, b) => a < b || (a === b && !to.open)));
}

type Ordered = string | number | bigint;

/** Compares a value with a bound of the same kind. NaN and invalid Dates are in no range. */
function order(value: unknown, bound: Bound, isInside: (a: Ordered, b: Ordered) => boolean): boolean {
  if (bound.value instanceof Date) return value instanceof Date && isInside(value.getTime(), bound.value.getTime());
  return typeof value === typeof bound.value && isInside(value as Ordered, bound.value);
}

/** In a longer array, only the elements that are there are read. The array may be full of holes. */
const FEW_ELEMENTS = 1_024;

/** The elements of an array or a Set, without holes of long arrays. */
export function elementsOf(value: unknown): readonly unknown[] | undefined {
  if (value instanceof Set) return [...value];
  if (!Array.isArray(value)) return undefined;
  return value.length <= FEW_ELEMENTS ? value : Object.keys(value).map((key) => value[Number(key)]);
}
