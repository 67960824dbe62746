// A database as it was at one moment, chunk by chunk: what files and copies are made of.

import type { Manifest } from '../../format/manifest.js';

export interface Snapshot {
  /** Its chunks are named by their place in the file. */
  readonly manifest: Manifest;
  /** The next chunk, in the manifest's order; undefined behind the last. @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED` */
  nextChunk(): Promise<Uint8Array | undefined>;
  /** Nothing more will be asked for. */
  end(): void;
}
