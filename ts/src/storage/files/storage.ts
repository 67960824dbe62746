// A storage in files. A journal has head and log. Each chunk is a separate file: written before the
// record that names the chunk, and deleted after the record that deletes the chunk.

import { closed, damaged, type EdgeVecError, gone } from '../../base/errors.js';
import { kindOf } from '../names.js';
import {
  alone,
  type Batch,
  type Keys,
  type SpaceEstimate,
  type StorageBackend,
  type StoreName,
  sameBytes,
} from '../storage.js';
import { guard } from './errors.js';
import { syncFolder, writeAll } from './io.js';
import { Journal } from './journal.js';
import type { LockFile } from './lock-file.js';
import { CHUNKS, DAMAGED, escaped, JOURNAL, LOCK, NEW, unescaped } from './names.js';
import { codeOf, type Fs } from './node.js';
import { encodeBody } from './record.js';
import { Reserve } from './reserve.js';
import { Unsynced } from './unsynced.js';

export class FileStorage implements StorageBackend {
  readonly kind = 'files';
  readonly #fs: Fs;
  readonly #name: string;
  readonly #folder: string;
  readonly #lock: LockFile;
  readonly #journal: Journal;
  readonly #reserve: Reserve;
  readonly #chunks: Set<string>;
  readonly #unsynced: Unsynced;
  /**
   * The number of calls in the queue of the journal. `#last` is the last call: calls run one after
   * the other.
   */
  #pending = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Set if another process holds the lock now, or if the folder is gone. */
  #lost: EdgeVecError | undefined;
  #isGone = false;
  #closed = false;

  private constructor(
    fs: Fs,
    root: string,
    name: string,
    folder: string,
    lock: LockFile,
    journal: Journal,
    reserve: Reserve,
    chunks: Set<string>,
  ) {
    this.#fs = fs;
    this.#name = name;
    this.#folder = folder;
    this.#lock = lock;
    lock.isIdle = () => this.#pending === 0;
    this.#journal = journal;
    this.#reserve = reserve;
    this.#chunks = chunks;
    this.#unsynced = new Unsynced(fs, root, folder, chunks, (running) => journal.synced(running));
  }

  static async open(fs: Fs, root: string, name: string, folder: string, lock: LockFile): Promise<FileStorage> {
    return guard(async () => {
      await fs.rm(`${folder}/${JOURNAL}${NEW}`, { force: true });
      const files = await fs.readdir(folder);
      const chunks = await fs.readdir(`${folder}/${CHUNKS}`);
      for (const file of files) if (file.startsWith(`${LOCK}-`)) await lock.sweep(`${folder}/${file}`);
      const isThere = files.includes(JOURNAL);
      const names = chunks.filter((file) => !file.endsWith(NEW)).map((file) => unescaped(file));
      // Refuse before anything is made: an empty database must not take the place of a damaged
      // database, now or at the next opening.
      const isSetAside = files.some((file) => file.startsWith(DAMAGED));
      if (!isThere && (names.length > 0 || isSetAside)) throw damaged('the journal');
      let journal = isThere ? await Journal.open(fs, folder) : await Journal.create(fs, folder);
      try {
        if (!isThere) await syncFolder(fs, root);
        if (journal.head === undefined && isSetAside) throw damaged('the journal');
        if (journal.isEmpty) {
          // Version 1.0.0-alpha.1 began with an empty file. Otherwise the journal has been emptied.
          if (names.some(isOfCheckpoint)) throw damaged('the journal');
          await journal.close();
          journal = await Journal.create(fs, folder);
        }
        for (const file of chunks) {
          if (file.endsWith(NEW)) await fs.rm(`${folder}/${CHUNKS}/${file}`, { force: true });
        }
        const reserve = await Reserve.open(fs, folder);
        const known = new Set(names.filter((name) => name !== undefined));
        return new FileStorage(fs, root, name, folder, lock, journal, reserve, known);
      } catch (error) {
        await journal.close().catch(() => {});
        throw error;
      }
    });
  }

  get isUnbegun(): boolean {
    return this.#journal.head === undefined;
  }

  get lost(): number {
    return this.#journal.lost;
  }

  async read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    if (store === 'head') return this.#journal.head?.slice();
    if (store === 'log') return this.#readLog(key as number);
    if (!this.#chunks.has(key as string)) return undefined;
    return guard(async () => {
      // Node returns a `Buffer`, and small buffers share their memory with others.
      const { buffer, byteOffset, length } = await this.#fs.readFile(this.#chunkFile(key as string));
      return alone(new Uint8Array(buffer, byteOffset, length));
    }).catch(async (error) => {
      if (codeOf((error as EdgeVecError).cause) !== 'ENOENT') throw error;
      if (await this.isGone()) throw gone(this.#name);
      return undefined;
    });
  }

  async *scan(after: number): AsyncGenerator<readonly [number, Uint8Array]> {
    this.#assertOpen();
    const keys = this.#journal.keys().filter((key) => key > after);
    for (const key of keys.sort((a, b) => a - b)) {
      const value = await this.#readLog(key);
      if (value !== undefined) yield [key, value];
    }
  }

  async chunks(): Promise<string[]> {
    this.#assertOpen();
    return [...this.#chunks];
  }

  commit(batch: Batch): Promise<boolean> {
    return this.#inTurn(() => this.#commit(batch).catch((error) => this.#unlessGone(error)));
  }

  isGone(): Promise<boolean> {
    // In the queue, since rewriting the journal moves the file.
    const running = this.#last.then(async () => this.#closed || this.#isGone || !(await this.#journal.isThere()));
    this.#last = running.catch(() => {});
    return guard(() => running);
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  async estimate(): Promise<SpaceEstimate | undefined> {
    const found = await this.#fs.statfs(this.#folder).catch(() => undefined);
    if (found === undefined) return undefined;
    const { bavail, blocks, bfree, bsize } = found;
    return { usage: (blocks - bfree) * bsize, quota: (blocks - bfree + bavail) * bsize };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last;
    try {
      await this.#journal.close();
    } finally {
      await this.#lock.release();
    }
  }

  get #failure(): EdgeVecError | undefined {
    return this.#lost ?? this.#journal.broken;
  }

  async #commit(batch: Batch): Promise<boolean> {
    const { expect, requires = [], put = [], delete: deleted = [], reserved = false } = batch;
    if (expect !== undefined && !sameBytes(expect, this.#journal.head)) return false;
    if (!requires.every((name) => this.#chunks.has(name))) return false;
    await this.#assertHeld();
    await (reserved ? this.#reserve.lend(() => this.#write(batch)) : this.#write(batch));
    // The commit has taken effect. Later failures cost only room.
    const removed = deleted.flatMap(([store, key]) => (store === 'chunks' && this.#chunks.has(key) ? [key] : []));
    if (removed.length > 0) await this.#journal.repeatHead().catch(() => {});
    for (const name of removed) {
      this.#chunks.delete(name);
      this.#unsynced.delete(name);
      await this.#fs.rm(this.#chunkFile(name), { force: true }).catch(() => {});
    }
    await this.#journal.tidy();
    if (put.some(([store, key]) => store === 'chunks' && kindOf(key) === 'manifest')) await this.#dropDamaged();
    return true;
  }

  async reserve(bytes: number): Promise<boolean> {
    const unlessGone = (error: unknown): Promise<never> => this.#unlessGone(error);
    await this.#inTurn(() => this.#reserve.shrink(bytes).catch(unlessGone));
    // The reserve grows in pieces, so that commits get their turn in between.
    while (this.#reserve.size < bytes) {
      if (!(await this.#inTurn(() => this.#reserve.grow(bytes).catch(unlessGone)))) return false;
    }
    return true;
  }

  heldBack(): number {
    return this.#reserve.size;
  }

  /**
   * Removes the files of damaged bytes. After a checkpoint nobody needs the bytes, and the bytes
   * may hold deleted data.
   */
  async #dropDamaged(): Promise<void> {
    const files = await this.#fs.readdir(this.#folder).catch(() => []);
    for (const file of files) {
      if (file.startsWith(DAMAGED)) await this.#fs.rm(`${this.#folder}/${file}`, { force: true }).catch(() => {});
    }
  }

  /** Writes all puts of a batch, or nothing. */
  async #write({ put = [], delete: deleted = [], strict = false }: Batch): Promise<void> {
    const written: string[] = [];
    try {
      for (const [store, key, value] of put) {
        if (store !== 'chunks') continue;
        await this.#writeChunk(key, value);
        written.push(key);
      }
      this.#unsynced.add(written);
      if (strict) await this.#unsynced.sync();
      // Check again, since writing the chunks may have taken long.
      await this.#assertHeld();
      // An unchanged head needs no record. A sync of earlier commits, for example, puts the same
      // head.
      const news = put.filter(([store, , value]) => store !== 'head' || !sameBytes(value, this.#journal.head));
      // Ask during the append whether the folder still exists: an acknowledged write must not be in
      // a removed file. If nobody can tell, the record counts, and the chunks in the record must
      // stay.
      const isThere = this.#journal.isThere().catch(() => true);
      await this.#journal.append(encodeBody(news, deleted), strict);
      if (!(await isThere)) throw this.#setGone();
    } catch (error) {
      // After a failed sync nobody knows whether the record exists. The record may name the chunks,
      // so the chunks stay.
      if (this.#failure !== undefined) throw error;
      for (const name of written) {
        this.#unsynced.delete(name);
        if (!this.#chunks.has(name)) await this.#fs.rm(this.#chunkFile(name), { force: true }).catch(() => {});
      }
      throw error;
    }
    for (const name of written) this.#chunks.add(name);
  }

  /** @throws an error that the folder is gone, if the folder is gone. Otherwise the given error */
  async #unlessGone(error: unknown): Promise<never> {
    throw (await this.#journal.isThere().catch(() => true)) ? error : this.#setGone();
  }

  #setGone(): EdgeVecError {
    const error = gone(this.#name);
    this.#isGone = true;
    this.#lost = error;
    return error;
  }

  async #assertHeld(): Promise<void> {
    await this.#lock.assertHeld().catch((error) => {
      this.#lost = error;
      throw error;
    });
  }

  async #writeChunk(name: string, value: Uint8Array): Promise<void> {
    const file = this.#chunkFile(name);
    const handle = await this.#fs.open(file + NEW, 'w');
    try {
      await writeAll(handle, value, 0);
    } catch (error) {
      await this.#fs.rm(file + NEW, { force: true }).catch(() => {});
      throw error;
    } finally {
      await handle.close();
    }
    await this.#fs.rename(file + NEW, file);
  }

  #readLog(key: number): Promise<Uint8Array | undefined> {
    return this.#inTurn(() => this.#journal.read(key));
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const running = this.#last.then(() => {
      this.#assertOpen();
      if (this.#failure !== undefined) throw this.#failure;
      return guard(run);
    });
    this.#pending += 1;
    this.#last = running
      .catch(() => {})
      .then(() => {
        this.#pending -= 1;
      });
    return running;
  }

  #chunkFile(name: string): string {
    return `${this.#folder}/${CHUNKS}/${escaped(name)}`;
  }

  #assertOpen(): void {
    if (this.#closed) throw closed();
  }
}

/**
 * Whether a chunk belongs to a database that was begun. The kind of a chunk of an import or a copy
 * is only a number.
 */
function isOfCheckpoint(name: string | undefined): boolean {
  const kind = name === undefined ? undefined : kindOf(name);
  return kind !== undefined && !/^\d+$/.test(kind);
}
