// The write transactions under way, by the caller's numbers, and how a transaction ends without
// effect.

import type { CompareRequest, Effect, WriteRequest } from '../../base/calls.js';
import { aborted, type EdgeVecError } from '../../base/errors.js';
import type { Collection } from '../../collection/collection.js';
import type { WriteBuffer } from '../../persistence/write-buffer.js';
import type { Isolation } from '../isolation.js';
import type { LiveState } from '../live-state.js';
import type { Maintenance } from '../maintenance.js';
import type { Change } from './committer.js';
import { Replacement } from './replacement.js';
import { Transaction } from './transaction.js';

export class Transactions {
  readonly #live: LiveState;
  readonly #isolation: Isolation;
  readonly #maintenance: Maintenance;
  readonly #open = new Map<number, Transaction>();
  /** Transactions that failed and are being undone. */
  readonly #rollbacks = new Map<number, { readonly transaction: Transaction; readonly done: Promise<void> }>();

  constructor(live: LiveState, isolation: Isolation, maintenance: Maintenance) {
    this.#live = live;
    this.#isolation = isolation;
    this.#maintenance = maintenance;
  }

  /**
   * The transaction of a part; the first part begins one.
   *
   * @throws `ABORTED` if the transaction is gone
   */
  of(
    { transaction, first, kind, rows }: WriteRequest,
    buffer: (rows?: number) => WriteBuffer | undefined,
  ): Transaction {
    const known = this.#open.get(transaction);
    if (known !== undefined) return known;
    // Parts that were under way when their transaction failed come here; the failing part has told
    // why.
    if (!first) throw aborted('write');
    const opened = new Transaction(kind, this.#live.collection, buffer(rows));
    this.#open.set(transaction, opened);
    return opened;
  }

  /**
   * The transaction that replaces a source; the first comparison begins one.
   *
   * @throws `ABORTED` if the transaction is gone
   */
  replacing({ transaction, first, source }: CompareRequest, buffer: () => WriteBuffer | undefined): Transaction {
    if (!first) return this.known(transaction);
    const opened = new Transaction('replace', this.#live.collection, buffer(), new Replacement(source));
    this.#open.set(transaction, opened);
    return opened;
  }

  /** A transaction that has begun. @throws `ABORTED` if the transaction is gone */
  known(transaction: number): Transaction {
    const known = this.#open.get(transaction);
    if (known === undefined) throw aborted('write');
    return known;
  }

  /** @throws `ABORTED` if the transaction has ended meanwhile */
  assertOpen(number: number, transaction: Transaction): void {
    if (this.#open.get(number) !== transaction) throw aborted('write');
  }

  /** The change for the committer, once all parts are in. */
  change(number: number, transaction: Transaction, ready: Promise<unknown> | undefined): Change<Effect<number[]>> {
    const begin = (): void => {
      this.#live.assertOpen();
      this.assertOpen(number, transaction);
      if (transaction.failure !== undefined) throw transaction.failure;
      // From here on an abort comes too late.
      transaction.committing = true;
    };
    const end = (): void => void this.#open.delete(number);
    return {
      ready,
      bytes: transaction.bytes,
      isWhole: () => transaction.failure === undefined,
      ...(transaction.replacement !== undefined && {
        isAlone: true,
        isVain: () => transaction.replacement?.isVain === true,
      }),
      *check(ids) {
        begin();
        yield* transaction.check(ids);
      },
      foresee: (ids) => transaction.foresee(ids),
      entry: (origin) => transaction.entry(origin),
      *publish() {
        const effect = yield* transaction.publish();
        end();
        return effect;
      },
      *withdraw() {
        end();
        yield* transaction.rollback();
      },
    };
  }

  /**
   * Undoes a transaction that failed, unless it is being undone already. If the engine crashes or
   * is freed meanwhile, the next call tells: the caller of this transaction gets its own error.
   */
  async fail(number: number, transaction: Transaction, error: EdgeVecError): Promise<void> {
    await this.#movedIn();
    if (this.#open.delete(number)) await this.#rollback(number, transaction, error).catch(() => {});
  }

  /** Undoes a transaction, unless it is being committed. */
  async abort(number: number): Promise<void> {
    await this.#movedIn();
    const found = this.#open.get(number);
    if (found?.committing) return;
    this.#open.delete(number);
    if (found !== undefined) await this.#rollback(number, found, aborted('write'));
    else await this.#rollbacks.get(number)?.done;
  }

  /**
   * All transactions go on in another engine, into which their rows are written again. A
   * transaction that is being undone gets no rows there, and its rollback ends.
   */
  async move(collection: Collection): Promise<void> {
    for (const { transaction } of this.#rollbacks.values()) await transaction.move(collection);
    for (const transaction of this.#open.values()) await transaction.move(collection);
  }

  /** Rolling back in an engine about to be freed would be work for nobody. */
  clear(): void {
    this.#open.clear();
  }

  /** While a transaction is moved, neither engine holds all of it. */
  async #movedIn(): Promise<void> {
    while (this.#isolation.rest !== undefined) await this.#isolation.rest;
  }

  #rollback(number: number, transaction: Transaction, error: EdgeVecError): Promise<void> {
    transaction.fail(error);
    void transaction.discard(error);
    const done = this.#isolation.run(transaction.rollback()).finally(() => {
      this.#rollbacks.delete(number);
      this.#maintenance.tidy();
    });
    this.#rollbacks.set(number, { transaction, done });
    return done;
  }
}
