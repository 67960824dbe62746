// Which kind of object a value is. The value may come from another frame, where every class and
// prototype is another object. All functions may throw if the value is a proxy.

/** The kind that an object reports of itself: `Object`, `Date`, `Map`. */
export const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

/**
 * Whether the object is no instance of a class. An object of another frame is plain too, although
 * its prototype is another `Object.prototype`.
 */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}
