// The log of a database: every transaction since the checkpoint, in the one order in which they took effect.
//
// An entry is appended together with a new head, and only where the head is still the one its writer knows. So nobody writes without having
// seen what came before, and all who read the log see the same.

import { damaged, EdgeVecError } from '../../base/errors.js';
import type { StoredEntry } from '../../format/aside.js';
import { decodeFrame, type Entry, encodeFrame, partsIfReadable } from '../../format/entry.js';
import { drawEpoch, isSameDatabase, mendedEpoch } from '../../format/epoch.js';
import { decodeHead, encodeHead, type Head } from '../../format/head.js';
import { type Put, type Storage, sameBytes } from '../../storage/storage.js';
import { putsOf } from './aside.js';
import { isOfDatabase } from './evidence.js';

/** What a look at the log's end finds. */
export type Tail =
  /** The next entry. */
  | { readonly type: 'entry'; readonly seq: number; readonly entry: Entry; readonly bytes: number }
  /** A checkpoint holds entries that were never seen here, and the log does no longer; or the log was mended: begin anew from the checkpoint. */
  | { readonly type: 'overtaken' }
  /** From here on nothing can be read, though there should be more. What came before is whole. */
  | { readonly type: 'broken'; readonly lost: number; readonly error: EdgeVecError | undefined };

/** What was stored before another database took its place. */
export interface Replaced {
  /** The name of its manifest; undefined where there was none, or its head could not be read. */
  readonly checkpoint: string | undefined;
  /** The chunks that its log spoke of, as far as that could be read. */
  readonly parts: readonly string[];
}

export class Log {
  readonly #storage: Storage;
  #head: Head;
  /** As it is stored, to be compared. */
  #stored: Uint8Array;
  /** The head that `tail` met last. */
  #met: Uint8Array;

  private constructor(storage: Storage, head: Head) {
    this.#storage = storage;
    this.#head = head;
    this.#stored = encodeHead(head);
    this.#met = this.#stored;
  }

  /** The log of a storage, none of it read; undefined where nothing was ever written. @throws `UNSUPPORTED_FORMAT`, `DAMAGED` */
  static async open(storage: Storage): Promise<Log | undefined> {
    let stored = await storage.read('head', 0);
    if (stored === undefined && (await isOfDatabase(storage))) {
      // Another tab may have begun it between the two looks.
      stored = await storage.read('head', 0);
      if (stored === undefined) throw damaged('the head of the database');
    }
    if (stored === undefined) return undefined;
    const head = decodeHead(stored);
    return new Log(storage, { ...head, seq: head.checkpointSeq });
  }

  /**
   * A new one, with its first checkpoint. `requires`: chunks that were stored before, and that the
   * checkpoint is made of too. Undefined where another tab was first.
   */
  static async begin(
    storage: Storage,
    checkpoint: string,
    chunks: readonly Put[],
    requires: readonly string[] = [],
  ): Promise<Log | undefined> {
    const log = new Log(storage, { epoch: drawEpoch(), seq: 0, checkpoint, checkpointSeq: 0 });
    const put: Put[] = [...chunks, ['head', 0, log.#stored]];
    if (await storage.commit({ expect: null, requires, put, strict: true })) return log;
    const stored = await storage.read('head', 0);
    if (stored === undefined) throw new PartsGone();
    // A commit that was tried again on a new connection finds itself applied. Names of checkpoints
    // are used once: no other tab has the same.
    return sameBytes(stored, log.#stored) ? log : undefined;
  }

  /**
   * A new one in place of whatever is stored: whoever has that open finds it gone. `requires` as in
   * `begin`.
   *
   * @returns what nobody speaks of from here on
   */
  static async replace(
    storage: Storage,
    checkpoint: string,
    chunks: readonly Put[],
    requires: readonly string[],
  ): Promise<Replaced> {
    let tried: { readonly head: Uint8Array; readonly replaced: Replaced } | undefined;
    for (;;) {
      const stored = await storage.read('head', 0);
      // A commit that was tried again on a new connection finds itself applied.
      if (tried !== undefined && sameBytes(stored, tried.head)) return tried.replaced;
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
      if (await storage.commit({ expect, requires, put, delete: entries, strict: true })) {
        return { checkpoint: before?.checkpoint, parts };
      }
      if (sameBytes(expect, await storage.read('head', 0))) throw new PartsGone();
      tried = { head: log.#stored, replaced: { checkpoint: before?.checkpoint, parts } };
    }
  }

  /** What is known here: `seq` is the last entry read or written. */
  get head(): Head {
    return this.#head;
  }

  /**
   * Whether another log is of the same database, mended or not; else that database has taken the
   * place of this one.
   */
  isOfSameDatabase({ head }: Log): boolean {
    return isSameDatabase(head.epoch, this.#head.epoch);
  }

  /** Takes up where another log of the same storage stands. */
  adopt({ head }: Log): void {
    this.#know(head);
  }

  /** The name of the checkpoint that is stored now; undefined where nothing is any more. */
  async storedCheckpoint(): Promise<string | undefined> {
    const stored = await this.#storage.read('head', 0);
    return stored && decodeHead(stored).checkpoint;
  }

  /** The name of the checkpoint that is stored now, of the same database; undefined where another has taken its place, or the log was mended. */
  async ownCheckpoint(): Promise<string | undefined> {
    const stored = await this.#storage.read('head', 0);
    if (stored === undefined) return undefined;
    const { epoch, checkpoint } = decodeHead(stored);
    return epoch === this.#head.epoch ? checkpoint : undefined;
  }

  /** Whether the checkpoint that is stored holds every entry that is known in `head`. */
  async isSaved({ epoch, seq }: Head): Promise<boolean> {
    const stored = await this.#storage.read('head', 0);
    if (stored === undefined) return false;
    const now = decodeHead(stored);
    return now.epoch === epoch && now.checkpointSeq >= seq;
  }

  /**
   * Appends entries, all or none, and returns the bytes they take. Undefined, and nothing written, where there are entries that were not
   * read here.
   *
   * @throws `PartsGone` if parts of some entries are not there, `QUOTA`, `STORAGE_FAILED`, `CLOSED`
   */
  async append(entries: readonly Entry[], strict: boolean): Promise<number | undefined> {
    const first = this.#head.seq + 1;
    const frames = entries.map((entry, i) => encodeFrame(first + i, entry));
    const head = { ...this.#head, seq: this.#head.seq + entries.length };
    const put: Put[] = frames.map((frame, i) => ['log', first + i, frame]);
    put.push(['head', 0, encodeHead(head)]);
    const requires = entries.flatMap((entry) => (entry.kind === 'delete' ? [] : entry.stored.map(({ name }) => name)));
    const expect = this.#stored;
    // Deletions free room: they may use what is kept back.
    const reserved = entries.every(({ kind }) => kind === 'delete');
    if (!(await this.#storage.commit({ expect, requires, put, strict, reserved }))) {
      if (requires.length === 0 || !sameBytes(expect, await this.#storage.read('head', 0))) return undefined;
      throw new PartsGone(await this.#incomplete(entries));
    }
    this.#know(head);
    return frames.reduce((sum, frame) => sum + frame.length, 0);
  }

  /** Which of the entries speak of chunks that are not there. */
  async #incomplete(entries: readonly Entry[]): Promise<Set<number>> {
    const there = new Set(await this.#storage.chunks());
    const storedOf = (entry: Entry): readonly { readonly name: string }[] =>
      entry.kind === 'delete' ? [] : entry.stored;
    const numbers = [...entries.keys()];
    const incomplete = numbers.filter((i) => storedOf(entries[i] as Entry).some(({ name }) => !there.has(name)));
    // A chunk that is there again may go again: no entry with parts is tried once more.
    return new Set(
      incomplete.length > 0 ? incomplete : numbers.filter((i) => storedOf(entries[i] as Entry).length > 0),
    );
  }

  /** What others have written since. Each entry is known once the next is asked for. @throws `UNSUPPORTED_FORMAT`, `STORAGE_FAILED`, `CLOSED` */
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
          // Of a newer version it may be whole.
          if ((error as EdgeVecError).code !== 'DAMAGED') throw error;
          return yield await this.interrupted(error as EdgeVecError);
        }
        yield { type: 'entry', seq, entry, bytes: bytes.length };
        this.#head = { ...this.#head, seq };
      }
    }
    if (head.seq !== this.#head.seq) return yield await this.interrupted(undefined);
    this.#know(head);
  }

  /** Why the next entry cannot be had: a checkpoint was made while entries were read, or it is lost. */
  async interrupted(error: EdgeVecError | undefined): Promise<Tail> {
    const now = await this.#storage.read('head', 0);
    if (now === undefined || this.#isOvertakenBy(decodeHead(now))) return { type: 'overtaken' };
    return { type: 'broken', lost: decodeHead(this.#met).seq - this.#head.seq, error };
  }

  /**
   * Ends the log after the last entry known here, so that it can go on. It gets another epoch: who has read further begins anew. Entries behind
   * that are set aside, under names that `nameOf` gives. False where another tab has changed the log since `tail` met its end.
   */
  async mend(nameOf: (kind: string) => string): Promise<boolean> {
    const met = decodeHead(this.#met);
    const head: Head = { ...met, seq: this.#head.seq, epoch: mendedEpoch(met.epoch) };
    const cut: StoredEntry[] = [];
    for await (const entry of this.#storage.scan(this.#head.seq)) cut.push(entry);
    const aside = { checkpoint: met.checkpoint, after: head.seq, entries: cut };
    const put: Put[] = [...putsOf(aside, nameOf), ['head', 0, encodeHead(head)]];
    const dead = cut.map(([seq]) => ['log', seq] as const);
    const done = await this.#storage.commit({ expect: this.#met, put, delete: dead, strict: true, reserved: true });
    if (done) this.#know(head);
    return done;
  }

  /**
   * Lets a checkpoint that holds every entry up to `seq` take the place of `base`, and forgets those entries. Entries after it stay, whoever
   * wrote them. False, and nothing changed, where another tab has made a checkpoint since, or mended the log, or a chunk is not there.
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
      const isNext = now.epoch === base.epoch && now.checkpoint === base.checkpoint && now.seq >= base.seq;
      if (!isNext) return false;
      const forgotten: ['log', number][] = [];
      for (let entry = now.checkpointSeq + 1; entry <= base.seq; entry++) forgotten.push(['log', entry]);
      const bytes = encodeHead({ ...now, checkpoint: name, checkpointSeq: base.seq });
      const put: Put[] = [...chunks, ['head', 0, bytes]];
      const batch = { expect: stored, requires, put, delete: forgotten, strict: true, reserved };
      const done = await this.#storage.commit(batch);
      if (done) {
        // As this log knows it, which is not what is stored where others have written since: the next append is then refused, as it should be.
        if (this.#head.epoch === base.epoch) this.#know({ ...this.#head, checkpoint: name, checkpointSeq: base.seq });
        return true;
      }
      if (sameBytes(stored, await this.#storage.read('head', 0))) return false;
    }
  }

  #isOvertakenBy({ epoch, seq, checkpointSeq }: Head): boolean {
    return epoch !== this.#head.epoch || checkpointSeq > this.#head.seq || seq < this.#head.seq;
  }

  #know(head: Head): void {
    this.#head = head;
    this.#stored = encodeHead(head);
  }
}

/** Chunks that were stored for a commit are not there when it comes: nothing of the commit is done. */
export class PartsGone extends EdgeVecError {
  /** The places of the entries that miss some, in an append of several. */
  readonly entries: ReadonlySet<number>;

  constructor(entries: ReadonlySet<number> = new Set()) {
    super('STORAGE_FAILED', 'Parts of the write that were stored before are not there any more', {
      remedy: 'Write it again. Something clears the storage, or the write has waited for more than a day.',
    });
    this.entries = entries;
  }
}

function headIfReadable(stored: Uint8Array | undefined): Head | undefined {
  try {
    return stored && decodeHead(stored);
  } catch {
    // It is to be replaced, whatever it was.
    return undefined;
  }
}
