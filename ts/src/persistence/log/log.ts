// The log of a database: every transaction since the checkpoint, in the order in which the
// transactions took effect.
//
// An append puts entries and a new head in one commit, and demands the head that its writer knows.
// A tab therefore never writes before the tab has read all earlier entries, and all readers see the
// same order.

import { damaged, EdgeVecError, hasCode } from '../../base/errors.js';
import type { StoredEntry } from '../../format/aside.js';
import { decodeFrame, type Entry, encodeFrame, partsIfReadable } from '../../format/entry.js';
import { drawEpoch, isSameDatabase, mendedEpoch } from '../../format/epoch.js';
import { decodeHead, encodeHead, type Head } from '../../format/head.js';
import { type Put, type StorageBackend, sameBytes } from '../../storage/storage.js';
import { putsOf } from './aside.js';
import { isOfDatabase } from './evidence.js';
import { swapHead } from './swap.js';

/** The result of a look at the log's end. */
export type Tail =
  /** The next entry. */
  | { readonly type: 'entry'; readonly seq: number; readonly entry: Entry; readonly bytes: number }
  /**
   * A checkpoint has replaced entries that this tab has not read, or another tab has repaired the
   * log. The tab has to load the checkpoint again.
   */
  | { readonly type: 'overtaken' }
  /** The entries from here on are missing or unreadable. Everything before is whole. */
  | { readonly type: 'broken'; readonly lost: number; readonly error: EdgeVecError | undefined };

/** The stored database that another database has replaced. */
export interface Replaced {
  /** The head that took the place of the old head. */
  readonly head: Head;
  /**
   * The name of the old manifest. Undefined if nothing was stored, or if the head was unreadable.
   */
  readonly checkpoint: string | undefined;
  /** The chunks that readable entries of the old log named. */
  readonly parts: readonly string[];
}

/** Looks at the stored bytes of a head. Undefined if nothing is stored. */
export type HeadCheck = (stored: Uint8Array | undefined) => void;

export class Log {
  readonly #storage: StorageBackend;
  #head: Head;
  /** The head in its stored bytes, for comparison. */
  #stored: Uint8Array;
  /** The head at the last call of `tail`. */
  #met: Uint8Array;

  private constructor(storage: StorageBackend, head: Head) {
    this.#storage = storage;
    this.#head = head;
    this.#stored = encodeHead(head);
    this.#met = this.#stored;
  }

  /**
   * The log of a storage, before any entry is read. Undefined if nothing was ever written.
   *
   * @throws `UNSUPPORTED_FORMAT`, `DAMAGED`
   */
  static async open(storage: StorageBackend): Promise<Log | undefined> {
    let stored = await storage.read('head', 0);
    if (stored === undefined && (await isOfDatabase(storage))) {
      // Another tab may have begun the database between the two looks.
      stored = await storage.read('head', 0);
      if (stored === undefined) throw damaged('the head of the database');
    }
    if (stored === undefined) return undefined;
    const head = decodeHead(stored);
    return new Log(storage, { ...head, seq: head.checkpointSeq });
  }

  /**
   * Makes a log with its first checkpoint. `requires` names chunks of the checkpoint that were
   * stored before. Undefined if another tab was first.
   */
  static async begin(
    storage: StorageBackend,
    checkpoint: string,
    chunks: readonly Put[],
    requires: readonly string[] = [],
  ): Promise<Log | undefined> {
    const log = new Log(storage, { epoch: drawEpoch(), seq: 0, checkpoint, checkpointSeq: 0 });
    const put: Put[] = [...chunks, ['head', 0, log.#stored]];
    // Each checkpoint has a unique name, so an equal head is the head of this tab.
    const swap = await swapHead(storage, { expect: null, requires, put }, (stored) => sameBytes(stored, log.#stored));
    if (swap.isDone) return log;
    if (swap.stored === undefined) throw new PartsGone();
    return undefined;
  }

  /**
   * Makes a log in place of the stored database. Tabs that have the stored database open find it
   * gone. `requires` as in `begin`.
   *
   * @param check throws if the database with this head must stay
   * @returns the replaced database, whose chunks nobody names from here on
   */
  static async replace(
    storage: StorageBackend,
    checkpoint: string,
    chunks: readonly Put[],
    requires: readonly string[],
    check: HeadCheck = () => {},
  ): Promise<Replaced> {
    for (;;) {
      const stored = await storage.read('head', 0);
      check(stored);
      const before = headIfReadable(stored);
      const epoch = drawEpoch(before?.epoch);
      const log = new Log(storage, { epoch, seq: 0, checkpoint, checkpointSeq: 0 });
      const entries: ['log', number][] = [];
      const parts: string[] = [];
      for await (const [key, bytes] of storage.scan(0)) {
        entries.push(['log', key]);
        parts.push(...partsIfReadable(bytes, key));
      }
      const expect = stored ?? null;
      const put: Put[] = [...chunks, ['head', 0, log.#stored]];
      const swap = await swapHead(storage, { expect, requires, put, delete: entries }, naming(checkpoint));
      if (swap.isDone) return { head: log.head, checkpoint: before?.checkpoint, parts };
      if (sameBytes(expect, swap.stored)) throw new PartsGone();
    }
  }

  /** The head as this tab knows it. `seq` is the last entry that this tab has read or written. */
  get head(): Head {
    return this.#head;
  }

  /**
   * Whether another log belongs to the same database, repaired or not. If not, the other database
   * has taken the place of this database.
   */
  isOfSameDatabase({ head }: Log): boolean {
    return isSameDatabase(head.epoch, this.#head.epoch);
  }

  /** Takes over the head of another log of the same storage. */
  adopt(head: Head): void {
    this.#know(head);
  }

  /** The name of the stored checkpoint. Undefined if nothing is stored any more. */
  async storedCheckpoint(): Promise<string | undefined> {
    const stored = await this.#storage.read('head', 0);
    return stored && decodeHead(stored).checkpoint;
  }

  /**
   * The name of the stored checkpoint. Undefined if nothing is stored any more, if another database
   * has taken the place of this database, or if another tab has repaired the log.
   */
  async ownCheckpoint(): Promise<string | undefined> {
    const stored = await this.#storage.read('head', 0);
    if (stored === undefined) return undefined;
    const { epoch, checkpoint } = decodeHead(stored);
    return epoch === this.#head.epoch ? checkpoint : undefined;
  }

  /** Whether the stored checkpoint holds every entry up to the end of `head`. */
  async isSaved({ epoch, seq }: Head): Promise<boolean> {
    const stored = await this.#storage.read('head', 0);
    if (stored === undefined) return false;
    const now = decodeHead(stored);
    return now.epoch === epoch && now.checkpointSeq >= seq;
  }

  /**
   * Appends all entries or none, and returns their bytes. Undefined if the log has entries that
   * this tab has not read: nothing is written then.
   *
   * @throws `PartsGone` if parts of some entries are missing, `QUOTA`, `STORAGE_FAILED`, `CLOSED`
   */
  async append(entries: readonly Entry[], strict: boolean): Promise<number | undefined> {
    const first = this.#head.seq + 1;
    const frames = entries.map((entry, i) => encodeFrame(first + i, entry));
    const head = { ...this.#head, seq: this.#head.seq + entries.length };
    const put: Put[] = frames.map((frame, i) => ['log', first + i, frame]);
    put.push(['head', 0, encodeHead(head)]);
    const requires = entries.flatMap((entry) => (entry.kind === 'delete' ? [] : entry.stored.map(({ name }) => name)));
    const expect = this.#stored;
    // Deletions free room, and may therefore use the reserve.
    const reserved = entries.every(({ kind }) => kind === 'delete');
    if (!(await this.#storage.commit({ expect, requires, put, strict, reserved }))) {
      if (requires.length === 0 || !sameBytes(expect, await this.#storage.read('head', 0))) return undefined;
      throw new PartsGone(await this.#incomplete(entries));
    }
    this.#know(head);
    return frames.reduce((sum, frame) => sum + frame.length, 0);
  }

  /** The places of the entries with missing chunks. */
  async #incomplete(entries: readonly Entry[]): Promise<Set<number>> {
    const there = new Set(await this.#storage.chunks());
    const storedOf = (entry: Entry): readonly { readonly name: string }[] =>
      entry.kind === 'delete' ? [] : entry.stored;
    const numbers = [...entries.keys()];
    const incomplete = numbers.filter((i) => storedOf(entries[i] as Entry).some(({ name }) => !there.has(name)));
    // If all chunks are back by now, every entry with parts counts as incomplete: the chunks may go
    // missing again.
    return new Set(
      incomplete.length > 0 ? incomplete : numbers.filter((i) => storedOf(entries[i] as Entry).length > 0),
    );
  }

  /**
   * The entries that other tabs have written since. An entry counts as read when the caller asks
   * for the next entry.
   *
   * @throws `UNSUPPORTED_FORMAT`, `STORAGE_FAILED`, `CLOSED`
   */
  async *tail(): AsyncGenerator<Tail, void, undefined> {
    const stored = await this.#storage.read('head', 0);
    if (stored === undefined) return yield { type: 'overtaken' };
    this.#met = stored;
    const head = decodeHead(stored);
    if (this.#isOvertakenBy(head)) return yield { type: 'overtaken' };
    if (head.seq > this.#head.seq) {
      for await (const [key, bytes] of this.#storage.scan(this.#head.seq)) {
        const seq = this.#head.seq + 1;
        if (key !== seq || key > head.seq) break;
        let entry: Entry;
        try {
          entry = decodeFrame(bytes, seq);
        } catch (error) {
          // An entry of a newer version may be whole.
          if (!hasCode(error, 'DAMAGED')) throw error;
          return yield await this.interrupted(error as EdgeVecError);
        }
        yield { type: 'entry', seq, entry, bytes: bytes.length };
        this.#head = { ...this.#head, seq };
      }
    }
    if (head.seq !== this.#head.seq) return yield await this.interrupted(undefined);
    this.#know(head);
  }

  /**
   * Tells why the next entry is missing: another tab has made a checkpoint meanwhile, or the entry
   * is lost.
   */
  async interrupted(error: EdgeVecError | undefined): Promise<Tail> {
    const now = await this.#storage.read('head', 0);
    if (now === undefined || this.#isOvertakenBy(decodeHead(now))) return { type: 'overtaken' };
    return { type: 'broken', lost: decodeHead(this.#met).seq - this.#head.seq, error };
  }

  /**
   * Ends the log after the last entry that this tab knows, so that the log can go on. The log gets
   * another epoch: a tab that has read further has to load the checkpoint again. The entries behind
   * the end are set aside, under names from `nameOf`. False if another tab has changed the log
   * since `tail`.
   */
  async mend(nameOf: (kind: string) => string): Promise<boolean> {
    const met = decodeHead(this.#met);
    const head: Head = { ...met, seq: this.#head.seq, epoch: mendedEpoch(met.epoch) };
    const cut: StoredEntry[] = [];
    for await (const entry of this.#storage.scan(this.#head.seq)) cut.push(entry);
    const aside = { checkpoint: met.checkpoint, after: head.seq, entries: cut };
    const chunks = putsOf(aside, nameOf);
    const put: Put[] = [...chunks, ['head', 0, encodeHead(head)]];
    const dead = cut.map(([seq]) => ['log', seq] as const);
    // Two tabs that repair the log make the same head. The names of the chunks differ.
    const isOwn = async (stored: Uint8Array): Promise<boolean> =>
      sameBytes(stored, encodeHead(head)) && (await this.#hasAll(chunks));
    const batch = { expect: this.#met, put, delete: dead, reserved: true };
    const { isDone } = await swapHead(this.#storage, batch, isOwn);
    if (isDone) this.#know(head);
    return isDone;
  }

  /**
   * Puts a checkpoint in place of the checkpoint of `base`. The new checkpoint holds every entry up
   * to the end of `base`, and the commit deletes these entries. Later entries of any tab stay.
   * False if another tab has made a checkpoint or repaired the log since, or if a chunk is missing:
   * nothing has changed then.
   */
  async checkpoint(
    name: string,
    base: Head,
    chunks: readonly Put[],
    requires: readonly string[],
    reserved = false,
  ): Promise<boolean> {
    for (;;) {
      const stored = await this.#storage.read('head', 0);
      if (stored === undefined) return false;
      const now = decodeHead(stored);
      // The base names the checkpoint stored now, which this tab may not have caught up with. Such
      // a checkpoint holds entries that `base` lacks, and they are in the log no more.
      const isNext =
        now.epoch === base.epoch &&
        now.checkpoint === base.checkpoint &&
        now.checkpointSeq <= base.seq &&
        now.seq >= base.seq;
      if (!isNext) return false;
      const forgotten: ['log', number][] = [];
      for (let entry = now.checkpointSeq + 1; entry <= base.seq; entry++) forgotten.push(['log', entry]);
      const bytes = encodeHead({ ...now, checkpoint: name, checkpointSeq: base.seq });
      const put: Put[] = [...chunks, ['head', 0, bytes]];
      const batch = { expect: stored, requires, put, delete: forgotten, reserved };
      const swap = await swapHead(this.#storage, batch, naming(name));
      if (swap.isDone) {
        // Change only the known head. If other tabs have written meanwhile, the stored head
        // differs, and the next append is refused, as needed.
        if (this.#head.epoch === base.epoch) this.#know({ ...this.#head, checkpoint: name, checkpointSeq: base.seq });
        return true;
      }
      if (sameBytes(stored, swap.stored)) return false;
    }
  }

  /** Whether there are chunks to look for, and all of them are stored. */
  async #hasAll(chunks: readonly Put[]): Promise<boolean> {
    const there = new Set<unknown>(await this.#storage.chunks());
    return chunks.length > 0 && chunks.every(([, name]) => there.has(name));
  }

  #isOvertakenBy({ epoch, seq, checkpointSeq }: Head): boolean {
    return epoch !== this.#head.epoch || checkpointSeq > this.#head.seq || seq < this.#head.seq;
  }

  #know(head: Head): void {
    this.#head = head;
    this.#stored = encodeHead(head);
  }
}

/**
 * Chunks that were stored for a commit are missing at the commit. Nothing of the commit is done.
 */
export class PartsGone extends EdgeVecError {
  /** In an append of several entries, the places of the entries with missing chunks. */
  readonly entries: ReadonlySet<number>;

  constructor(entries: ReadonlySet<number> = new Set()) {
    super('STORAGE_FAILED', 'Parts of the write that were stored before are not there any more', {
      remedy: 'Write it again. Something clears the storage, or the write has waited for more than a day.',
    });
    this.entries = entries;
  }
}

/** Whether a head names the checkpoint. Each checkpoint has a unique name. */
function naming(checkpoint: string): (stored: Uint8Array) => boolean {
  return (stored) => headIfReadable(stored)?.checkpoint === checkpoint;
}

/** The head of stored bytes. A head that is about to be replaced may hold any bytes. */
export function headIfReadable(stored: Uint8Array | undefined): Head | undefined {
  try {
    return stored && decodeHead(stored);
  } catch {
    return undefined;
  }
}
