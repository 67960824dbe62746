// The state of a database at one moment, chunk by chunk, for files and copies.

import type { Manifest } from '../../format/manifest.js';

export interface Snapshot {
  /** Each chunk is named by its position in the file. */
  readonly manifest: Manifest;
  /**
   * The next chunk, in the order of the manifest. Undefined after the last chunk.
   *
   * @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED`
   */
  nextChunk(): Promise<Uint8Array | undefined>;
  /** The caller asks for no more chunks. */
  end(): void;
}
