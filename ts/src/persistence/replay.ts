// The errors that may end the replay of the log. An entry ends the log only if its own bytes are
// damaged. Any other error is about the reader, the checkpoint or the storage, and leaves the log
// as before.

import { EdgeVecError, type EdgeVecErrorCode, hasCode } from '../base/errors.js';
import { unreadable } from '../format/entry.js';
import { PartUnreadable } from './write-buffer.js';

/** Errors about the checkpoint, the storage, the memory or the caller, and not about the entry. */
const OTHERS: readonly EdgeVecErrorCode[] = [
  'CLOSED',
  'DAMAGED',
  'ENGINE_CRASHED',
  'OUT_OF_MEMORY',
  'QUOTA',
  'STORAGE_FAILED',
];

/** The error for an entry with whole bytes that could not be applied. */
export function faultOf(seq: number, error: unknown): EdgeVecError {
  if (error instanceof PartUnreadable) return unreadable(seq, error.cause);
  return hasCode(error, ...OTHERS) ? error : unreadable(seq, error);
}

/**
 * The error for an unreadable end of the log. Everything before the end is whole. The remedy
 * therefore differs from the usual remedy of damage: dropping the database would lose the whole
 * part too.
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
