// Merges sorted lists, in small steps.

/** Whether an entry comes before another entry, or is equal. */
export type Precedes = (a: number, b: number) => boolean;

/**
 * Merges ascending runs into a single run. Yields after at most `step` entries, so that a long
 * merge does not block the thread. If one run ends before the other begins, which is the usual
 * case, the function only copies both runs.
 */
export function* mergeRuns(
  runs: readonly Uint32Array[],
  precedes: Precedes,
  step: number,
): Generator<undefined, Uint32Array> {
  let left = runs;
  while (left.length > 1) {
    const next: Uint32Array[] = [];
    for (let i = 0; i < left.length; i += 2) {
      const [a, b] = [left[i] as Uint32Array, left[i + 1]];
      next.push(b === undefined ? a : yield* mergedTwo(a, b, precedes, step));
    }
    left = next;
  }
  return left[0] ?? new Uint32Array();
}

function* mergedTwo(
  a: Uint32Array,
  b: Uint32Array,
  precedes: Precedes,
  step: number,
): Generator<undefined, Uint32Array> {
  const into = new Uint32Array(a.length + b.length);
  const endsBefore = a.length === 0 || b.length === 0 || precedes(a.at(-1) as number, b[0] as number);
  if (endsBefore) {
    into.set(a);
    into.set(b, a.length);
  } else {
    for (let i = 0, j = 0; i + j < into.length; ) {
      const [x, y] = [a[i], b[j]];
      const takesA = y === undefined || (x !== undefined && precedes(x, y));
      into[i + j] = (takesA ? x : y) as number;
      takesA ? i++ : j++;
      if ((i + j) % step === 0) yield;
    }
  }
  yield;
  return into;
}
