// How files are read. Types, and the error of a file that cannot be read.

import { EdgeVecError } from '../../../index.js';

/** A file that can be read at any place, more than once. */
export interface RandomAccess {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `start` to `end`. Fewer, if the file has become shorter. */
  read(start: number, end: number): Promise<Uint8Array>;
}

export function sourceFailed(cause: unknown): EdgeVecError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EdgeVecError('SOURCE_FAILED', `The file could not be read: ${reason.replace(/\.$/, '')}`, { cause });
}
