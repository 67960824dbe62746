// Room that a database keeps back in its storage, so that it can still delete rows and make a
// checkpoint once there is no other room. No write is taken in while the reserve is not whole.
//
// Its size: a checkpoint without a graph writes the rows that came with the log, and what deletions
// change of the rest: ids, metadata, and codes, which are an eighth of rows of 32-bit floats.

import type { Storage } from '../storage/storage.js';

/** Deletions go into the log, some ten bytes an id. */
const LEAST_BYTES = 1 << 16;
/** Of an entry's bytes, what it takes in a checkpoint without a graph. */
const LOG_SHARE = 1.25;
const CHECKPOINT_SHARE = 1 / 8;
/**
 * A row that is added to a chunk has all of the chunk written anew: the last one of each section.
 */
const CHUNKS_BYTES = 2 << 20;
/** It grows by so many bytes at once. */
const STEP_BYTES = 1 << 20;

/** Bytes of the log, and of the checkpoint that it goes on from. */
export interface Sizes {
  readonly log: number;
  readonly checkpoint: number;
}

export class Reserve {
  readonly #storage: Storage;
  readonly #sizes: () => Sizes;
  #wanted = 0;
  #filling: Promise<boolean> | undefined;
  #isWhole = true;

  constructor(storage: Storage, sizes: () => Sizes) {
    this.#storage = storage;
    this.#sizes = sizes;
  }

  /** False once there was no room for all of it. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Whether it is to grow. It does so in steps, and shrinks only if there is no other room. */
  get isSmall(): boolean {
    return this.#storage.reserve !== undefined && this.#needed() > this.#wanted;
  }

  /**
   * Takes what is missing of it. False if there is no room for that. @throws `STORAGE_FAILED`,
   * `CLOSED`
   */
  fill(): Promise<boolean> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  /**
   * Gives back what it has in excess. False if it has nothing to spare. @throws `STORAGE_FAILED`,
   * `CLOSED`
   */
  async trim(): Promise<boolean> {
    const needed = this.#needed();
    if (this.#storage.reserve === undefined || needed >= this.#wanted) return false;
    this.#wanted = needed;
    return this.fill();
  }

  async #fill(): Promise<boolean> {
    if (this.#storage.reserve === undefined) return true;
    do {
      const needed = this.#needed();
      if (needed > this.#wanted) this.#wanted = needed + Math.min(needed, STEP_BYTES);
      this.#isWhole = await this.#storage.reserve(this.#wanted);
      if (this.#isWhole || needed >= this.#wanted) continue;
      this.#wanted = needed;
      this.#isWhole = await this.#storage.reserve(needed);
    } while (this.isSmall);
    return this.#isWhole;
  }

  #needed(): number {
    const { log, checkpoint } = this.#sizes();
    if (log + checkpoint === 0) return 0;
    const chunks = Math.min(CHUNKS_BYTES, log + checkpoint);
    return Math.ceil(LEAST_BYTES + LOG_SHARE * log + CHECKPOINT_SHARE * checkpoint + chunks);
  }
}
