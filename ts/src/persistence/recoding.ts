// Room in storage for codes that are made again. If the codes of rows have drifted, a compaction
// codes all rows again (docs/engine.md). Under int16, the codes are the rows: the next checkpoint
// writes all rows at once, beside the stored rows. A database without room for the codes could not
// be saved any more, so the database first keeps back the room, and otherwise keeps its codes.

import { assertRoom } from '../storage/estimate.js';
import type { StorageBackend } from '../storage/storage.js';
import type { Reserve } from './reserve.js';

export class Recoding {
  readonly #storage: StorageBackend;
  /** Bytes of rows that a checkpoint writes at once after all rows were coded again. */
  readonly #recodedBytes: () => number;
  #state: 'under way' | 'over' | undefined;
  #taking: Promise<boolean> | undefined;

  constructor(storage: StorageBackend, recodedBytes: () => number) {
    this.#storage = storage;
    this.#recodedBytes = recodedBytes;
  }

  /** Bytes that the reserve keeps back until the codes are stored. */
  get bytes(): number {
    return this.#state === undefined ? 0 : this.#recodedBytes();
  }

  /** Whether rows have been coded again, and the next checkpoint has all of the codes. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  /**
   * Set while the reserve tries to take the room. Meanwhile other writes find no room. Never
   * rejects.
   */
  get taking(): Promise<boolean> | undefined {
    return this.#taking;
  }

  /** Codes all rows again by `recode`, if the reserve finds room for the codes. */
  async run(reserve: Reserve, recode: () => Promise<void>): Promise<void> {
    this.#state = 'under way';
    this.#taking = this.#take(reserve).finally(() => {
      this.#taking = undefined;
    });
    if (!(await this.#taking)) return;
    try {
      await recode();
    } finally {
      if (this.#state !== undefined) this.#state = 'over';
    }
  }

  /** The codes are stored, or another collection has replaced the rows. */
  end(): void {
    this.#state = undefined;
  }

  /** False if the storage lacks the room. The reserve then has its former size. */
  async #take(reserve: Reserve): Promise<boolean> {
    try {
      await assertRoom(this.#storage, this.#recodedBytes());
      if (await reserve.fill()) return true;
    } catch {
      // If the storage fails, the next call that needs the storage tells.
    }
    this.#state = undefined;
    await reserve.trim().catch(() => {});
    return false;
  }
}
