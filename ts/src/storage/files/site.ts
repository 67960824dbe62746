// Databases in files, for Node, Bun and Deno. Each name has a folder. By a lock file, one thread at
// a time holds a folder, and may open the folder many times.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { StorageBackend, StorageSite } from '../storage.js';
import { failed, isFull, unavailable } from './errors.js';
import { exists } from './io.js';
import { LockFile } from './lock-file.js';
import { CHUNKS, DROPPED, escaped, FOLDER, JOURNAL, LOCK, MAX_FILE_NAME, NEW, RESERVE, unescaped } from './names.js';
import { codeOf, type NodePlatform, node } from './node.js';
import { isReadOnlyRefusal, ReadOnlyFiles } from './read-only.js';
import { FileRemains } from './remains.js';
import { share, withdraw } from './share.js';
import { FileStorage } from './storage.js';

export class FilesSite implements StorageSite {
  readonly kind = 'files';
  readonly #node: NodePlatform;
  readonly #root: string;

  /** @param root the folder that holds a folder for each name */
  constructor(node: NodePlatform, root: string) {
    this.#node = node;
    this.#root = root;
  }

  /** The folder of this machine. The caller knows that the platform has files. */
  static at(root: string): FilesSite {
    return new FilesSite(node() as NodePlatform, root);
  }

  async open(name: string, onGone: () => void = () => {}): Promise<StorageBackend> {
    const { fs, slots } = this.#node;
    const folder = this.#folder(name);
    const place = await unavailable(folder, async () => {
      await fs.mkdir(this.#root, { recursive: true });
      return this.#place(folder);
    });
    return share(slots, place, onGone, () => this.#open(name, folder));
  }

  async #open(name: string, folder: string): Promise<StorageBackend> {
    try {
      return await this.#openToWrite(name, folder);
    } catch (error) {
      const mayRead = isReadOnlyRefusal(error);
      const storage = mayRead ? await ReadOnlyFiles.open(this.#node.fs, name, folder) : undefined;
      if (storage === undefined) throw error;
      return storage;
    }
  }

  async #openToWrite(name: string, folder: string): Promise<StorageBackend> {
    const { fs } = this.#node;
    const lock = await unavailable(folder, async () => {
      await fs.mkdir(`${folder}/${CHUNKS}`, { recursive: true });
      return LockFile.take(this.#node, `${folder}/${LOCK}`, `The database ${inspect(name)}`);
    });
    try {
      return await FileStorage.open(fs, this.#root, name, folder, lock);
    } catch (error) {
      await lock.release().catch(() => {});
      throw error;
    }
  }

  inspect(name: string): Promise<StorageBackend | undefined> {
    return FileRemains.open(this.#node.fs, this.#folder(name));
  }

  async list(): Promise<string[]> {
    const { fs } = this.#node;
    const found = await fs.readdir(this.#root).catch((error) => {
      if (codeOf(error) === 'ENOENT') return [];
      throw failed(error);
    });
    const names: string[] = [];
    for (const folder of found) {
      const name = folder.startsWith(FOLDER) ? unescaped(folder.slice(FOLDER.length)) : undefined;
      if (name !== undefined && (await this.#isMade(`${this.#root}/${folder}`))) names.push(name);
    }
    return names.sort();
  }

  async drop(name: string): Promise<void> {
    const { fs, slots } = this.#node;
    const folder = this.#folder(name);
    if (await exists(fs, folder)) {
      const place = await unavailable(folder, () => this.#place(folder));
      await withdraw(slots, place, () => this.#drop(name, folder));
    }
    await this.#sweep();
  }

  async #drop(name: string, folder: string): Promise<void> {
    const { fs } = this.#node;
    // Another call in this thread may have dropped the database meanwhile.
    if (!(await exists(fs, folder))) return;
    await unavailable(folder, async () => {
      const lock = await LockFile.take(this.#node, `${folder}/${LOCK}`, `The database ${inspect(name)}`);
      try {
        // Moves the folder away in one step: the database exists or does not exist.
        const away = `${this.#root}/${DROPPED}${crypto.getRandomValues(new Uint32Array(3)).join('-')}`;
        await fs.rename(folder, away).catch(async (error) => {
          // On a full disk, a longer name may need another block for the parent folder. Removing
          // the reserve makes room.
          if (!isFull(error)) throw error;
          await fs.rm(`${folder}/${RESERVE}`, { force: true });
          await fs.rename(folder, away);
        });
      } finally {
        await lock.release().catch(() => {});
      }
    });
  }

  /** Whether a folder holds a database: a journal, or chunks without a journal. */
  async #isMade(folder: string): Promise<boolean> {
    const { fs } = this.#node;
    if (await exists(fs, `${folder}/${JOURNAL}`)) return true;
    const chunks = await fs.readdir(`${folder}/${CHUNKS}`).catch(() => []);
    return chunks.some((file) => !file.endsWith(NEW));
  }

  /** The true path of a folder: all paths to the folder give the same place. */
  async #place(folder: string): Promise<string> {
    return (await this.#node.fs.realpath(this.#root)) + folder.slice(this.#root.length);
  }

  /**
   * Removes folders of dropped databases, also if the dropping process died. The next `drop` tries
   * again to remove the rest.
   */
  async #sweep(): Promise<void> {
    const { fs } = this.#node;
    const found = await fs.readdir(this.#root).catch(() => []);
    for (const folder of found) {
      if (folder.startsWith(DROPPED)) {
        await fs.rm(`${this.#root}/${folder}`, { recursive: true, force: true }).catch(() => {});
      }
    }
  }

  #folder(name: string): string {
    const folder = FOLDER + escaped(name);
    if (folder.length > MAX_FILE_NAME) {
      throw new EdgeVecError('INVALID_OPTIONS', 'The option name is too long for files', {
        expected: `at most ${MAX_FILE_NAME - FOLDER.length} bytes`,
        got: `${folder.length - FOLDER.length}`,
        remedy:
          'Pass a shorter name. The characters a-z, 0-9, _ and - count as 1 byte each, and each byte of any other character counts as 3.',
      });
    }
    return `${this.#root}/${folder}`;
  }
}
