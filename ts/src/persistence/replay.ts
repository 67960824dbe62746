// What the replay of an entry may end in. An entry ends the log only if its own bytes are damaged; any
// other error says something of the reader, the checkpoint or the storage, and the log stays as it is.

import { EdgeVecError, type EdgeVecErrorCode } from '../base/errors.js';
import { unreadable } from '../format/entry.js';
import { PartUnreadable } from './draft.js';

/** Errors that are not about the entry: of the checkpoint, the storage, the memory, or the caller. */
const OTHERS: readonly EdgeVecErrorCode[] = [
  'CLOSED',
  'DAMAGED',
  'ENGINE_CRASHED',
  'OUT_OF_MEMORY',
  'QUOTA',
  'STORAGE_FAILED',
];

/** Why an entry could not be applied, though its bytes are whole. */
export function faultOf(seq: number, error: unknown): EdgeVecError {
  if (error instanceof PartUnreadable) return unreadable(seq, error.cause);
  return error instanceof EdgeVecError && OTHERS.includes(error.code) ? error : unreadable(seq, error);
}
