// Reads that nobody has asked for by a call of his own are tried again where the storage fails: it may do so for a moment only.

import { EdgeVecError } from '../errors.js';
import type { Slices } from '../slices.js';

/** Milliseconds before the next try, each time. */
const PAUSES_MS = [100, 400, 1_600];

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

/** Whether the same may succeed later. */
export function isPassing(error: unknown): error is EdgeVecError {
  return error instanceof EdgeVecError && error.code === 'STORAGE_FAILED';
}
