// Deletes chunks of earlier checkpoints and of failed checkpoints, once no reader uses the chunks.

import type { Names } from '../../storage/names.js';
import type { StorageBackend } from '../../storage/storage.js';
import { dropOrphans } from './orphans.js';
import type { StoredChunks } from './stored-chunks.js';

/**
 * Runs the function, unless an export or another reader still reads chunks of an earlier
 * checkpoint.
 */
export type UnlessRead = (run: () => Promise<void>) => Promise<boolean>;

export class DeadChunks {
  readonly #storage: StorageBackend;
  readonly #names: Names;
  readonly #stored: StoredChunks;
  readonly #unlessRead: UnlessRead;
  readonly #dead = new Set<string>();

  constructor(storage: StorageBackend, names: Names, stored: StoredChunks, unlessRead: UnlessRead) {
    this.#storage = storage;
    this.#names = names;
    this.#stored = stored;
    this.#unlessRead = unlessRead;
  }

  /**
   * Marks chunks to be deleted after the next checkpoint, unless the stored checkpoint turns out to
   * name the chunk.
   */
  bury(names: Iterable<string>): void {
    for (const name of names) this.#dead.add(name);
  }

  /**
   * Deletes chunks that neither the checkpoint nor the log names: chunks of earlier checkpoints,
   * and orphans. Chunks that cannot be deleted now are deleted after the next checkpoint.
   */
  async tidy(parts: ReadonlyMap<string, number>): Promise<void> {
    await this.#unlessRead(() => this.#tidy(parts)).catch(() => {});
  }

  /** Deletes only the marked chunks. */
  async dropDead(): Promise<void> {
    await this.#unlessRead(async () => {
      await this.drop(this.#unnamed());
      this.#dead.clear();
    }).catch(() => {});
  }

  /** Deletes the orphans of ended tabs, unless a reader reads chunks. */
  async dropOrphans(parts: ReadonlyMap<string, number>): Promise<void> {
    await this.#unlessRead(() => this.#dropOrphans(parts));
  }

  /** Deletes chunks that nobody can name. */
  async drop(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#storage.commit({ delete: names.map((name) => ['chunks', name]) });
  }

  async #tidy(parts: ReadonlyMap<string, number>): Promise<void> {
    const listed = new Set(await this.#storage.chunks());
    await this.drop(this.#unnamed().filter((name) => listed.has(name)));
    this.#dead.clear();
    await this.#dropOrphans(parts);
  }

  #unnamed(): string[] {
    return [...this.#dead].filter((name) => !this.#stored.names.has(name));
  }

  #dropOrphans(parts: ReadonlyMap<string, number>): Promise<void> {
    return dropOrphans(this.#storage, this.#names, (name) => this.#stored.names.has(name) || parts.has(name));
  }
}
