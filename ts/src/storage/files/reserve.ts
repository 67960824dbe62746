// The reserve on the disk, in a separate file, for commits that free room. If such a commit finds
// the disk full, the reserve is cut shorter, and the commit is tried again.

import { isFull } from './errors.js';
import { writeAll } from './io.js';
import { RESERVE } from './names.js';
import type { Fs } from './node.js';

/** The most bytes that `getRandomValues` gives at once. */
const RANDOM_BYTES = 1 << 16;
/** Bytes that are given back first. Each further try gives back twice as many. */
const FIRST_BYTES = 1 << 16;

export class Reserve {
  readonly #fs: Fs;
  readonly #file: string;
  /** Bytes of the reserve's file. */
  size: number;

  private constructor(fs: Fs, file: string, size: number) {
    this.#fs = fs;
    this.#file = file;
    this.size = size;
  }

  /** Reads the size of the reserve, and changes nothing. */
  static async open(fs: Fs, folder: string): Promise<Reserve> {
    const file = `${folder}/${RESERVE}`;
    const found = await fs.stat(file).catch(() => undefined);
    return new Reserve(fs, file, found?.size ?? 0);
  }

  /**
   * Makes the file longer by one piece, towards `wanted` bytes. False if the disk has no room for
   * the piece. Throws errors of the platform.
   */
  async grow(wanted: number): Promise<boolean> {
    const bytes = Math.min(RANDOM_BYTES, wanted - this.size);
    // Another holder of the storage has made the file longer, since the caller looked.
    if (bytes <= 0) return true;
    // A file system may store zeros, or bytes it already has, without using room. Random bytes take
    // room.
    const piece = crypto.getRandomValues(new Uint8Array(bytes));
    const handle = await this.#fs.open(this.#file, this.size > 0 ? 'r+' : 'w');
    try {
      await writeAll(handle, piece, this.size);
      this.size += bytes;
      return true;
    } catch (error) {
      if (!isFull(error)) throw error;
      // Frees the half-written piece: other programs may need the last bytes of the disk.
      await handle.truncate(this.size).catch(() => {});
      return false;
    } finally {
      await handle.close();
    }
  }

  /** Makes the file at most `wanted` bytes long. Throws errors of the platform. */
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

  /**
   * Runs `run`. While the disk is full and the reserve is not empty, gives back some of the reserve
   * and runs `run` again.
   */
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
