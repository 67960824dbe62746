// The parts of a database that the steps of a checkpoint work with.

import type { Slices } from '../../base/time-slices.js';
import type { Names } from '../../storage/names.js';
import type { StorageBackend } from '../../storage/storage.js';
import type { Log } from '../log/log.js';
import type { DeadChunks } from './dead-chunks.js';
import type { StoredChunks } from './stored-chunks.js';

export interface CheckpointContext {
  readonly slices: Slices;
  readonly storage: StorageBackend;
  readonly log: Log;
  readonly names: Names;
  readonly stored: StoredChunks;
  readonly dead: DeadChunks;
}
