// The meaning of filters, written from docs/filters.md and without the code under test: a plain
// look at a single row, as slow as the look may be.

import type { Filter, FilterValue } from '../../../src/index.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Whether a row with this metadata matches. `undefined` for a row without metadata. */
export function passes(filter: Filter, metadata: unknown): boolean {
  return Object.entries(filter).every(([key, given]) => {
    if (key === '$and') return (given as Filter[]).every((part) => passes(part, metadata));
    if (key === '$or') return (given as Filter[]).some((part) => passes(part, metadata));
    if (key === '$not') return !passes(given as Filter, metadata);
    const value = fieldOf(metadata, key);
    if (typeof given !== 'object' || given === null || given instanceof Date) return isEqual(value, given);
    return Object.entries(given).every(
      ([name, operand]) => OPERATORS[name]?.(value, operand as never) ?? unknown(name),
    );
  });
}

const unknown = (name: string): never => {
  throw new Error(`the operator ${name} has no meaning here`);
};

type Operator = (value: unknown, operand: never) => boolean;

const OPERATORS: Readonly<Record<string, Operator>> = {
  $eq: (value, operand) => isEqual(value, operand),
  $ne: (value, operand) => !isEqual(value, operand),
  $in: (value, operands: unknown[]) => operands.some((operand) => isEqual(value, operand)),
  $nin: (value, operands: unknown[]) => !operands.some((operand) => isEqual(value, operand)),
  $gt: (value, operand) => isOrdered(value, operand, (a, b) => a > b),
  $gte: (value, operand) => isOrdered(value, operand, (a, b) => a >= b),
  $lt: (value, operand) => isOrdered(value, operand, (a, b) => a < b),
  $lte: (value, operand) => isOrdered(value, operand, (a, b) => a <= b),
  $startsWith: (value, text: string) => typeof value === 'string' && value.slice(0, text.length) === text,
  $exists: (value, isThere) => (value !== undefined) === isThere,
  $contains: (value, operand) => has(value, operand),
  $containsAny: (value, operands: unknown[]) => operands.some((operand) => has(value, operand)),
  $containsAll: (value, operands: unknown[]) =>
    elementsOf(value) !== undefined && operands.every((operand) => has(value, operand)),
};

/**
 * The values of a field with the number of rows for each, by a text for each value. An array counts
 * each of its different elements once.
 */
export function countsOf(rows: Iterable<unknown>, field: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const metadata of rows) {
    const value = fieldOf(metadata, field);
    const values = elementsOf(value) ?? [value];
    for (const text of new Set(values.filter(isFilterValue).map(textOfValue))) {
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return counts;
}

/** A text for each value. Equal values have the same text. */
export function textOfValue(value: FilterValue): string {
  return value instanceof Date ? `date ${value.getTime()}` : `${typeof value} ${String(value)}`;
}

/** The value of a field, or `undefined` if the field is missing. */
function fieldOf(metadata: unknown, name: string): unknown {
  let value = metadata;
  for (const key of keysOf(name)) {
    if (kindOf(value) !== 'fields' || !Object.keys(value as Fields).includes(key)) return undefined;
    value = (value as Fields)[key];
  }
  return value;
}

/** The keys of a path. A backslash makes the next character a part of the key. */
function keysOf(name: string): string[] {
  const keys = [''];
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '.') keys.push('');
    else keys.push(`${keys.pop()}${name[i] === '\\' ? name[++i] : name[i]}`);
  }
  return keys;
}

/** `other`: maps, bytes and all values that no operand can name. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (value instanceof Date) return 'date';
  if (Array.isArray(value) || value instanceof Set) return 'list';
  return Object.getPrototypeOf(value) === Object.prototype ? 'fields' : 'other';
}

function isFilterValue(value: unknown): value is FilterValue {
  return !['undefined', 'list', 'fields', 'other'].includes(kindOf(value));
}

/** `0` equals `-0`, `NaN` equals `NaN`, and Dates are equal if their times are equal. */
function isEqual(value: unknown, operand: unknown): boolean {
  if (kindOf(value) !== kindOf(operand)) return false;
  if (value instanceof Date && operand instanceof Date) return isEqual(value.getTime(), operand.getTime());
  return value === operand || (Number.isNaN(value) && Number.isNaN(operand));
}

const ORDERED = ['number', 'bigint', 'string', 'date'];

/** Each kind has an order of its own. `NaN` and invalid Dates are in no range. */
function isOrdered<T>(value: unknown, operand: T, compare: (a: T, b: T) => boolean): boolean {
  return kindOf(value) === kindOf(operand) && ORDERED.includes(kindOf(value)) && compare(value as T, operand);
}

function elementsOf(value: unknown): unknown[] | undefined {
  return kindOf(value) === 'list' ? [...(value as Iterable<unknown>)] : undefined;
}

function has(value: unknown, operand: unknown): boolean {
  return elementsOf(value)?.some((element) => isEqual(element, operand)) ?? false;
}
