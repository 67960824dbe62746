// The checkpoint that is stored, read chunk by chunk by somebody who takes his time.

import { damaged, EdgeVecError } from '../../base/errors.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import type { Manifest } from '../../format/manifest.js';
import { quotaExceeded } from '../../storage/estimate.js';
import type { Storage } from '../../storage/storage.js';
import type { Log } from '../log/log.js';
import { isLean } from './lean.js';
import { readManifest } from './load.js';

export class Pinned {
  readonly manifest: Manifest;
  readonly #name: string;
  readonly #storage: Storage;
  readonly #log: Log;
  /** Says that nothing more is read: its chunks may be dropped. */
  readonly release: () => void;

  private constructor(manifest: Manifest, name: string, storage: Storage, log: Log, release: () => void) {
    this.manifest = manifest;
    this.#name = name;
    this.#storage = storage;
    this.#log = log;
    this.release = release;
  }

  /** `release` is called also where this throws: `DAMAGED`, `STORAGE_FAILED`, `CLOSED`. */
  static async open(storage: Storage, log: Log, release: () => void): Promise<Pinned> {
    try {
      const name = await log.ownCheckpoint();
      if (name === undefined) throw replaced();
      const manifest = await readManifest(storage, name);
      // The graph was left out for want of room: what is in memory is whole.
      if (isLean(manifest)) throw quotaExceeded(storage.kind, {});
      return new Pinned(manifest, name, storage, log, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** A chunk that the manifest names. @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED` */
  async read(ref: ChunkRef): Promise<Uint8Array> {
    const bytes = await this.#storage.read('chunks', ref.name);
    if (isWhole(ref, bytes)) return bytes;
    if ((await this.#log.storedCheckpoint()) === this.#name) throw damaged('the checkpoint');
    throw replaced();
  }
}

function replaced(): EdgeVecError {
  return new EdgeVecError('STORAGE_FAILED', 'The checkpoint that was being read is not there any more', {
    expected: 'nobody to put another in its place meanwhile',
    remedy: 'Begin again.',
  });
}
