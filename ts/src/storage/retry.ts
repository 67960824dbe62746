// Repeats reads in the background, if the storage fails: a failure may last only a moment. No call
// of the user waits for such a read.

import { type EdgeVecError, hasCode } from '../base/errors.js';
import type { Slices } from '../base/time-slices.js';

/** Milliseconds before each further try. */
const PAUSES_MS = [100, 400, 1_600];

/** Milliseconds before the next round of tries. */
const ROUND_MS = 5_000;

/** Runs `run` until a try succeeds, all tries have failed, or `isInVain` is true. */
export async function retrying<T>(run: () => Promise<T>, slices: Slices, isInVain: () => boolean): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await run();
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await slices.pause(pause);
    if (isInVain()) break;
  }
  return run();
}

/**
 * Runs `run` in rounds until a try succeeds or `isInVain` is true. `failing` gets the error of the
 * first round.
 */
export async function persisting<T>(
  run: () => Promise<T>,
  slices: Slices,
  isInVain: () => boolean,
  failing: (error: EdgeVecError) => void = () => {},
): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await retrying(run, slices, isInVain);
    } catch (error) {
      if (!isPassing(error) || isInVain()) throw error;
      if (isFirst) failing(error);
    }
    await slices.pause(ROUND_MS);
  }
}

/** Whether the same call may succeed later. */
export function isPassing(error: unknown): error is EdgeVecError {
  return hasCode(error, 'STORAGE_FAILED');
}
