// What the replay of the log may end in. An entry ends the log only if its own bytes are damaged; any
// other error says something of the reader, the checkpoint or the storage, and the log stays as it is.

import { EdgeVecError, type EdgeVecErrorCode } from '../base/errors.js';
import { unreadable } from '../format/entry.js';
import { PartUnreadable } from './write-buffer.js';

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

/**
 * The end of the log cannot be read. What was written before it is whole: to drop the database, as
 * damage asks for elsewhere, would lose that too.
 */
export function lostWrites(lost: number | undefined, cause?: unknown): EdgeVecError {
  const known = lost === 1 ? 'The last write is' : `The last ${lost} writes are`;
  const problem = lost === undefined ? 'Writes may be lost' : `${known} lost`;
  return new EdgeVecError('DAMAGED', `${problem}: the end of what was stored cannot be read`, {
    remedy:
      'All that was written before is whole, and the database goes on from there. EdgeVec.salvage gives back what can be read of the rest, until the next checkpoint.',
    ...(cause === undefined ? {} : { cause }),
  });
}
