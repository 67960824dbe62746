// Turns a failed request of IndexedDB into an `EdgeVecError` for the user of the storage.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { quotaExceeded } from '../estimate.js';

/** Waits until other tabs let go, for at most `ms` milliseconds. */
export async function bounded<T>(
  name: string,
  ms: number,
  remedy: string,
  running: Promise<T>,
  late: (value: T) => void,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refused = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      running.then(late, () => {});
      reject(
        new EdgeVecError('BLOCKED', `Another tab has kept the database ${inspect(name)} open for ${ms / 1000} s`, {
          remedy,
        }),
      );
    }, ms);
  });
  try {
    return await Promise.race([running, refused]);
  } finally {
    clearTimeout(timer);
  }
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
