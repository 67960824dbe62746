// A snapshot as a file, piece by piece.

import { encodeManifest } from '../checkpoint/manifest.js';
import { encodeStart } from './file.js';
import type { Snapshot } from './snapshot.js';

export class Export {
  readonly #snapshot: Snapshot;
  #hasBegun = false;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** The next piece of the file; undefined behind the last. @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED` */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#hasBegun) return this.#snapshot.nextChunk();
    this.#hasBegun = true;
    return encodeStart(encodeManifest(this.#snapshot.manifest));
  }

  /** Nothing more will be asked for. */
  end(): void {
    this.#snapshot.end();
  }
}
