// Room on the device. EdgeVec asks for the free room before a large write: a write that does not
// fit is slow, comes to nothing, and takes room from others meanwhile.

import { EdgeVecError, type EdgeVecErrorDetails } from '../base/errors.js';
import type { StorageBackend } from './storage.js';

/** Bytes. EdgeVec tries smaller writes without asking, since asking may take as long. */
const ASK_FROM = 8 << 20;
/**
 * Platforms tell the room only roughly. Browsers add noise, count other data of the site, and may
 * compress (Firefox stores text in less than half its bytes). Chromium tells 10 GiB on any device.
 * EdgeVec therefore refuses a write only if the write needs more than `CERTAIN` times the free
 * room, and tries every other write.
 */
const CERTAIN = 2;

/** @throws `QUOTA` if about `needed` bytes certainly do not fit. Nothing has been written then */
export async function assertRoom(storage: StorageBackend, needed: number): Promise<void> {
  if (needed < ASK_FROM) return;
  // If the platform does not tell the room, the write is tried.
  const estimate = await storage.estimate().catch(() => undefined);
  if (estimate === undefined) return;
  const free = Math.max(0, estimate.quota - estimate.usage);
  if (needed <= free * CERTAIN) return;
  throw quotaExceeded(storage.kind, { expected: `at most ${free} bytes`, got: `about ${Math.ceil(needed)}` });
}

export function quotaExceeded(
  kind: StorageBackend['kind'],
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

/** The sum of the bytes of all chunks. */
export function bytesOf(chunks: Iterable<{ readonly bytes: number }>): number {
  let sum = 0;
  for (const { bytes } of chunks) sum += bytes;
  return sum;
}
