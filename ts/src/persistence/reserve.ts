// The reserve: room that a database keeps back in its storage. With the reserve, a full storage
// still has room for deletions and a checkpoint. The database takes no write while the reserve is
// not whole.
//
// The size of the reserve is the need of a lean checkpoint. A lean checkpoint writes the rows of
// the log, and the changes that deletions make to ids, metadata and codes. Codes are an eighth of
// rows of 32-bit floats. A lean checkpoint writes chunks of rows one after the other, each in place
// of an old chunk. But if all rows are coded, or coded again about another mean, no old chunk can
// stay: a lean checkpoint writes the codes of all rows beside the old rows.
//
// Short rows take more bytes in a checkpoint than in the log. After the checkpoint, the rows count
// as bytes of the checkpoint, and the reserve must be whole again: otherwise the database would
// take no write any more, even if rows are deleted.
//
// A database without free slots keeps room for some more log. After rows have been deleted, new
// rows take their slots, and need room only in the log: the new rows use the room for more log.

import type { StorageBackend } from '../storage/storage.js';

/** Bytes for the log entries of deletions, about ten bytes for an id. */
const LEAST_BYTES = 1 << 16;
/** The bytes of a lean checkpoint for each byte of the log. */
const LOG_SHARE = 1.25;
const CHECKPOINT_SHARE = 1 / 8;
/** As `LOG_SHARE`, for each byte by which the log makes the checkpoint larger. */
const ADDED_SHARE = 1 + CHECKPOINT_SHARE;
/**
 * The least bytes for the last chunk of each section: adding a row to a chunk means writing the
 * whole chunk.
 */
const CHUNKS_BYTES = 2 << 20;
/**
 * Bytes for the log of rows that take the slots of deleted rows: a mebibyte, and the lean
 * checkpoint's share of the mebibyte.
 */
const REUSE_BYTES = (1 + LOG_SHARE) * (1 << 20);
const REUSE_SHARE = 1 / 8;
/**
 * The reserve grows by at most so many bytes more than needed, so that each growth lasts for a
 * while.
 */
const STEP_BYTES = 1 << 20;

export interface Sizes {
  /** Bytes of the log, and of the checkpoint before the log. */
  readonly log: number;
  /** Bytes that the entries of the log add to the checkpoint, without the graph. */
  readonly added: number;
  readonly checkpoint: number;
  /** Bytes of the checkpoint that deletions may make a lean checkpoint write all at once. */
  readonly atOnce: number;
  /** Bytes of the last chunk of each section. */
  readonly lastChunks: number;
  /** Bytes of codes that are still to come for all rows, or that are being made again. */
  readonly codes: number;
  /** Whether deleted rows have left free slots for new rows. */
  readonly hasFreeSlots: boolean;
}

export class Reserve {
  readonly #storage: StorageBackend;
  readonly #sizes: () => Sizes;
  #wanted = 0;
  #filling: Promise<boolean> | undefined;
  #isBegun = false;
  #isFilled = true;

  constructor(storage: StorageBackend, sizes: () => Sizes) {
    this.#storage = storage;
    this.#sizes = sizes;
  }

  /**
   * Whether the reserve has its whole size. False before the first filling, if the storage has no
   * room for the whole reserve, and if some of the reserve was given back.
   */
  get isWhole(): boolean {
    if (this.#storage.reserve === undefined) return true;
    const held = this.#storage.heldBack?.() ?? this.#wanted;
    return this.#isBegun && this.#isFilled && held >= this.#wanted;
  }

  /** Whether the reserve should be filled. A database without rows needs no reserve. */
  get isDue(): boolean {
    return this.#isSmall || (this.#isBegun && !this.isWhole);
  }

  /**
   * Whether the reserve is too small. The reserve grows in steps, and shrinks only if the storage
   * has no other room.
   */
  get #isSmall(): boolean {
    return this.#storage.reserve !== undefined && this.#needed() > this.#wanted;
  }

  /**
   * Another tab may have given some of the reserve back. The reserve counts as not whole until the
   * next filling.
   */
  doubt(): void {
    if (this.#storage.reserve !== undefined) this.#isFilled = false;
  }

  /**
   * Fills the reserve. False if the storage has no room for the whole reserve.
   *
   * @throws `STORAGE_FAILED`, `CLOSED`
   */
  fill(): Promise<boolean> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  /** Resolves when no filling is under way. */
  async settled(): Promise<void> {
    await this.#filling?.catch(() => {});
  }

  /**
   * Gives back the excess of the reserve. False if the reserve has no excess, or is not whole after
   * that.
   *
   * @throws `STORAGE_FAILED`, `CLOSED`
   */
  async trim(): Promise<boolean> {
    // A filling under way goes on towards the old size.
    while (this.#filling !== undefined) await this.settled();
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
    const { log, added, checkpoint, atOnce, lastChunks, codes, hasFreeSlots } = this.#sizes();
    const all = Math.max(log, added) + checkpoint;
    if (all === 0) return 0;
    const reuse = hasFreeSlots ? 0 : Math.min(REUSE_BYTES, LEAST_BYTES + REUSE_SHARE * all);
    const chunks = Math.min(Math.max(CHUNKS_BYTES, lastChunks), all);
    const rows = Math.max(LOG_SHARE * log, ADDED_SHARE * added);
    const changed = Math.max(CHECKPOINT_SHARE * checkpoint, atOnce);
    return Math.ceil(LEAST_BYTES + rows + changed + chunks + codes + reuse);
  }
}
