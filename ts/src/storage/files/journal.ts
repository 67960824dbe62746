// Head and log of a storage in files: one journal, to which each commit appends one record. When most
// of the journal is dead, what lives is written to a new one, which takes the old one's name.
//
// What a damaged record said is left out, and records behind it count: each has the whole head. Above,
// the log finds what it misses by the numbers of its entries. No one record may be all that leads to
// the chunks there are: the head is said twice before others are removed, and where the journal is
// written anew. Nothing is cut off before the next commit: whoever opens the storage may find that
// there is nothing to go on from.
//
// A journal is born with a record that forgets an entry nobody has. So a journal without a record is
// none that was left by a crash: it has been emptied.

import { damaged, type EdgeVecError } from '../../base/errors.js';
import { type Put, sameBytes } from '../storage.js';
import { broken } from './errors.js';
import { readAll, syncFolder, writeAll } from './io.js';
import { recordsOf } from './journal-reader.js';
import { DAMAGED, JOURNAL, NEW } from './names.js';
import { codeOf, type FileHandle, type Fs, type Identity } from './node.js';
import { isSame } from './open-files.js';
import { ENTRY_HEADER, encodeBody, encodeRecord, entriesOf, RECORD_HEADER } from './record.js';

/** Fewer dead bytes than this are not worth a new journal, unless they are of entries: those may hold what was deleted. */
const DEAD_FROM = 1 << 20;

/** What a journal is born with: readers of any version pass it over. */
const BIRTH = encodeRecord(1, encodeBody([], [['log', 0]]));

/** Where in the journal a value is. */
interface Span {
  readonly offset: number;
  readonly length: number;
}

export class Journal {
  readonly #fs: Fs;
  readonly #folder: string;
  #file: FileHandle;
  /** Which file that is; undefined if paths do not lead to the same here, as on some network disks. */
  #identity: Identity | undefined;
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
  /** It holds entries that are forgotten: deleted means that their bytes are gone. */
  #holdsForgotten = false;
  /** Writing it anew has failed, and is tried again once more is forgotten. */
  #hasFailed = false;
  /** Damaged bytes that are not set aside yet. */
  #damaged: Span[] = [];
  /** There is something behind the last record. */
  #hasTail = false;
  readonly #log = new Map<number, Span>();
  /** Damaged bytes behind the last record that can be read. */
  lost = 0;
  /** What is on the disk is not known any more. */
  broken: EdgeVecError | undefined;

  private constructor(fs: Fs, folder: string, file: FileHandle) {
    this.#fs = fs;
    this.#folder = folder;
    this.#file = file;
  }

  /** Makes a journal in place of one without a record, or of none; whole or not at all. */
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

  /** Reads the journal, and changes nothing in it. @throws `DAMAGED` where there is nothing to go on from */
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

  /** Whether not one record is whole. */
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
        // Half a record must not stand before the next one.
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

  /** Puts the head into a second record, if it is in one only. */
  async repeatHead(): Promise<void> {
    if (this.#head === undefined || this.#isHeadTwice) return;
    await this.append(encodeBody([['head', 0, this.#head]], []), false);
  }

  /** Writes the journal anew, if it holds what is forgotten, or if much of it is dead. */
  async tidy(): Promise<void> {
    const isDue = this.#holdsForgotten && !this.#hasFailed;
    if (isDue || this.#isUnclean || this.#size - this.#live > Math.max(DEAD_FROM, this.#live)) await this.#rewrite();
  }

  /** A sync that failed may have lost pages that the next one would not miss: nothing can be promised after it. */
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

  /** Whether its path still leads to it: the folder may have been removed, or another be in its place. */
  async isThere(): Promise<boolean> {
    const found = await this.#fs.stat(`${this.#folder}/${JOURNAL}`, { bigint: true }).catch((error) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    });
    if (found === undefined) return false;
    if (this.#identity === undefined || isSame(found, this.#identity)) return true;
    // A disk that was away may number its files anew.
    return isSame(found, await this.#file.stat({ bigint: true }));
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
    // A crash leaves the record with the first head short or empty. One of full length was whole once.
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
  }

  /** A new journal, of what lives. Where it fails the old one goes on. */
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
      // First and last: damage of one place then costs entries, and not all there is.
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
      // Windows renames no file over one that is open.
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
      // Without a journal nothing can go on; with the old one everything can, and it is tried again when that has grown.
      await this.#file.stat().catch(() => {
        this.broken = broken(error);
      });
      this.#live = this.#size;
      this.#hasFailed = true;
    }
    this.#isUnclean = false;
  }
}
