// Operands of filters: values to compare with, bounds of ranges, and the errors for wrong operands.

import type { Bound } from '../base/clause.js';
import type { EdgeVecErrorDetails } from '../base/errors.js';
import type { FilterValue } from '../base/filter-types.js';
import { inspect } from '../base/inspect.js';
import type { Reader } from './read.js';

const COMPARE_FIELDS = 'Compare the fields of an object one by one, by paths such as "author.name".';
const SCALARS_IN_WORDS = 'a string, a number, a boolean, a bigint, null or a Date';

/** A value to compare with. @throws `INVALID_FILTER` */
export function scalarOf(reader: Reader, value: unknown): FilterValue {
  const scalar = asScalar(value);
  if (scalar === undefined) throw wrong(reader, SCALARS_IN_WORDS, value, COMPARE_FIELDS);
  return scalar;
}

/** The value itself, or a copy of a Date. Undefined for all other values. */
export function asScalar(value: unknown): FilterValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return value;
    case 'object':
      return value === null ? null : asDate(value);
    default:
      return undefined;
  }
}

/** A list of values to compare with. @throws `INVALID_FILTER` */
export function scalarsOf(reader: Reader, value: unknown): FilterValue[] {
  const items = reader.itemsOf(value);
  if (items === undefined) throw wrong(reader, 'an array of values', value, 'Put the value into an array: [value].');
  return items.map((item, i) => reader.at(i, () => scalarOf(reader, item)));
}

/** A value to compare by order. @throws `INVALID_FILTER` */
export function boundOf(reader: Reader, value: unknown): Bound['value'] {
  const scalar = asScalar(value);
  switch (typeof scalar) {
    case 'string':
    case 'bigint':
      return scalar;
    case 'number':
      if (!Number.isNaN(scalar)) return scalar;
      break;
    case 'object':
      if (scalar !== null && !Number.isNaN(scalar.getTime())) return scalar;
  }
  throw wrong(reader, 'a string, a number, a bigint or a Date', value, remedyForBound(scalar));
}

/** True or false. @throws `INVALID_FILTER` */
export function booleanOf(reader: Reader, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrong(reader, 'true or false', value);
  return value;
}

/** A text. @throws `INVALID_FILTER` */
export function textOf(reader: Reader, value: unknown): string {
  if (typeof value !== 'string') throw wrong(reader, 'a string', value);
  return value;
}

/** The error for a wrong operand. The remedy depends on the kind of the operand. */
export function wrong(reader: Reader, expected: string, value: unknown, remedy?: string): Error {
  const says = remedyFor(value) ?? remedy;
  const details: EdgeVecErrorDetails = { expected, got: gotOf(value), ...(says === undefined ? {} : { remedy: says }) };
  return reader.fail('The filter has a wrong value', details);
}

/** A copy of a Date of any frame. Undefined for all other values, and for proxies. */
function asDate(value: object): Date | undefined {
  try {
    return new Date(Date.prototype.getTime.call(value));
  } catch {
    return undefined;
  }
}

function gotOf(value: unknown): string {
  return value instanceof Date && Number.isNaN(asDate(value)?.getTime()) ? 'an invalid Date' : inspect(value);
}

function remedyFor(value: unknown): string | undefined {
  if (value === undefined) {
    return 'Leave the condition out, or use $exists: false to find rows without the field.';
  }
  if (typeof value === 'function') return 'Pass the result of the function.';
  if (Array.isArray(value)) {
    return 'Use $in for fields that equal one of several values, and $contains, $containsAny or $containsAll for fields that are arrays.';
  }
  if (value instanceof RegExp)
    return 'Filters have no regular expressions. Use $startsWith for the beginning of a text.';
  if (value instanceof Set) return 'Pass an array: [...set].';
  return undefined;
}

function remedyForBound(value: FilterValue | undefined): string {
  if (value === null) return 'Use $ne: null for fields with a value other than null.';
  if (typeof value === 'boolean') return 'Use $eq or $ne for true and false.';
  return 'Only these kinds of values have an order.';
}
