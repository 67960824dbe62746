// StorageEstimate on the device: looked for before much is written, since what does not fit is written in vain, slowly, and is in the way of others meanwhile.

import { EdgeVecError, type EdgeVecErrorDetails } from '../base/errors.js';
import type { Storage } from './storage.js';

/** Less than this is simply tried: asking may take as long. */
const ASK_FROM = 8 << 20;
/**
 * What is told is rough, in both directions: browsers pad it, count what others of the site have stored, and may compress (Firefox stores text in less
 * than half its bytes); Chromium tells of 10 GiB whatever there is. So only what needs more than this many times the room is refused; the rest is tried.
 */
const CERTAIN = 2;

/** @throws `QUOTA` where about `needed` bytes certainly do not fit; nothing has then been written */
export async function assertRoom(storage: Storage, needed: number): Promise<void> {
  if (needed < ASK_FROM) return;
  // Who does not tell lets us try.
  const estimate = await storage.estimate().catch(() => undefined);
  if (estimate === undefined) return;
  const free = Math.max(0, estimate.quota - estimate.usage);
  if (needed <= free * CERTAIN) return;
  throw quotaExceeded(storage.kind, { expected: `at most ${free} bytes`, got: `about ${Math.ceil(needed)}` });
}

export function quotaExceeded(
  kind: Storage['kind'],
  details: Pick<EdgeVecErrorDetails, 'expected' | 'got' | 'cause'>,
): EdgeVecError {
  return new EdgeVecError('QUOTA', 'There is no room left on this device for the write', {
    remedy:
      kind === 'files'
        ? 'Free some space on the disk, or delete rows, compact and save: new rows take their place.'
        : 'Delete rows, compact and save: new rows take their place. Or drop databases you no longer need, ask for persistent storage with EdgeVec.persist(), or free some space on the device.',
    ...details,
  });
}

/** Bytes of chunks that are to be written. */
export function bytesOf(chunks: Iterable<{ readonly bytes: number }>): number {
  let sum = 0;
  for (const { bytes } of chunks) sum += bytes;
  return sum;
}
