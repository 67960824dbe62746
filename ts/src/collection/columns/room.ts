// Typed arrays by slot that grow.

type Growable = Uint8Array | Uint32Array | Float64Array;

/** The array, or a longer copy if the array has no place for the index. */
export function withRoomFor<T extends Growable>(array: T, index: number): T {
  if (index < array.length) return array;
  const Longer = array.constructor as new (length: number) => T;
  // Doubled, so that an array that grows slot by slot is copied seldom.
  const longer = new Longer(Math.max(64, index + 1, 2 * array.length));
  longer.set(array);
  return longer;
}
