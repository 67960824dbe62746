// Room that a database keeps back on the disk, in a file of its own, for what frees room. On a full
// disk a deletion must still go into the journal, and a checkpoint has to write some chunks before it
// can remove others. When one of these finds no room, the file is removed, and the commit is tried
// again. The next write takes the room again before anything else, or is refused.
//
// The size: a deletion takes some bytes in the journal for each id, so that 1 MiB takes some 50,000
// ids, and the chunks that change by it are smaller. A small database needs less, and there may be
// thousands of those, so the file grows with what is written. A checkpoint that has to write more
// than the reserve finds no room: it needs what the disk has left.

import { isFull } from './errors.js';
import { writeAll } from './io.js';
import { RESERVE } from './names.js';
import type { Fs } from './node.js';

/** Bytes kept back by a database that has any row: more than the files of a small checkpoint, of a block each. */
const LEAST = 1 << 16;
const MOST = 1 << 20;
/** The file grows by this factor, so that it seldom grows; and is about this part of what was written. */
const STEP = 4;
/** Bytes that `getRandomValues` gives at once. */
const RANDOM_BYTES = 1 << 16;

export class Reserve {
  readonly #fs: Fs;
  readonly #file: string;
  /** Bytes of the file. */
  #size: number;
  /** Bytes that it should have. */
  #wanted: number;
  /** Bytes written since the database was opened. */
  #written = 0;

  private constructor(fs: Fs, file: string, size: number) {
    this.#fs = fs;
    this.#file = file;
    this.#size = size;
    this.#wanted = size;
  }

  /** Changes nothing. */
  static async open(fs: Fs, folder: string): Promise<Reserve> {
    const file = `${folder}/${RESERVE}`;
    const found = await fs.stat(file).catch(() => undefined);
    return new Reserve(fs, file, found?.size ?? 0);
  }

  /** Takes the room that a database needs to which so many bytes are added. Throws what the platform throws. */
  async take(more: number): Promise<void> {
    this.#written += more;
    this.#wanted = Math.max(LEAST, this.#wanted);
    while (this.#wanted < MOST && this.#wanted * STEP < this.#written) this.#wanted *= STEP;
    await this.fill();
  }

  /** Takes the room again that was given back. Throws what the platform throws. */
  async fill(): Promise<void> {
    if (this.#size >= this.#wanted) return;
    const handle = await this.#fs.open(this.#file, this.#size > 0 ? 'r+' : 'w');
    try {
      for (let at = this.#size; at < this.#wanted; at += RANDOM_BYTES) {
        // A file system may store zeros, or what it has already, in no room at all.
        const bytes = crypto.getRandomValues(new Uint8Array(Math.min(RANDOM_BYTES, this.#wanted - at)));
        await writeAll(handle, bytes, at);
      }
      this.#size = this.#wanted;
    } catch (error) {
      // The rest of the disk is left to those who need it.
      if (isFull(error)) await handle.truncate(this.#size).catch(() => {});
      throw error;
    } finally {
      await handle.close();
    }
  }

  /** Gives the room back to the disk. False if there is none to give. */
  async release(): Promise<boolean> {
    if (this.#size === 0) return false;
    await this.#fs.rm(this.#file, { force: true });
    this.#size = 0;
    return true;
  }
}
