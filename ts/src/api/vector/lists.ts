// Lists of numbers of the caller: arrays, typed arrays, and objects with a length.

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
/**
 * The platform's own accessors, because a subclass or an own property may give a wrong length or
 * kind.
 */
const lengthGetter = getterOf(TypedArray, 'length');
const kindGetter = getterOf(TypedArray, Symbol.toStringTag);

function getterOf(prototype: object, name: PropertyKey): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => unknown;
}

/** The length of something like an array; undefined for other values. */
export function lengthOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // `length` of a typed array can be overridden, and a wrong length would make room for too few
  // numbers.
  const length = kindOf(value) === undefined ? (value as { length?: unknown }).length : lengthGetter.call(value);
  return typeof length === 'number' ? length : undefined;
}

/** The name of a typed array's class, also of another realm's; undefined for everything else. */
export function kindOf(value: unknown): string | undefined {
  return ArrayBuffer.isView(value) ? (kindGetter.call(value) as string | undefined) : undefined;
}

/**
 * Whether the value is a typed array of numbers. Arrays of bigints go to the check of elements,
 * which refuses bigints.
 */
export function isNumberArray(value: unknown): value is Float64Array {
  return kindOf(value)?.startsWith('Big') === false;
}

/** Whether its buffer was handed over to another thread. */
export function isDetached(value: unknown): boolean {
  if (!ArrayBuffer.isView(value) || value.byteLength > 0) return false;
  try {
    new Uint8Array(value.buffer);
    return false;
  } catch {
    return true;
  }
}
