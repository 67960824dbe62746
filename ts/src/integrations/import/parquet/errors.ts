// The errors of hyparquet, as errors of EdgeVec.

import { EdgeVecError } from '../../../index.js';
import type { RandomAccess } from '../file/access.js';

/** @throws `UNSUPPORTED_FORMAT`, `DAMAGED`, and the errors of reading the file */
export async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof EdgeVecError) throw cause;
    throw notReadable(cause);
  }
}

function notReadable(cause: unknown): EdgeVecError {
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
  const problem = `The Parquet file cannot be read: ${reason}`;
  if (/unsupported (compression|encoding)|not supported/i.test(reason))
    return new EdgeVecError('UNSUPPORTED_FORMAT', problem, { cause });
  return new EdgeVecError('DAMAGED', problem, {
    remedy: 'Look whether the file was copied or downloaded to its end.',
    cause,
  });
}

/** Four bytes at both ends of every file. */
const MAGIC = 'PAR1';
/** Of a file whose schema is encrypted. */
const ENCRYPTED = 'PARE';

/** @throws `UNSUPPORTED_FORMAT` if the file does not end as Parquet does */
export async function checkMagic(file: RandomAccess): Promise<void> {
  const end = String.fromCharCode(...(await file.read(Math.max(0, file.size - 4), file.size)));
  if (end === MAGIC && file.size >= 12) return;
  throw new EdgeVecError('UNSUPPORTED_FORMAT', 'The file is not a Parquet file, or is cut', {
    expected: `the four bytes ${MAGIC} at the end`,
    got: end === ENCRYPTED ? 'an encrypted file' : JSON.stringify(end),
    remedy: 'Look whether the file was copied or downloaded to its end. readNpy reads .npy files.',
  });
}
