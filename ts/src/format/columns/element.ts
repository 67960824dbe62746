// The elements of lists as JSON. JSON has strings, finite numbers, booleans and null. Every other
// element is a pair of its kind and its value.

import type { FilterValue } from '../../base/filter-types.js';
import { Malformed, type Shape } from '../fields.js';

const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** An integer as `String` writes a bigint. */
const INTEGER = /^(?:0|-?[1-9]\d*)$/;

export const bigint: Shape<bigint> = {
  read(value) {
    if (typeof value !== 'string' || !INTEGER.test(value)) throw new Malformed();
    return BigInt(value);
  },
  write: String,
};

export const element: Shape<FilterValue> = {
  read(value) {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as FilterValue;
    if (!Array.isArray(value) || value.length !== 2) throw new Malformed();
    const [kind, content]: readonly unknown[] = value;
    if (kind === 'bigint') return bigint.read(content);
    // The time of an invalid date is null.
    if (kind === 'date' && content === null) return new Date(Number.NaN);
    if (kind === 'date' && typeof content === 'number') return new Date(content);
    const number = kind === 'number' && typeof content === 'string' ? NUMBERS[content] : undefined;
    if (number === undefined) throw new Malformed();
    return number;
  },
  write(value) {
    if (typeof value === 'bigint') return ['bigint', bigint.write(value)];
    // JSON writes NaN as null.
    if (value instanceof Date) return ['date', value.getTime()];
    return typeof value === 'number' && !Number.isFinite(value) ? ['number', String(value)] : value;
  },
};
