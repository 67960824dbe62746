// The one list of what metadata may hold. Whoever copies metadata, writes it down or reads it back
// keeps to this list, so that what one version accepts every reader takes: Node from version 20 on,
// and every browser that EdgeVec runs in.

/**
 * How deeply objects, arrays, maps and sets may be nested; the metadata itself is the first level.
 */
export const MAX_LEVELS = 256;

/** The list in words, for errors. */
export const KINDS_IN_WORDS =
  'plain objects, arrays, strings, numbers, booleans, bigints, null, undefined, Date, RegExp, Map, Set, ArrayBuffer, typed arrays and DataView';

/**
 * Views of bytes that metadata may hold. `Float16Array` is none of them: Node 20 has no such view.
 */
export const VIEWS: ReadonlySet<string> = new Set([
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
]);

/** Views that earlier versions have stored. They are read where the JavaScript engine has them. */
export const STORED_VIEWS: ReadonlySet<string> = new Set([...VIEWS, 'Float16Array']);

/** A constructor of views. */
export type ViewConstructor = new (buffer: ArrayBuffer, offset?: number, length?: number) => ArrayBufferView;

/** The constructor of a view, if this JavaScript engine has it. */
export function viewConstructor(name: string): ViewConstructor | undefined {
  return (globalThis as unknown as Record<string, ViewConstructor | undefined>)[name];
}

/**
 * How many places an array may have for each value in it, before its places are kept one by one.
 */
const PLACES_PER_VALUE = 16;

/**
 * An array of holes. A long one for few values takes no room for its holes, since its length may
 * come from a stranger.
 */
export function arrayOfHoles(length: number, values: number): unknown[] {
  if (length <= PLACES_PER_VALUE * (values + 1)) return new Array(length);
  const array: unknown[] = [];
  // Engines change to a table of places at so large an index, and stay with it.
  array[2 ** 32 - 2] = undefined;
  array.length = 0;
  array.length = length;
  return array;
}
