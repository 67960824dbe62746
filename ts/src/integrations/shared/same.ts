// Equality by value, for options, filters and queries. Components write these as literals, so each
// rendering makes new objects with the same values.

import { isPlain } from './plain-object.js';

/** Values nested deeper are equal only if they are the same object. Ends circular objects too. */
const DEEPEST = 32;

/**
 * Whether two values are equal: plain objects, arrays, typed arrays, dates and URLs by their
 * contents, and all other objects by identity. `undefined` in a field differs from a missing field.
 */
export function same(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b) || depth === DEEPEST) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (Array.isArray(a)) return sameList(a, b as unknown as ArrayLike<unknown>, depth);
  if (isNumbers(a)) return sameList(a, b as unknown as ArrayLike<unknown>, depth);
  if (a instanceof Date) return Object.is(a.getTime(), (b as unknown as Date).getTime());
  if (typeof URL === 'function' && a instanceof URL) return a.href === (b as unknown as URL).href;
  return isPlain(a) && sameFields(a, b, depth);
}

function sameList(a: ArrayLike<unknown>, b: ArrayLike<unknown>, depth: number): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!same(a[i], b[i], depth + 1)) return false;
  return true;
}

function sameFields(a: Fields, b: Fields, depth: number): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], depth + 1))
  );
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isNumbers(value: object): value is ArrayLike<number> & object {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
