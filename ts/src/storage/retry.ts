// Reads that nobody has asked for by a call of his own are tried again where the storage fails: it may do so for a moment only.

import { EdgeVecError } from '../base/errors.js';
import type { Slices } from '../base/time-slices.js';

/** Milliseconds before the next try, each time. */
const PAUSES_MS = [100, 400, 1_600];

/** Before all of that is tried once more. */
const ROUND_MS = 5_000;

/** Runs it until it does not fail, or has failed too often, or there is no need any more. */
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

/** Runs it, however long the storage fails, until there is no need any more. */
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

/** Whether the same may succeed later. */
export function isPassing(error: unknown): error is EdgeVecError {
  return error instanceof EdgeVecError && error.code === 'STORAGE_FAILED';
}
