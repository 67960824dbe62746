import { toRaw } from 'vue';
import { isPlain } from '../shared/plain-object.js';

/**
 * Copies plain objects and arrays, also those inside, and keeps all other values. Reading each
 * field lets Vue follow the fields of reactive objects, and a copy does not change afterwards.
 */
export function plain<T>(value: T): T;
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => plain(element));
  if (typeof value !== 'object' || value === null) return value;
  if (!isPlain(value)) return toRaw(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
