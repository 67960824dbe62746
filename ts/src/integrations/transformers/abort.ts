// Ends a call whose signal has aborted.

import { aborted } from './errors.js';

/** @throws `ABORTED` */
export function assertNotAborted(signal: AbortSignal | undefined, what: Parameters<typeof aborted>[0]): void {
  if (signal?.aborted) throw aborted(what)(signal.reason);
}
