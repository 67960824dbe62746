// Typed arrays by slot that grow.

type Growable = Uint8Array | Uint32Array | Float64Array;

/** Lengths are a multiple, so that a loop may take several places at once. */
const STEP = 32;

/** The array, or a longer copy if the array has no place for the index. New places are 0. */
export function withRoomFor<T extends Growable>(array: T, index: number): T {
  if (index < array.length) return array;
  const Longer = array.constructor as new (length: number) => T;
  // Doubled, so that an array that grows slot by slot is copied seldom.
  const length = Math.max(index + 1, 2 * array.length);
  const longer = new Longer(Math.ceil(length / STEP) * STEP);
  longer.set(array);
  return longer;
}
