// The journal keeps head and log of a storage in files. Each commit appends one record. If most of
// the journal is dead, the live values are written to a new journal, which takes the old journal's
// name.
//
// A reader leaves out damaged records, and uses the records behind the damage: each head in a
// record is a whole head. The log of the database finds missing entries by their numbers. Two
// records hold the head before old chunks are deleted, and in a rewritten journal. Damage to one
// record then never hides the chunks. The next commit cuts damaged bytes off, and opening does not:
// after opening, the database may find the storage unusable.
//
// A new journal has a record that forgets entry 0, which never exists. So a crash never leaves a
// journal without a record: such a journal has been emptied.

import { damaged, type EdgeVecError } from '../../base/errors.js';
import { type Put, sameBytes } from '../storage.js';
import { broken } from './errors.js';
import { readAll, syncFolder, writeAll } from './io.js';
import { recordsOf } from './journal-reader.js';
import { DAMAGED, JOURNAL, NEW } from './names.js';
import { codeOf, type FileHandle, type Fs, type Identity } from './node.js';
import { isSame } from './open-files.js';
import { ENTRY_HEADER, encodeBody, encodeRecord, entriesOf, RECORD_HEADER } from './record.js';

/**
 * Fewer dead bytes are not worth a new journal. Forgotten entries always are, since such entries
 * may hold deleted data.
 */
const DEAD_FROM = 1 << 20;

/** The first record of a new journal. Readers of any version pass over the record. */
const BIRTH = encodeRecord(1, encodeBody([], [['log', 0]]));

/** The place of a value in the journal. */
interface Span {
  readonly offset: number;
  readonly length: number;
}

export class Journal {
  readonly #fs: Fs;
  readonly #folder: string;
  #file: FileHandle;
  /**
   * Identifies the journal's file. Undefined if the path leads to another identity than the open
   * file, as on some network disks.
   */
  #identity: Identity | undefined;
  #size = 0;
  #records = 0;
  /** Bytes of the journal that still count. */
  #live = 0;
  #head: Uint8Array | undefined;
  #headLength = 0;
  /** Whether two records hold the head. */
  #isHeadTwice = false;
  /** The highest log number that was ever in this journal. */
  #highest = 0;
  /**
   * Whether the journal holds damaged bytes, or two entries of one number. If the record that
   * forgets the first entry were lost, a reader would take the first entry for the second.
   */
  #isUnclean = false;
  /**
   * Whether the journal holds forgotten entries. A deletion promises that the deleted bytes are
   * gone.
   */
  #holdsForgotten = false;
  /** Whether the last rewriting failed. The next forgotten entry leads to another try. */
  #hasFailed = false;
  /** Damaged bytes that are not set aside yet. */
  #damaged: Span[] = [];
  /** Whether bytes follow the last record. */
  #hasTail = false;
  readonly #log = new Map<number, Span>();
  /** Damaged bytes behind the last readable record. */
  lost = 0;
  /**
   * Set once nobody knows the bytes on the disk any more. Every later call then fails with this
   * error.
   */
  broken: EdgeVecError | undefined;

  private constructor(fs: Fs, folder: string, file: FileHandle) {
    this.#fs = fs;
    this.#folder = folder;
    this.#file = file;
  }

  /** Makes a journal, whole or not at all. The new journal replaces a journal without a record. */
  static async create(fs: Fs, folder: string): Promise<Journal> {
    const path = `${folder}/${JOURNAL}`;
    const file = await fs.open(path + NEW, 'w');
    try {
      await writeAll(file, BIRTH, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(path + NEW, path);
    await syncFolder(fs, folder);
    return Journal.open(fs, folder);
  }

  /**
   * Reads the journal, and changes nothing.
   *
   * @throws `DAMAGED` if bytes are damaged and no record has a head
   */
  static async open(fs: Fs, folder: string): Promise<Journal> {
    const file = await fs.open(`${folder}/${JOURNAL}`, 'r+');
    const journal = new Journal(fs, folder, file);
    try {
      await journal.#identify();
      await journal.#replay();
      return journal;
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  get head(): Uint8Array | undefined {
    return this.#head;
  }

  /** Whether the journal has no whole record. */
  get isEmpty(): boolean {
    return this.#records === 0;
  }

  /** The numbers of the log's entries, in no order. */
  keys(): number[] {
    return [...this.#log.keys()];
  }

  async read(key: number): Promise<Uint8Array | undefined> {
    const span = this.#log.get(key);
    return span && readAll(this.#file, new Uint8Array(span.length), span.offset);
  }

  async append(body: Uint8Array, strict: boolean): Promise<void> {
    if (body.length > 0) {
      await this.#clearTail();
      const record = encodeRecord(this.#records + 1, body);
      try {
        await writeAll(this.#file, record, this.#size);
      } catch (error) {
        // Removes the half record: the next record must not follow half a record.
        await this.synced(this.#file.truncate(this.#size));
        throw error;
      }
      if (strict) await this.synced(this.#file.datasync());
      this.#take(body, this.#size + RECORD_HEADER);
      this.#size += record.length;
      this.#records += 1;
    } else if (strict) {
      await this.synced(this.#file.datasync());
    }
  }

  /** Puts the head into a second record, if only one record holds the head. */
  async repeatHead(): Promise<void> {
    if (this.#head === undefined || this.#isHeadTwice) return;
    await this.append(encodeBody([['head', 0, this.#head]], []), false);
  }

  /**
   * Rewrites the journal, if the journal holds forgotten entries, or if much of the journal is
   * dead.
   */
  async tidy(): Promise<void> {
    const isDue = this.#holdsForgotten && !this.#hasFailed;
    if (isDue || this.#isUnclean || this.#size - this.#live > Math.max(DEAD_FROM, this.#live)) await this.#rewrite();
  }

  /**
   * Waits for a sync. A failed sync may have lost pages, and the next sync would not report the
   * loss. After a failed sync, the journal therefore refuses all work.
   */
  async synced(running: Promise<void>): Promise<void> {
    try {
      await running;
    } catch (error) {
      this.broken = broken(error);
      throw this.broken;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Whether the path still leads to this journal. The folder may have been removed or replaced. */
  async isThere(): Promise<boolean> {
    const found = await this.#fs.stat(`${this.#folder}/${JOURNAL}`, { bigint: true }).catch((error) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    });
    if (found === undefined) return false;
    if (this.#identity === undefined || isSame(found, this.#identity)) return true;
    // A disk that was away may have given its files new numbers.
    return isSame(found, await this.#file.stat({ bigint: true }));
  }

  /** Takes in the entries of a record. The body begins at `start` of the journal. */
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
      if (before !== undefined) {
        this.#live -= before.length + cost;
        this.#holdsForgotten = true;
        this.#hasFailed = false;
      }
      this.#log.delete(key);
      if (kind === 'forget') continue;
      this.#isUnclean ||= key <= this.#highest;
      this.#highest = Math.max(this.#highest, key);
      this.#log.set(key, { offset: start + at, length });
      this.#live += length + cost;
    }
  }

  async #identify(): Promise<void> {
    const path = `${this.#folder}/${JOURNAL}`;
    const [found, opened] = [await this.#fs.stat(path, { bigint: true }), await this.#file.stat({ bigint: true })];
    this.#identity = isSame(found, opened) ? opened : undefined;
  }

  async #replay(): Promise<void> {
    const { size } = await this.#file.stat();
    for await (const found of recordsOf(this.#file, size)) {
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
    // A crash leaves the record with the first head short or empty. A damaged record of full length
    // was whole once.
    if (this.#head === undefined && this.#damaged.length > 0) throw damaged('the journal');
  }

  /**
   * Prepares the end of the file for the next record: writes damaged bytes to a separate file, and
   * then cuts off everything behind the last record.
   */
  async #clearTail(): Promise<void> {
    if (this.#damaged.length > 0) {
      await this.#setAside();
      this.#damaged = [];
      this.#isUnclean = true;
      this.lost = 0;
    }
    if (this.#hasTail) await this.synced(this.#file.truncate(this.#size));
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
          await writeAll(aside, await readAll(this.#file, part, offset + at), size);
          size += part.length;
        }
      }
      await aside.sync();
    } finally {
      await aside.close();
    }
    await syncFolder(this.#fs, this.#folder);
  }

  /** Writes a new journal from the live values. If this fails, the old journal goes on. */
  async #rewrite(): Promise<void> {
    const path = `${this.#folder}/${JOURNAL}`;
    let fresh: FileHandle | undefined;
    try {
      fresh = await this.#fs.open(path + NEW, 'w+');
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
      // The head comes first and last. Damage in one place then costs entries, and never the whole
      // database.
      for (const put of head) await write(put);
      if (head.length === 0) {
        await writeAll(fresh, BIRTH, 0);
        [size, records] = [BIRTH.length, 1];
      }
      for (const [key, { offset, length }] of [...this.#log].sort(([a], [b]) => a - b)) {
        const value = await readAll(this.#file, new Uint8Array(length), offset);
        spans.push([key, { offset: await write(['log', key, value]), length }]);
      }
      for (const put of head) await write(put);
      await fresh.sync();
      await fresh.close();
      // Windows does not rename a file over an open file.
      await this.#file.close();
      try {
        await this.#fs.rename(path + NEW, path);
        for (const [key, span] of spans) this.#log.set(key, span);
        [this.#size, this.#live, this.#records] = [size, size, records];
        this.#isHeadTwice = head.length > 0;
        this.#highest = spans.at(-1)?.[0] ?? 0;
        this.#holdsForgotten = false;
      } finally {
        this.#file = await this.#fs.open(path, 'r+');
        await this.#identify();
      }
      await syncFolder(this.#fs, this.#folder);
    } catch (error) {
      await fresh?.close().catch(() => {});
      await this.#fs.rm(path + NEW, { force: true }).catch(() => {});
      // If the old journal is still open, the journal goes on, and tries again after it has grown.
      // Without an open journal, every later call fails.
      await this.#file.stat().catch(() => {
        this.broken = broken(error);
      });
      this.#live = this.#size;
      this.#hasFailed = true;
    }
    this.#isUnclean = false;
  }
}
