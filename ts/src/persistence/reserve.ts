// Room that a database keeps back in its storage, so that it can still delete rows and make a
// checkpoint once there is no other room. No write is taken in while the reserve is not whole.
//
// Its size: a checkpoint without a graph writes the rows that came with the log, and what deletions
// change of the rest: ids, metadata, and codes, which are an eighth of rows of 32-bit floats. Chunks
// of rows it writes one after the other, each in place of another.
//
// A database without free slots keeps room for some more log. Once rows have been deleted, new rows
// that take their slots need room in the log, and nowhere else: they use that.

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
/** For the log of rows that take the slots of deleted ones: a mebibyte, with what the log itself needs. */
const REUSE_BYTES = (1 + LOG_SHARE) * (1 << 20);
const REUSE_SHARE = 1 / 8;
/** It grows by so many bytes at once. */
const STEP_BYTES = 1 << 20;

export interface Sizes {
  /** Bytes of the log, and of the checkpoint that it goes on from. */
  readonly log: number;
  readonly checkpoint: number;
  /** Whether new rows find slots that deleted rows have left. */
  readonly hasFreeSlots: boolean;
}

export class Reserve {
  readonly #storage: Storage;
  readonly #sizes: () => Sizes;
  #wanted = 0;
  #filling: Promise<boolean> | undefined;
  #isBegun = false;
  #isFilled = true;

  constructor(storage: Storage, sizes: () => Sizes) {
    this.#storage = storage;
    this.#sizes = sizes;
  }

  /**
   * False until it was filled for the first time, and once there was no room for all of it or some of
   * it was given back.
   */
  get isWhole(): boolean {
    if (this.#storage.reserve === undefined) return true;
    const held = this.#storage.heldBack?.() ?? this.#wanted;
    return this.#isBegun && this.#isFilled && held >= this.#wanted;
  }

  /** Whether something is missing of it. A database without rows needs none. */
  get isDue(): boolean {
    return this.#isSmall || (this.#isBegun && !this.isWhole);
  }

  /** Whether it is to grow. It does so in steps, and shrinks only if there is no other room. */
  get #isSmall(): boolean {
    return this.#storage.reserve !== undefined && this.#needed() > this.#wanted;
  }

  /** Another may have given back some of it: it counts as not whole until it is filled again. */
  doubt(): void {
    if (this.#storage.reserve !== undefined) this.#isFilled = false;
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

  /** Resolves once nothing more is being taken. */
  async settled(): Promise<void> {
    await this.#filling?.catch(() => {});
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
    this.#isBegun = true;
    do {
      const needed = Math.max(LEAST_BYTES, this.#needed());
      if (needed > this.#wanted) this.#wanted = needed + Math.min(needed, STEP_BYTES);
      this.#isFilled = await this.#storage.reserve(this.#wanted);
      if (this.#isFilled || needed >= this.#wanted) continue;
      this.#wanted = needed;
      this.#isFilled = await this.#storage.reserve(needed);
    } while (this.#isSmall);
    return this.#isFilled;
  }

  #needed(): number {
    const { log, checkpoint, hasFreeSlots } = this.#sizes();
    const all = log + checkpoint;
    if (all === 0) return 0;
    const reuse = hasFreeSlots ? 0 : Math.min(REUSE_BYTES, LEAST_BYTES + REUSE_SHARE * all);
    const chunks = Math.min(CHUNKS_BYTES, all);
    return Math.ceil(LEAST_BYTES + LOG_SHARE * log + CHECKPOINT_SHARE * checkpoint + chunks + reuse);
  }
}
