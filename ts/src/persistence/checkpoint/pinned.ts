// The stored checkpoint, kept in storage while a slow reader reads the chunks.

import { damaged, EdgeVecError } from '../../base/errors.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import type { Manifest } from '../../format/manifest.js';
import { quotaExceeded } from '../../storage/estimate.js';
import type { StorageBackend } from '../../storage/storage.js';
import type { Log } from '../log/log.js';
import { isLean } from './lean.js';
import { readManifest } from './load.js';

export class Pinned {
  readonly manifest: Manifest;
  readonly #name: string;
  readonly #storage: StorageBackend;
  readonly #log: Log;
  /** Ends the reading. Tabs may then delete the chunks. */
  readonly release: () => void;

  private constructor(manifest: Manifest, name: string, storage: StorageBackend, log: Log, release: () => void) {
    this.manifest = manifest;
    this.#name = name;
    this.#storage = storage;
    this.#log = log;
    this.release = release;
  }

  /**
   * @param release called also if `open` throws
   * @throws `QUOTA` if the stored checkpoint is lean; `DAMAGED`, `STORAGE_FAILED`, `CLOSED`
   */
  static async open(storage: StorageBackend, log: Log, release: () => void): Promise<Pinned> {
    try {
      const name = await log.ownCheckpoint();
      if (name === undefined) throw replaced();
      const manifest = await readManifest(storage, name);
      // The stored checkpoint has no graph, for lack of room. The database in memory has its graph,
      // so a whole checkpoint needs more room.
      if (isLean(manifest)) throw quotaExceeded(storage.kind, {});
      return new Pinned(manifest, name, storage, log, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** The bytes of a chunk that the manifest names. @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED` */
  async read(ref: ChunkRef): Promise<Uint8Array> {
    const bytes = await this.#storage.read('chunks', ref.name);
    if (isWhole(ref, bytes)) return bytes;
    if ((await this.#log.storedCheckpoint()) === this.#name) throw damaged('the checkpoint');
    throw replaced();
  }
}

function replaced(): EdgeVecError {
  return new EdgeVecError('STORAGE_FAILED', 'A newer checkpoint has replaced the checkpoint that was being read', {
    remedy: 'Repeat the call.',
  });
}
