// A snapshot as a file, piece by piece.

import type { ExportReply } from '../../base/calls.js';
import { internal } from '../../base/errors.js';
import type { ChunkRef } from '../../format/chunk.js';
import { encodeStart } from '../../format/export-file.js';
import { encodeManifest, refsIn } from '../../format/manifest.js';
import type { Snapshot } from './snapshot.js';

export class Export {
  readonly #snapshot: Snapshot;
  /** The chunks that are still to come. */
  readonly #rest: Iterator<ChunkRef>;
  #hasBegun = false;
  #hasEnded = false;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#rest = refsIn(snapshot.manifest).values();
  }

  /** The next piece of the file. It is over only once every chunk that the manifest names has been given. @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED` */
  async next(): Promise<ExportReply> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      return { done: false, piece: encodeStart(encodeManifest(this.#snapshot.manifest)) };
    }
    const { done, value: ref } = this.#rest.next();
    if (done) return { done: true };
    const piece = await this.#snapshot.nextChunk();
    if (this.#hasEnded || piece?.length !== ref.bytes) throw internal('An export was ended while it was read');
    return { done: false, piece };
  }

  /** Nothing more will be asked for. */
  end(): void {
    this.#hasEnded = true;
    this.#snapshot.end();
  }
}
