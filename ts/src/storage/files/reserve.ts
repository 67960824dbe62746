// StorageEstimate that is kept back on the disk, in a file of its own, for what frees room. If a commit that
// may use the room finds no other, the file is cut shorter and the commit is tried again.

import { isFull } from './errors.js';
import { writeAll } from './io.js';
import { RESERVE } from './names.js';
import type { Fs } from './node.js';

/** Bytes that `getRandomValues` gives at once. */
const RANDOM_BYTES = 1 << 16;
/** Bytes given back at first, and twice as many each time they are not enough. */
const FIRST_BYTES = 1 << 16;

export class Reserve {
  readonly #fs: Fs;
  readonly #file: string;
  /** Bytes of the file. */
  size: number;

  private constructor(fs: Fs, file: string, size: number) {
    this.#fs = fs;
    this.#file = file;
    this.size = size;
  }

  /** Changes nothing. */
  static async open(fs: Fs, folder: string): Promise<Reserve> {
    const file = `${folder}/${RESERVE}`;
    const found = await fs.stat(file).catch(() => undefined);
    return new Reserve(fs, file, found?.size ?? 0);
  }

  /**
   * Makes the file longer, by a piece of what is missing to so many bytes. False if there is no room
   * for that piece. Throws what the platform throws.
   */
  async grow(wanted: number): Promise<boolean> {
    const bytes = Math.min(RANDOM_BYTES, wanted - this.size);
    // A file system may store zeros, or what it has already, in no room at all.
    const piece = crypto.getRandomValues(new Uint8Array(bytes));
    const handle = await this.#fs.open(this.#file, this.size > 0 ? 'r+' : 'w');
    try {
      await writeAll(handle, piece, this.size);
      this.size += bytes;
      return true;
    } catch (error) {
      if (!isFull(error)) throw error;
      // The rest of the disk is left to those who need it.
      await handle.truncate(this.size).catch(() => {});
      return false;
    } finally {
      await handle.close();
    }
  }

  /** Makes the file so short at most. Throws what the platform throws. */
  async shrink(wanted: number): Promise<void> {
    if (this.size <= wanted) return;
    if (wanted === 0) {
      await this.#fs.rm(this.#file, { force: true });
    } else {
      const handle = await this.#fs.open(this.#file, 'r+');
      await handle.truncate(wanted).finally(() => handle.close());
    }
    this.size = wanted;
  }

  /** Runs, and gives room back for as long as the disk is full and there is some. */
  async lend<T>(run: () => Promise<T>): Promise<T> {
    for (let bytes = FIRST_BYTES; ; bytes *= 2) {
      try {
        return await run();
      } catch (error) {
        if (!isFull(error) || this.size === 0) throw error;
        await this.shrink(Math.max(0, this.size - bytes));
      }
    }
  }
}
