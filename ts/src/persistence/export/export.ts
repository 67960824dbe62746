// Gives a snapshot out as a file, piece by piece.

import type { ExportReply } from '../../base/calls.js';
import { internal } from '../../base/errors.js';
import type { ChunkRef } from '../../format/chunk.js';
import { encodeStart } from '../../format/export-file.js';
import { encodeManifest, refsIn } from '../../format/manifest.js';
import type { Snapshot } from './snapshot.js';

export class Export {
  readonly #snapshot: Snapshot;
  /** The chunks not yet given out. */
  readonly #rest: Iterator<ChunkRef>;
  #hasBegun = false;
  #hasEnded = false;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#rest = refsIn(snapshot.manifest).values();
  }

  /**
   * The next piece of the file. The file ends only after every chunk of the manifest.
   *
   * @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED`; `INTERNAL` if the export has been ended
   */
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

  /** The caller asks for no more pieces. */
  end(): void {
    this.#hasEnded = true;
    this.#snapshot.end();
  }
}
