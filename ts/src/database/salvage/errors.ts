// Which errors are about what is stored.

import { EdgeVecError } from '../../base/errors.js';

/** Whether bytes are not what they should be, or cannot be read here. Else the storage failed, or there is no memory left. */
export function isOfBytes(error: unknown): boolean {
  if (!(error instanceof EdgeVecError)) return true;
  return !['CLOSED', 'OUT_OF_MEMORY', 'STORAGE_FAILED', 'STORAGE_UNAVAILABLE'].includes(error.code);
}
