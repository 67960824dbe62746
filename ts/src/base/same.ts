// Equality by value: for the results of live queries, and for the options that components write as
// literals. Two reads of the same rows make two objects with the same values.

import { isPlain } from './objects.js';

/**
 * Values nested deeper are equal only if they are the same object. Stored metadata has at most 256
 * levels.
 */
const DEEPEST = 300;

/** Objects of the first value, each with the object of the second value in the same place. */
type Pairs = Map<object, object>;

/**
 * Whether two values are equal: plain objects, arrays and the kinds that metadata may hold by their
 * contents, and all other objects by identity. `undefined` in a field differs from a missing field.
 * Circular values may be equal. In maps and sets, the order counts.
 */
export function same(a: unknown, b: unknown): boolean {
  return areSame(a, b, new Map(), 0);
}

function areSame(a: unknown, b: unknown, pairs: Pairs, depth: number): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b) || depth === DEEPEST) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  // An object that occurs twice is compared once, or a value could take for ever.
  const paired = pairs.get(a);
  if (paired !== undefined) return paired === b;
  pairs.set(a, b);
  const [list, other] = [listOf(a), listOf(b)];
  if (list !== undefined && other !== undefined) return areSameLists(list, other, pairs, depth + 1);
  const single = singleOf(a);
  if (single !== undefined) return Object.is(single, singleOf(b));
  return isPlain(a) && haveSameFields(a, b, pairs, depth + 1);
}

function areSameLists(a: ArrayLike<unknown>, b: ArrayLike<unknown>, pairs: Pairs, depth: number): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!areSame(a[i], b[i], pairs, depth)) return false;
  return true;
}

function haveSameFields(a: Fields, b: Fields, pairs: Pairs, depth: number): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && areSame(a[key], b[key], pairs, depth))
  );
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** The contents of an object that is a list. */
function listOf(value: object): ArrayLike<unknown> | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Map || value instanceof Set) return [...value];
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  if (value instanceof DataView) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value as ArrayBufferView & ArrayLike<unknown>;
}

/** The value of an object that stands for a single value. */
function singleOf(value: object): unknown {
  if (value instanceof RegExp || (typeof URL === 'function' && value instanceof URL)) return String(value);
  const isBoxed = [Date, Number, String, Boolean, BigInt].some((kind) => value instanceof kind);
  return isBoxed ? value.valueOf() : undefined;
}
