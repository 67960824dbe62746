// Errors about stored bytes.

import { EdgeVecError } from '../../base/errors.js';

/**
 * Whether stored bytes are damaged, or cannot be read by this version. Other errors are of the
 * storage or of memory.
 */
export function isOfBytes(error: unknown): boolean {
  if (!(error instanceof EdgeVecError)) return true;
  return !['CLOSED', 'OUT_OF_MEMORY', 'STORAGE_FAILED', 'STORAGE_UNAVAILABLE'].includes(error.code);
}
