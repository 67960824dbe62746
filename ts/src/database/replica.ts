// The database in memory: the rows, the writes under way, and the isolation between calls. The
// replica follows the log to which other tabs write, and does not know where the log is.

import { closed, type EdgeVecError } from '../base/errors.js';
import { Slices } from '../base/time-slices.js';
import type { RowChanges } from '../base/types.js';
import type { Collection } from '../collection/collection.js';
import type { Entry } from '../format/entry.js';
import type { AtRest } from '../persistence/checkpoint/copies.js';
import type { Loaded } from '../persistence/checkpoint/load.js';
import type { DatabaseEvent } from '../persistence/open.js';
import type { Applied, PartsOf, Replica } from '../persistence/replica.js';
import { Isolation } from './isolation.js';
import { LiveState, type Loading } from './live-state.js';
import { Maintenance } from './maintenance.js';
import { applyEntry } from './write/apply.js';
import { Transactions } from './write/transactions.js';

export class InMemoryReplica implements Replica {
  readonly slices: Slices;
  readonly live: LiveState;
  readonly isolation: Isolation;
  readonly maintenance: Maintenance;
  readonly transactions: Transactions;
  readonly #tell: (event: DatabaseEvent) => void;
  #isStarted = false;

  constructor(loading: Loading, slices: Slices = new Slices(), tell: (event: DatabaseEvent) => void = () => {}) {
    this.slices = slices;
    this.live = new LiveState(loading);
    this.isolation = new Isolation(this.live, slices);
    this.maintenance = new Maintenance(this.live, slices);
    this.transactions = new Transactions(this.live, this.isolation, this.maintenance);
    this.#tell = tell;
  }

  /** The database is open: from here on the application hears of changes and failures. */
  start(): void {
    this.#isStarted = true;
  }

  collection(): Collection {
    this.live.assertOpen();
    return this.live.collection;
  }

  get atRest(): AtRest {
    return this.isolation.atRest;
  }

  async apply(entry: Entry, parts: PartsOf): Promise<Applied> {
    const { isolation, live, slices } = this;
    live.assertOpen();
    const applied = await applyEntry(live.collection, entry, parts, {
      slices,
      // While the database opens, nobody waits for other rows. The order of links then follows from
      // the log alone, whatever the time.
      postpones: this.#isStarted,
      hidden: (steps) => isolation.run(steps),
      visible: (steps) => isolation.alone(steps),
    });
    if (entry.kind !== 'delete') this.maintenance.link();
    return applied;
  }

  applyTo(collection: Collection, entry: Entry, parts: PartsOf): Promise<Applied> {
    const { live, slices } = this;
    const run = <T>(steps: Generator<undefined, T>): Promise<T> =>
      slices.take(steps, () => {
        if (live.isClosed) throw closed();
      });
    return applyEntry(collection, entry, parts, { slices, postpones: false, hidden: run, visible: run });
  }

  async replace(loaded: Loaded): Promise<void> {
    const { isolation, live } = this;
    await isolation.resting(() =>
      isolation.gated(async () => {
        if (live.isClosed) {
          loaded.stream?.stop();
          loaded.collection.engine.free();
          throw closed();
        }
        const old = live.engine;
        live.replace(loaded);
        this.maintenance.moved();
        // Writes under way wait for links of their own rows, and not for links that another tab
        // left out.
        if (this.#isStarted) live.engine.postpone(live.engine.unlinked());
        await this.transactions.move(live.collection);
        old.free();
      }),
    );
    this.maintenance.link();
  }

  fail(error: EdgeVecError): void {
    this.live.fail(error);
    // Before the database is open, `open` itself rejects with the error.
    if (this.#isStarted) this.#tell({ type: 'rows-unreadable', error });
  }

  changed(rows: RowChanges): void {
    // Writes before the database was open are no news.
    if (this.#isStarted) this.#tell({ type: 'changed', ...rows });
  }
}
