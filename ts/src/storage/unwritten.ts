// A storage opened only for reading, as a salvage does.

import { internal } from '../base/errors.js';
import type { StorageBackend } from './storage.js';

/** The same storage, but every commit is refused. */
export function unwritten(storage: StorageBackend): StorageBackend {
  return {
    kind: storage.kind,
    lost: storage.lost,
    read: (store, key) => storage.read(store, key),
    scan: (after) => storage.scan(after),
    chunks: () => storage.chunks(),
    commit: refuseCommit,
    estimate: () => storage.estimate(),
    close: () => storage.close(),
  };
}

export async function refuseCommit(): Promise<never> {
  throw internal('A storage that was opened only for reading was written to');
}
