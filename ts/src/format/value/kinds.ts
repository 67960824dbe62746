// The only list of kinds of values in metadata. Copying, writing and reading all use this list. So
// every reader takes the metadata that a version accepts: Node from version 20 on, and every
// browser that EdgeVec supports.

/**
 * The highest number of levels of nested objects, arrays, maps and sets. The metadata itself is the
 * first level.
 */
export const MAX_LEVELS = 256;

/** The list in words, for errors. */
export const KINDS_IN_WORDS =
  'plain objects, arrays, strings, numbers, booleans, bigints, null, undefined, Date, RegExp, Map, Set, ArrayBuffer, typed arrays and DataView';

/**
 * Views of bytes that metadata may hold. `Float16Array` is not in the list, since Node 20 does not
 * have this view.
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

/**
 * Views in stored metadata. Earlier versions also stored `Float16Array`. A reader reads
 * `Float16Array` if the JavaScript engine has this view.
 */
export const STORED_VIEWS: ReadonlySet<string> = new Set([...VIEWS, 'Float16Array']);

/** The constructor of a view. */
export type ViewConstructor = new (buffer: ArrayBuffer, offset?: number, length?: number) => ArrayBufferView;

/** The constructor of a view, or undefined if the JavaScript engine does not have this view. */
export function viewConstructor(name: string): ViewConstructor | undefined {
  return (globalThis as unknown as Record<string, ViewConstructor | undefined>)[name];
}

/** If an array has more places for each value, the array is kept as a table of its values. */
const PLACES_PER_VALUE = 16;

/**
 * An array of holes. A long array with few values takes no memory for its holes, since the length
 * may come from an untrusted file.
 */
export function arrayOfHoles(length: number, values: number): unknown[] {
  if (length <= PLACES_PER_VALUE * (values + 1)) return new Array(length);
  const array: unknown[] = [];
  // At such a large index, JavaScript engines change the array to a table, and keep the table when
  // the length changes.
  array[2 ** 32 - 2] = undefined;
  array.length = 0;
  array.length = length;
  return array;
}
