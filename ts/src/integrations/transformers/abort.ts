// Ends a call whose signal has aborted.

import { aborted } from './errors.js';

/** @throws `ABORTED` */
export function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal.reason);
}
