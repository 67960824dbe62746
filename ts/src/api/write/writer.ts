// The caller's side of one transaction: parts go out while earlier parts are still being linked.
// Every failure ends in one error, with the database as it was.

import type { CompareRequest, ReplaceReply, ReplyOf, WriteKind } from '../../base/calls.js';
import { aborted, amend, EdgeVecError, hasCode } from '../../base/errors.js';
import { onAbort } from '../../base/on-abort.js';
import type { Id, Progress, RowChanges, WriteOptions } from '../../base/types.js';
import type { Host } from '../../host/host.js';
import { Thrown } from '../caller.js';
import { Packer } from './packer.js';
import type { TakeSparse } from './sparse.js';

/** The database that a write goes to. */
export interface Target {
  readonly host: Host;
  readonly dimensions: number;
  /** The durability of writes without an option. */
  readonly strict: boolean;
  /** Takes the sparse vectors of records. Undefined if the database has no sparse vectors. */
  readonly takeSparse: TakeSparse | undefined;
  /** Called after each transaction, with the changed rows. Undefined: no row has changed. */
  readonly changed: (rows: RowChanges | undefined) => void;
  /** Keeps the database reachable during a write: see finalizer.ts. */
  readonly owner: object;
}

/** The place of a transaction in the caller's input. */
interface Extent {
  /** Row of the first record; undefined for a single record, because its errors name no row. */
  readonly firstRow: number | undefined;
  /** How many records will come at most. */
  readonly rows: number;
  /** Rows in all, if known. */
  readonly total?: number;
  /** The row in the caller's input, by the row of the transaction. Default: from `firstRow` on. */
  readonly rowOf?: (row: number) => number | undefined;
}

export class Writer {
  readonly #target: Target;
  readonly #kind: WriteKind;
  readonly #extent: Extent;
  readonly #options: WriteOptions;
  readonly #packer: Packer;
  readonly #transaction: number;
  readonly #ids: (Id | undefined)[] = [];
  readonly #inFlight: { readonly done: number | undefined; readonly reply: Promise<ReplyOf<'write'>> }[] = [];
  readonly #forgetSignal: () => void;
  #sent = false;

  constructor(target: Target, kind: WriteKind, extent: Extent, options: WriteOptions) {
    this.#target = target;
    this.#kind = kind;
    this.#extent = extent;
    this.#options = options;
    this.#packer = new Packer(kind, target.dimensions, extent.rows, target.takeSparse);
    this.#transaction = target.host.transactions.next++;
    this.#forgetSignal = onAbort(options.signal, this.#onAbort);
  }

  /** True when `flush` must be called before another record can be added. */
  get full(): boolean {
    return this.#packer.full;
  }

  get rows(): number {
    return this.#packer.rows;
  }

  /** Takes a record in, synchronously. */
  add(record: unknown): void {
    const { firstRow } = this.#extent;
    this.#ids.push(this.#packer.add(record, firstRow === undefined ? undefined : firstRow + this.#packer.rows));
  }

  /** Sends what was added; resolves when there is room for more. */
  async flush(): Promise<void> {
    this.#send(false);
    if (this.#inFlight.length >= this.#target.host.partsInFlight) await this.#settleOne();
  }

  /** Sends the rest and commits. Resolves with every id, chosen ones filled in. */
  async commit(): Promise<Id[]> {
    if (this.#options.onProgress !== undefined) {
      // The caller hears of every row before the commit, so that an error of `onProgress`, or an
      // abort, never comes too late.
      this.#send(false);
      while (this.#inFlight.length > 0) await this.#settleOne();
    }
    this.#send(true);
    let effect: ReplyOf<'write'> | undefined;
    while (this.#inFlight.length > 0) effect = await this.#settleOne();
    this.#forgetSignal();
    this.#target.changed(effect?.changed);
    let next = 0;
    return this.#ids.map((id) => id ?? (effect?.result[next++] as number));
  }

  /** For each record of a source, the id of the row with the same content. */
  async compare(records: Omit<CompareRequest, 'transaction' | 'first'>): Promise<readonly (Id | undefined)[]> {
    if (this.#options.signal?.aborted) throw this.#aborted();
    const first = !this.#sent;
    this.#sent = true;
    return this.#target.host.call('compare', { transaction: this.#transaction, first, ...records });
  }

  /** Resolves once all sent parts are in the database, hidden. */
  async drain(): Promise<void> {
    while (this.#inFlight.length > 0) await this.#settleOne();
  }

  /** Commits the replacement of a source, once all parts are in. */
  async replace(): Promise<ReplaceReply> {
    if (this.#options.signal?.aborted) throw this.#aborted();
    const request = { transaction: this.#transaction, strict: this.#isStrict };
    const { result, changed } = await this.#target.host.call('replace', request).catch((error) => {
      throw this.#placed(error);
    });
    this.#forgetSignal();
    this.#target.changed(changed);
    return result;
  }

  /** Rolls back; then resolves with the error to report: the error of the earliest row. */
  async fail(error: unknown): Promise<unknown> {
    this.#forgetSignal();
    if (this.#sent) await this.#abort();
    let first: unknown = error;
    for (const { reply } of this.#inFlight) {
      const earlier = await reply.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (earlier instanceof EdgeVecError && earlier.code !== 'ABORTED') {
        first = earlier;
        break;
      }
    }
    return hasCode(first, 'ABORTED') ? this.#aborted() : first;
  }

  #send(last: boolean): void {
    if (this.#options.signal?.aborted) throw this.#aborted();
    const first = !this.#sent;
    this.#sent = true;
    const part = this.#packer.take();
    const { total: rows } = this.#extent;
    const strict = this.#isStrict;
    const request = { transaction: this.#transaction, kind: this.#kind, first, last, strict, rows, part };
    const reply = this.#target.host.call('write', request).catch((error) => {
      throw this.#placed(error);
    });
    // The reply is awaited later, if at all.
    reply.catch(() => {});
    this.#inFlight.push({ done: last ? undefined : part.start + part.ids.length, reply });
  }

  get #isStrict(): boolean {
    const { durability } = this.#options;
    return durability === undefined ? this.#target.strict : durability === 'strict';
  }

  async #settleOne(): Promise<ReplyOf<'write'> | undefined> {
    const part = this.#inFlight[0];
    if (part === undefined) return undefined;
    // A part leaves the list only if it succeeds: `fail` looks through the list for the earliest
    // error.
    const effect = await part.reply;
    this.#inFlight.shift();
    if (part.done !== undefined) {
      const { firstRow = 0, total } = this.#extent;
      const done = firstRow + part.done;
      await this.#tell(total === undefined ? { done } : { done, total });
    }
    return effect;
  }

  /**
   * An error of the caller's function, thrown at once or later, ends the write and reaches the
   * caller as it is.
   */
  async #tell(progress: Progress): Promise<void> {
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    try {
      await onProgress(progress);
    } catch (error) {
      throw new Thrown(error);
    }
  }

  /**
   * The host counts rows from the start of the transaction, the caller from the start of the call.
   */
  #placed(error: unknown): unknown {
    if (!(error instanceof EdgeVecError) || error.row === undefined) return error;
    const { firstRow, rowOf } = this.#extent;
    const row = firstRow === undefined ? undefined : firstRow + error.row;
    return amend(error, { row: rowOf === undefined ? row : rowOf(error.row) });
  }

  #aborted(): EdgeVecError {
    const { signal } = this.#options;
    return aborted('write', signal?.aborted ? signal.reason : undefined);
  }

  // The parts under way then reject, and so end the write. After the commit an abort comes too
  // late.
  readonly #onAbort = (): void => void this.#abort();

  async #abort(): Promise<void> {
    // A host that is gone has nothing left to roll back.
    await this.#target.host.call('abort', { transaction: this.#transaction }).catch(() => {});
  }
}
