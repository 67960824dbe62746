// The chunks in storage that the next checkpoint may share: chunks of the last checkpoint, and
// chunks that the present checkpoint has written so far.

import type { StoredChunk } from '../../collection/slot-store.js';
import { namesOf } from '../../format/contents.js';
import type { Manifest } from '../../format/manifest.js';
import { bytesOf } from '../../storage/estimate.js';
import { storedIn } from './contents.js';

export class StoredChunks {
  /** The name of the manifest last made or read here. */
  #checkpoint: string;
  /** All names in the checkpoint, and the name of its manifest. */
  #names: ReadonlySet<string>;
  /** The chunks that the checkpoint names, by key. */
  #ofCheckpoint: Map<string, StoredChunk>;
  /** The last stored copies of chunks, by key: of the checkpoint, and of passes since. */
  readonly #copies: Map<string, StoredChunk>;

  constructor(checkpoint: string, manifest: Manifest) {
    this.#checkpoint = checkpoint;
    this.#names = new Set([checkpoint, ...namesOf(manifest)]);
    this.#copies = storedIn(manifest);
    this.#ofCheckpoint = new Map(this.#copies);
  }

  /**
   * The name of the last checkpoint made or read here. Another tab may have made a later
   * checkpoint.
   */
  get checkpoint(): string {
    return this.#checkpoint;
  }

  /** All names in the checkpoint, and the name of its manifest. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** The bytes of the chunks that the checkpoint names. */
  get bytes(): number {
    return bytesOf([...this.#ofCheckpoint.values()].map(({ ref }) => ref));
  }

  /** The last stored copy of a chunk. Undefined if the chunk must be written again. */
  copyOf(key: string): StoredChunk | undefined {
    return this.#copies.get(key);
  }

  /** The chunk that the checkpoint names for a key. */
  ofCheckpoint(key: string): StoredChunk | undefined {
    return this.#ofCheckpoint.get(key);
  }

  /** Notes a stored copy that no checkpoint names yet. */
  add(key: string, chunk: StoredChunk): void {
    this.#copies.set(key, chunk);
  }

  /** Notes a stored chunk that has replaced a chunk of the checkpoint. */
  replace(key: string, chunk: StoredChunk): void {
    this.#copies.set(key, chunk);
    this.#ofCheckpoint.set(key, chunk);
  }

  /** The next checkpoint writes the chunk again. */
  forget(key: string): void {
    this.#copies.delete(key);
  }

  /** The next checkpoint writes all chunks again. */
  forgetAll(): void {
    this.#copies.clear();
  }

  /**
   * Goes on from another checkpoint.
   *
   * A name is used only once: if the checkpoint names a known chunk, the chunk is unchanged. All
   * other chunks are forgotten. Either the chunk does not exist any more, or the chunk has changed
   * and was not written, or another tab wrote the chunk. The chunks of another tab have the same
   * keys, and may hold rows in other slots.
   *
   * @param manifest undefined if no checkpoint is stored
   */
  follow(checkpoint: string, manifest: Manifest | undefined): void {
    this.#checkpoint = checkpoint;
    this.#names = new Set(manifest === undefined ? [] : [checkpoint, ...namesOf(manifest)]);
    for (const [key, { ref }] of this.#copies) if (!this.#names.has(ref.name)) this.#copies.delete(key);
    const kept = [...this.#ofCheckpoint].filter(([, { ref }]) => this.#names.has(ref.name));
    this.#ofCheckpoint = new Map([...kept, ...this.#copies]);
  }
}
