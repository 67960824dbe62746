// The storage that a salvage reads from, and the way to new engines.

import type { Slices } from '../../base/time-slices.js';
import type { Instance } from '../../engine/engine.js';
import type { StorageBackend } from '../../storage/storage.js';

export interface Means {
  readonly storage: StorageBackend;
  readonly slices: Slices;
  readonly start: () => Promise<Instance>;
}
