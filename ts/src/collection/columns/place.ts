// Places in sorted lists.

/** The first place with a value that passes. All later values pass too. */
export function placeOf<T>(sorted: ArrayLike<T>, passes: (value: T) => boolean): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (passes(sorted[middle] as T)) to = middle;
    else from = middle + 1;
  }
  return from;
}
