// What a power failure might still take from the folder of a storage: chunks and names. A strict
// commit syncs them all.

import { kindOf } from '../names.js';
import { syncFolder } from './io.js';
import { CHUNKS, escaped } from './names.js';
import { codeOf, type Fs } from './node.js';

export class Unsynced {
  readonly #fs: Fs;
  readonly #root: string;
  readonly #folder: string;
  /** Waits for a sync, and takes a failure in. */
  readonly #synced: (running: Promise<void>) => Promise<void>;
  /** Chunks of this process. */
  readonly #own = new Set<string>();
  /**
   * Chunks of writes of earlier processes, which may have ended without a strict commit. Undefined
   * once this process has synced these chunks.
   */
  #inherited: readonly string[] | undefined;

  /** @param chunks the chunks that are there when the storage is opened */
  constructor(
    fs: Fs,
    root: string,
    folder: string,
    chunks: Iterable<string>,
    synced: (running: Promise<void>) => Promise<void>,
  ) {
    this.#fs = fs;
    this.#root = root;
    this.#folder = folder;
    this.#inherited = [...chunks].filter(isOfWrite);
    this.#synced = synced;
  }

  add(names: Iterable<string>): void {
    for (const name of names) this.#own.add(name);
  }

  delete(name: string): void {
    this.#own.delete(name);
  }

  async sync(): Promise<void> {
    await this.#syncInherited();
    if (this.#own.size === 0) return;
    for (const name of this.#own) await this.#syncFile(name);
    await syncFolder(this.#fs, `${this.#folder}/${CHUNKS}`);
    this.#own.clear();
  }

  async #syncInherited(): Promise<void> {
    if (this.#inherited === undefined) return;
    for (const name of this.#inherited) {
      // The chunk may have been deleted since. If another program has removed the file, the reader
      // of the chunk tells.
      await this.#syncFile(name).catch((error) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    }
    for (const folder of [`${this.#folder}/${CHUNKS}`, this.#folder, this.#root]) await syncFolder(this.#fs, folder);
    this.#inherited = undefined;
  }

  async #syncFile(name: string): Promise<void> {
    const handle = await this.#fs.open(`${this.#folder}/${CHUNKS}/${escaped(name)}`, 'r+');
    await this.#synced(handle.sync()).finally(() => handle.close());
  }
}

/**
 * Whether a commit that was not strict may have named the chunk. Only a checkpoint or a copy names
 * the other chunks, and the commit of a checkpoint or a copy is strict.
 */
function isOfWrite(name: string): boolean {
  const kind = kindOf(name);
  return kind === undefined || kind === 'part';
}
