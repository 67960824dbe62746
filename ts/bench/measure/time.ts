/** Times searches one after the other. */

/** The row numbers of the hits. Synchronous if the system is synchronous. */
export type Answer = ArrayLike<number> | Promise<ArrayLike<number>>;

export interface Pass {
  readonly meanUs: number;
  /** The time of each search in microseconds, in the order of the searches. */
  readonly latencies: Float64Array;
  readonly found: readonly ArrayLike<number>[];
}

/** The mean comes from the whole loop, since a browser's clock may step by 0.1 ms or more. */
export async function timePass(searches: readonly (() => Answer)[]): Promise<Pass> {
  const count = searches.length;
  const latencies = new Float64Array(count);
  const found: ArrayLike<number>[] = [];
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const before = performance.now();
    const answer = (searches[i] as () => Answer)();
    // No await for a synchronous system, since an await would add a microtask to the time.
    found.push(answer instanceof Promise ? await answer : answer);
    latencies[i] = (performance.now() - before) * 1000;
  }
  const meanUs = ((performance.now() - start) * 1000) / count;
  return { meanUs, latencies, found };
}
