// The options of `insert`, `upsert`, `update` and `delete`.

import type { DeleteOptions, WriteOptions } from '../../base/types.js';
import { checkKeys, invalid, isStrict, signalOption } from './values.js';

const DELETE_KEYS = { durability: true } satisfies Record<keyof DeleteOptions, true>;
const WRITE_KEYS = { onProgress: true, signal: true, durability: true } satisfies Record<keyof WriteOptions, true>;

/** Checks the options of a write. */
export function resolveWrite(method: string, options: WriteOptions = {}): WriteOptions {
  checkKeys(method, options, WRITE_KEYS);
  const { onProgress, signal, durability } = options;
  if (durability !== undefined) isStrict(durability);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw invalid('onProgress', 'a function', onProgress);
  signalOption(signal);
  // Read once: a getter of the caller's could say something else each time.
  return {
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
    ...(durability === undefined ? {} : { durability }),
  };
}

/** Whether a change is to be strict; undefined: as the database's writes. */
export function resolveDelete(options: DeleteOptions = {}, method = 'delete'): boolean | undefined {
  checkKeys(method, options, DELETE_KEYS);
  const { durability } = options;
  return durability === undefined ? undefined : isStrict(durability);
}
