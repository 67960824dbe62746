// Turns a failed request of IndexedDB into an `EdgeVecError` for the user of the storage.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { quotaExceeded } from '../estimate.js';

/**
 * Waits until others let go, for at most `ms` milliseconds.
 *
 * @param refusal makes the error if others do not let go
 * @param late gets a value that comes later
 */
export async function bounded<T>(
  ms: number,
  running: Promise<T>,
  refusal: () => EdgeVecError,
  late: (value: T) => void,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refused = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      running.then(late, () => {});
      reject(refusal());
    }, ms);
  });
  try {
    return await Promise.race([running, refused]);
  } finally {
    clearTimeout(timer);
  }
}

/** Another tab does not close its connection. */
export function blocked(name: string, ms: number, remedy: string): EdgeVecError {
  return new EdgeVecError('BLOCKED', `Another tab has kept the database ${inspect(name)} open for ${ms / 1000} s`, {
    remedy,
  });
}

/** Nobody uses the database any more, but the browser has not ended a connection. */
export function emptyButKept(name: string, ms: number): EdgeVecError {
  const problem = `The browser has kept a connection to the dropped database ${inspect(name)} for ${ms / 1000} s`;
  return new EdgeVecError('BLOCKED', problem, {
    remedy: 'All data is deleted. The name is free once the connection ends: reload or close the pages of this site.',
  });
}

/**
 * Makes any failure of `run` an `EdgeVecError`. The platform may throw at any step of connecting.
 */
export async function orUnavailable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof EdgeVecError) throw cause;
    const name = (cause as Error)?.name;
    if (name === 'QuotaExceededError') throw failed(cause);
    if (name === 'VersionError') {
      throw new EdgeVecError('UNSUPPORTED_FORMAT', 'A newer version of EdgeVec has written the database', {
        remedy: 'Reload the page, to get the version of EdgeVec that reads the database.',
        cause,
      });
    }
    throw unavailable('IndexedDB cannot be used here', cause);
  }
}

export function unavailable(problem: string, cause?: unknown): EdgeVecError {
  return new EdgeVecError('STORAGE_UNAVAILABLE', cause === undefined ? problem : `${problem}: ${String(cause)}`, {
    remedy:
      "Private windows and sandboxed frames may have no IndexedDB. To keep the database in memory there, pass whenUnavailable: 'memory'.",
    ...(cause === undefined ? {} : { cause }),
  });
}

export function failed(cause: unknown): EdgeVecError {
  if ((cause as Error)?.name === 'QuotaExceededError') {
    return quotaExceeded('indexeddb', { cause });
  }
  return new EdgeVecError('STORAGE_FAILED', `IndexedDB failed: ${String(cause)}`, {
    remedy: 'Try again. If the call fails again, close the database and open the database again.',
    cause,
  });
}
