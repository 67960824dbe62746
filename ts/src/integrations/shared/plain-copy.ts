import { isPlain } from '../../base/objects.js';

/**
 * Copies plain objects and arrays, also those inside. The caller may change the originals
 * afterwards.
 *
 * @param keep called for every other object, and returns the object for the copy
 */
export function plainCopy<T>(value: T, keep: (value: object) => object): T;
export function plainCopy(value: unknown, keep: (value: object) => object): unknown {
  if (Array.isArray(value)) return value.map((element) => plainCopy(element, keep));
  if (typeof value !== 'object' || value === null) return value;
  if (!isPlain(value)) return keep(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainCopy(inner, keep)]));
}
