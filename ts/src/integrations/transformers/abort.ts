// Ends a wait as soon as a signal aborts.

import { onAbort } from '../../base/on-abort.js';
import { aborted } from './errors.js';

/** @throws `ABORTED` */
export function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal.reason);
}

/**
 * The promise, or a rejection with `ABORTED` if the signal aborts first. Whatever the promise does
 * after that is ignored.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let stop = (): void => {};
  const abort = new Promise<never>((_, reject) => {
    stop = () => reject(aborted(signal.reason));
    if (signal.aborted) stop();
  });
  const forget = onAbort(signal, stop);
  try {
    return await Promise.race([promise, abort]);
  } finally {
    forget();
  }
}
