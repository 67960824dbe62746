// Turns a failed call of the file system into an `EdgeVecError` for the user of the storage.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { quotaExceeded } from '../estimate.js';
import { codeOf } from './node.js';

export async function unavailable<T>(folder: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof EdgeVecError) throw cause;
    if (isFull(cause)) throw failed(cause);
    throw new EdgeVecError('STORAGE_UNAVAILABLE', `The folder ${inspect(folder)} cannot be used: ${String(cause)}`, {
      remedy: 'Pass a directory that this process may write to.',
      cause,
    });
  }
}

export async function guard<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw cause instanceof EdgeVecError ? cause : failed(cause);
  }
}

export function failed(cause: unknown): EdgeVecError {
  return isFull(cause) ? quotaExceeded('files', { cause }) : broken(cause);
}

/** Whether the disk is full, or the user's quota on the disk is used up. */
export function isFull(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/**
 * `STORAGE_FAILED` for any cause, also for a full disk: `QUOTA` would promise that nothing was
 * written.
 */
export function broken(cause: unknown): EdgeVecError {
  return new EdgeVecError('STORAGE_FAILED', `The file system failed: ${String(cause)}`, {
    remedy: 'Close the database and open the database again.',
    cause,
  });
}
