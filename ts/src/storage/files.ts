// A storage in files, for Node, Bun and Deno: a folder a name. One thread at a time holds it, by a lock file; in that it may be open many times.
//
// Head and log live in one journal, to which each commit appends one record. Chunks are files of their own, there before the record that speaks
// of them and gone after it. When most of the journal is dead, what lives is written to a new one, which takes the old one's name.
//
// What a damaged record said is left out, and records behind it count: each has the whole head. Above, the log finds what it misses by the
// numbers of its entries. No one record may be all that leads to the chunks there are: the head is said twice before others are removed, and where
// the journal is written anew. Nothing is cut off before the next commit: whoever opens the storage may find that there is nothing to go on from.

import { closed, damaged, EdgeVecError } from '../errors.js';
import { show } from '../show.js';
import {
  ENTRY_HEADER,
  encodeBody,
  encodeRecord,
  entriesOf,
  RECORD_HEADER,
  readAll,
  recordsOf,
  writeAll,
} from './journal.js';
import { LockFile } from './lock-file.js';
import { codeOf, type FileHandle, type Fs, type Node } from './node.js';
import { noRoom } from './room.js';
import { share, withdraw } from './share.js';
import {
  alone,
  type Batch,
  type Keys,
  type Put,
  type Room,
  type Storage,
  type StorageSite,
  type StoreName,
  sameBytes,
} from './storage.js';

const JOURNAL = 'journal';
const LOCK = 'lock';
const CHUNKS = 'chunks';
/** Before a time, in the name of the file with what could not be read of the journal. */
const DAMAGED = `${JOURNAL}.damaged-`;
const NEW = '.new';
/** Before the name of a database, in that of its folder; and in place of it, once it is being dropped. */
const FOLDER = 'db-';
const DROPPED = 'dropped-';
/** Bytes that file systems take for the name of a folder. */
const MAX_FILE_NAME = 255;
/** Fewer dead bytes than this are not worth a new journal; after a checkpoint, which has synced more, not so many. */
const DEAD_FROM = 1 << 20;
const FORGOTTEN_FROM = 1 << 16;

/** Where in the journal a value is. */
interface Span {
  readonly offset: number;
  readonly length: number;
}

export class FilesSite implements StorageSite {
  readonly kind = 'files';
  readonly #node: Node;
  readonly #root: string;

  /** @param root the folder that holds a folder for each name */
  constructor(node: Node, root: string) {
    this.#node = node;
    this.#root = root;
  }

  async open(name: string, onGone: () => void = () => {}): Promise<Storage> {
    const { fs, slots } = this.#node;
    const folder = this.#folder(name);
    const place = await unavailable(folder, async () => {
      await fs.mkdir(this.#root, { recursive: true });
      return this.#place(folder);
    });
    return share(slots, place, onGone, () => this.#open(name, folder));
  }

  async #open(name: string, folder: string): Promise<Storage> {
    const { fs } = this.#node;
    const lock = await unavailable(folder, async () => {
      await fs.mkdir(`${folder}/${CHUNKS}`, { recursive: true });
      return LockFile.take(this.#node, `${folder}/${LOCK}`, `The database ${show(name)}`);
    });
    try {
      return await FileStorage.open(fs, this.#root, folder, lock);
    } catch (error) {
      await lock.release().catch(() => {});
      throw error;
    }
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
      if (name !== undefined && (await exists(fs, `${this.#root}/${folder}/${JOURNAL}`))) names.push(name);
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
    // Another of this thread may have dropped it meanwhile.
    if (!(await exists(fs, folder))) return;
    await unavailable(folder, async () => {
      const lock = await LockFile.take(this.#node, `${folder}/${LOCK}`, `The database ${show(name)}`);
      try {
        // Out of the way in one step: a database is there or it is not.
        await fs.rename(folder, `${this.#root}/${DROPPED}${crypto.getRandomValues(new Uint32Array(3)).join('-')}`);
      } finally {
        await lock.release().catch(() => {});
      }
    });
  }

  /** The same for every path that leads to a folder. */
  async #place(folder: string): Promise<string> {
    return (await this.#node.fs.realpath(this.#root)) + folder.slice(this.#root.length);
  }

  /** Removes what is dropped, also by those who died before they were done. What cannot be removed now is left to the next. */
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
        expected: `at most ${MAX_FILE_NAME - FOLDER.length} bytes, of which each but a-z, 0-9, _ and - takes three`,
        got: `${folder.length - FOLDER.length}`,
      });
    }
    return `${this.#root}/${folder}`;
  }
}

class FileStorage implements Storage {
  readonly kind = 'files';
  readonly #fs: Fs;
  readonly #folder: string;
  readonly #lock: LockFile;
  #journal: FileHandle;
  #size = 0;
  #records = 0;
  /** Bytes of the journal that still count. */
  #live = 0;
  #head: Uint8Array | undefined;
  #headLength = 0;
  /** The head is in two records. */
  #isHeadTwice = false;
  /** The highest number of the log that was ever in this journal. */
  #highest = 0;
  /** It holds damaged bytes, or two entries of one number: were the record lost that forgets the first, that would be taken for the second. */
  #isUnclean = false;
  /** Damaged bytes that are not set aside yet. */
  #damaged: Span[] = [];
  /** There is something behind the last record. */
  #hasTail = false;
  readonly #log = new Map<number, Span>();
  readonly #chunks = new Set<string>();
  /** Chunks that a power failure might still take. */
  readonly #unsynced = new Set<string>();
  /** What happens to the journal, one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** What is on the disk is not known any more. */
  #broken: EdgeVecError | undefined;
  #closed = false;
  lost = 0;

  private constructor(fs: Fs, folder: string, lock: LockFile, journal: FileHandle) {
    this.#fs = fs;
    this.#folder = folder;
    this.#lock = lock;
    this.#journal = journal;
  }

  static async open(fs: Fs, root: string, folder: string, lock: LockFile): Promise<FileStorage> {
    return guard(async () => {
      await fs.rm(`${folder}/${JOURNAL}${NEW}`, { force: true });
      const files = await fs.readdir(folder);
      const chunks = await fs.readdir(`${folder}/${CHUNKS}`);
      const isNew = !files.includes(JOURNAL);
      // Never an empty database in place of a damaged one, and nothing made that would look like one the next time. A journal that is there and
      // holds nothing is of a database that was never begun.
      if (isNew && chunks.some((file) => !file.endsWith(NEW))) throw damaged('the journal');
      const journal = await fs.open(`${folder}/${JOURNAL}`, isNew ? 'wx+' : 'r+');
      const storage = new FileStorage(fs, folder, lock, journal);
      try {
        if (isNew) for (const made of [folder, root]) await syncFolder(fs, made);
        for (const file of chunks) {
          const name = unescaped(file);
          if (file.endsWith(NEW)) await fs.rm(`${folder}/${CHUNKS}/${file}`, { force: true });
          else if (name !== undefined) storage.#chunks.add(name);
        }
        await storage.#replay();
        if (storage.#head === undefined && files.some((file) => file.startsWith(DAMAGED))) throw damaged('the journal');
        return storage;
      } catch (error) {
        await journal.close().catch(() => {});
        throw error;
      }
    });
  }

  async read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    if (store === 'head') return this.#head?.slice();
    if (store === 'log') return this.#readLog(key as number);
    if (!this.#chunks.has(key as string)) return undefined;
    return guard(async () => {
      // Node's own kind of bytes, and the small ones in one buffer with others.
      const { buffer, byteOffset, length } = await this.#fs.readFile(this.#chunkFile(key as string));
      return alone(new Uint8Array(buffer, byteOffset, length));
    }).catch((error) => {
      if (codeOf((error as EdgeVecError).cause) === 'ENOENT') return undefined;
      throw error;
    });
  }

  async *scan(after: number): AsyncGenerator<readonly [number, Uint8Array]> {
    this.#assertOpen();
    const keys = [...this.#log.keys()].filter((key) => key > after).sort((a, b) => a - b);
    for (const key of keys) {
      const value = await this.#readLog(key);
      if (value !== undefined) yield [key, value];
    }
  }

  async chunks(): Promise<string[]> {
    this.#assertOpen();
    return [...this.#chunks];
  }

  commit(batch: Batch): Promise<boolean> {
    return this.#inTurn(() => this.#commit(batch));
  }

  get hasFailed(): boolean {
    return this.#broken !== undefined;
  }

  async estimate(): Promise<Room | undefined> {
    const found = await this.#fs.statfs(this.#folder).catch(() => undefined);
    if (found === undefined) return undefined;
    const { bavail, blocks, bfree, bsize } = found;
    return { used: (blocks - bfree) * bsize, quota: (blocks - bfree + bavail) * bsize };
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

  async #commit({ expect, requires = [], put = [], delete: deleted = [], strict = false }: Batch): Promise<boolean> {
    if (expect !== undefined && !sameBytes(expect, this.#head)) return false;
    if (!requires.every((name) => this.#chunks.has(name))) return false;
    await this.#lock.assertHeld().catch((error) => {
      this.#broken = error;
      throw error;
    });
    const written: string[] = [];
    try {
      for (const [store, key, value] of put) {
        if (store !== 'chunks') continue;
        await this.#writeChunk(key, value);
        written.push(key);
      }
      for (const name of written) this.#unsynced.add(name);
      if (strict) await this.#syncChunks();
      await this.#append(encodeBody(put, deleted), strict);
    } catch (error) {
      // What a failed sync has left is open: the record may be there, and speak of them.
      if (this.#broken !== undefined) throw error;
      for (const name of written) {
        this.#unsynced.delete(name);
        if (!this.#chunks.has(name)) await this.#fs.rm(this.#chunkFile(name), { force: true }).catch(() => {});
      }
      throw error;
    }
    for (const name of written) this.#chunks.add(name);
    // From here on it has taken place: what fails now costs room, and nothing else.
    const removed = deleted.flatMap(([store, key]) => (store === 'chunks' && this.#chunks.has(key) ? [key] : []));
    if (removed.length > 0 && this.#head !== undefined && !this.#isHeadTwice) {
      await this.#append(encodeBody([['head', 0, this.#head]], []), false).catch(() => {});
    }
    for (const name of removed) {
      this.#chunks.delete(name);
      this.#unsynced.delete(name);
      await this.#fs.rm(this.#chunkFile(name), { force: true }).catch(() => {});
    }
    const worth = deleted.some(([store]) => store === 'log') ? FORGOTTEN_FROM : DEAD_FROM;
    if (this.#isUnclean || this.#size - this.#live > Math.max(worth, this.#live)) await this.#rewrite();
    return true;
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

  async #syncChunks(): Promise<void> {
    if (this.#unsynced.size === 0) return;
    for (const name of this.#unsynced) {
      const handle = await this.#fs.open(this.#chunkFile(name), 'r+');
      await this.#synced(handle.sync()).finally(() => handle.close());
    }
    await syncFolder(this.#fs, `${this.#folder}/${CHUNKS}`);
    this.#unsynced.clear();
  }

  async #append(body: Uint8Array, strict: boolean): Promise<void> {
    if (body.length > 0) {
      await this.#clearTail();
      const record = encodeRecord(this.#records + 1, body);
      try {
        await writeAll(this.#journal, record, this.#size);
      } catch (error) {
        // Half a record must not stand before the next one.
        await this.#synced(this.#journal.truncate(this.#size));
        throw error;
      }
      if (strict) await this.#synced(this.#journal.datasync());
      this.#take(body, this.#size + RECORD_HEADER);
      this.#size += record.length;
      this.#records += 1;
    } else if (strict) {
      await this.#synced(this.#journal.datasync());
    }
  }

  /** A sync that failed may have lost pages that the next one would not miss: nothing can be promised after it. */
  async #synced(running: Promise<void>): Promise<void> {
    try {
      await running;
    } catch (error) {
      this.#broken = broken(error);
      throw this.#broken;
    }
  }

  /** What a record's body says; it begins at `start` of the journal. */
  #take(body: Uint8Array, start: number): void {
    const cost = RECORD_HEADER + ENTRY_HEADER;
    for (const { kind, key, at, length } of entriesOf(body)) {
      if (kind === 'head') {
        const head = body.slice(at, at + length);
        this.#live += length + cost - this.#headLength;
        this.#headLength = length + cost;
        this.#isHeadTwice = sameBytes(this.#head, head);
        this.#head = head;
        continue;
      }
      const before = this.#log.get(key);
      if (before !== undefined) this.#live -= before.length + cost;
      this.#log.delete(key);
      if (kind === 'forget') continue;
      this.#isUnclean ||= key <= this.#highest;
      this.#highest = Math.max(this.#highest, key);
      this.#log.set(key, { offset: start + at, length });
      this.#live += length + cost;
    }
  }

  /** Reads the journal, and changes nothing in it. @throws `DAMAGED` where there is nothing to go on from */
  async #replay(): Promise<void> {
    const { size } = await this.#journal.stat();
    for await (const found of recordsOf(this.#journal, size)) {
      if ('body' in found) {
        this.#take(found.body, found.bodyAt);
        this.#size = found.bodyAt + found.body.length;
        this.#records = found.number;
        this.lost = 0;
      } else {
        const length = found.to - found.from;
        this.#damaged.push({ offset: found.from, length });
        this.lost += length;
      }
    }
    this.#hasTail = this.#size < size;
    // A crash leaves the small record that begins a database short or empty. One of full length was whole once.
    if (this.#head === undefined && this.#damaged.length > 0) throw damaged('the journal');
  }

  /** Makes room for the next record: cuts off what a crash has torn, and damaged bytes once they are in a file of their own. */
  async #clearTail(): Promise<void> {
    if (this.#damaged.length > 0) {
      await this.#setAside();
      this.#damaged = [];
      this.#isUnclean = true;
      this.lost = 0;
    }
    if (this.#hasTail) await this.#synced(this.#journal.truncate(this.#size));
    this.#hasTail = false;
  }

  async #setAside(): Promise<void> {
    const aside = await this.#fs.open(`${this.#folder}/${DAMAGED}${Date.now().toString(36)}`, 'w');
    const window = new Uint8Array(1 << 20);
    try {
      let size = 0;
      for (const { offset, length } of this.#damaged) {
        for (let at = 0; at < length; at += window.length) {
          const part = window.subarray(0, Math.min(window.length, length - at));
          await writeAll(aside, await readAll(this.#journal, part, offset + at), size);
          size += part.length;
        }
      }
      await aside.sync();
    } finally {
      await aside.close();
    }
  }

  /** A new journal, of what lives. Where it fails the old one goes on. */
  async #rewrite(): Promise<void> {
    const file = `${this.#folder}/${JOURNAL}`;
    let fresh: FileHandle | undefined;
    try {
      fresh = await this.#fs.open(file + NEW, 'w+');
      let size = 0;
      let records = 0;
      const spans: [number, Span][] = [];
      const write = async (put: Put): Promise<number> => {
        const record = encodeRecord(++records, encodeBody([put], []));
        await writeAll(fresh as FileHandle, record, size);
        const value = size + RECORD_HEADER + ENTRY_HEADER;
        size += record.length;
        return value;
      };
      const head: Put[] = this.#head === undefined ? [] : [['head', 0, this.#head]];
      // First and last: damage of one place then costs entries, and not all there is.
      for (const put of head) await write(put);
      for (const [key, { offset, length }] of [...this.#log].sort(([a], [b]) => a - b)) {
        const value = await readAll(this.#journal, new Uint8Array(length), offset);
        spans.push([key, { offset: await write(['log', key, value]), length }]);
      }
      for (const put of head) await write(put);
      await fresh.sync();
      await fresh.close();
      // Windows renames no file over one that is open.
      await this.#journal.close();
      try {
        await this.#fs.rename(file + NEW, file);
        for (const [key, span] of spans) this.#log.set(key, span);
        [this.#size, this.#live, this.#records] = [size, size, records];
        this.#isHeadTwice = head.length > 0;
        this.#highest = spans.at(-1)?.[0] ?? 0;
      } finally {
        this.#journal = await this.#fs.open(file, 'r+');
      }
      await syncFolder(this.#fs, this.#folder);
    } catch (error) {
      await fresh?.close().catch(() => {});
      await this.#fs.rm(file + NEW, { force: true }).catch(() => {});
      // Without a journal nothing can go on; with the old one everything can, and it is tried again when that has grown.
      await this.#journal.stat().catch(() => {
        this.#broken = broken(error);
      });
      this.#live = this.#size;
    }
    this.#isUnclean = false;
  }

  #readLog(key: number): Promise<Uint8Array | undefined> {
    return this.#inTurn(async () => {
      const span = this.#log.get(key);
      return span && readAll(this.#journal, new Uint8Array(span.length), span.offset);
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const running = this.#last.then(() => {
      this.#assertOpen();
      if (this.#broken !== undefined) throw this.#broken;
      return guard(run);
    });
    this.#last = running.catch(() => {});
    return running;
  }

  #chunkFile(name: string): string {
    return `${this.#folder}/${CHUNKS}/${escaped(name)}`;
  }

  #assertOpen(): void {
    if (this.#closed) throw closed();
  }
}

async function syncFolder(fs: Fs, folder: string): Promise<void> {
  // Windows has no such thing, and needs none.
  const handle = await fs.open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function exists(fs: Fs, path: string): Promise<boolean> {
  return fs.stat(path).then(
    () => true,
    () => false,
  );
}

/** As a part of a path that means the same on every file system, those that do not tell cases apart included. */
function escaped(name: string): string {
  const bytes = new TextEncoder().encode(name);
  const plain = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`;
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(letter) ? letter : plain(byte);
  }).join('');
}

/** Undefined where no name becomes this. */
function unescaped(part: string): string | undefined {
  if (!/^(?:[a-z0-9_-]|%[0-9a-f]{2})*$/.test(part)) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

async function unavailable<T>(folder: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof EdgeVecError) throw cause;
    throw new EdgeVecError('STORAGE_UNAVAILABLE', `The folder ${show(folder)} cannot be used`, {
      got: String(cause),
      remedy: 'Pass a directory that this process may write to.',
      cause,
    });
  }
}

async function guard<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw cause instanceof EdgeVecError ? cause : failed(cause);
  }
}

function failed(cause: unknown): EdgeVecError {
  const code = codeOf(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return noRoom('files', { cause });
  }
  return broken(cause);
}

/** Whatever the reason: `QUOTA` would promise that nothing was written. */
function broken(cause: unknown): EdgeVecError {
  return new EdgeVecError('STORAGE_FAILED', 'The storage failed', {
    got: String(cause),
    remedy: 'Close the database and open it again.',
    cause,
  });
}
