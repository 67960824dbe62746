// Changes take effect one after the other, in the order of their calls. Some changes are ready at
// once, other changes wait for the graph. Without an order, the deletion of a row would overtake
// the write of the row.
//
// In a durable database a change takes effect once the change is in the log. Changes that are ready
// together are logged together.

import { EdgeVecError, fix, hasCode, unanswered } from '../../base/errors.js';
import { type Ids, PendingIds } from '../../collection/ids.js';
import type { Entry, Origin } from '../../format/entry.js';
import { PartsGone } from '../../persistence/log/log.js';
import { withRoom } from '../../persistence/room.js';
import type { PersistentStore } from '../../persistence/store.js';
import type { Isolation } from '../isolation.js';
import type { LiveState } from '../live-state.js';

/** A write or a deletion. */
export interface Change<T> {
  /** Settles when the change may take effect. Undefined if the change is ready at once. */
  readonly ready: Promise<unknown> | undefined;
  /** About how many bytes the entry in the log has. */
  readonly bytes: number;
  /**
   * The change is a deletion. A deletion is logged even if there is no room for a write, so the two
   * kinds are never logged together.
   */
  readonly frees?: boolean;
  /**
   * The check of the change reads rows, so every earlier change must be visible. Such a change is
   * never logged together with others.
   */
  readonly isAlone?: boolean;
  /** Whether the check has found that the change changes nothing, so the log needs no entry. */
  isVain?(): boolean;
  /** Whether the engine still has the rows to publish. A replaced engine takes its rows along. */
  isWhole(): boolean;
  /**
   * Throws if the change cannot take effect on these ids, and chooses missing ids. The committer
   * may call this again. Nobody sees any effect.
   */
  check(ids: Ids): Generator<undefined, void>;
  /** Notes the effect of the change on the ids. */
  foresee(ids: PendingIds): void;
  /** The entry for the log, once the change is checked. */
  entry(origin: Origin): Entry;
  /** Lets everybody see the change. */
  publish(): Generator<undefined, T>;
  /** Ends the change without effect, because an entry of the log had the same effect. */
  withdraw(): Generator<undefined, void>;
}

/** The limits of a group of changes that are logged together. */
const GROUP_CHANGES = 512;
const GROUP_BYTES = 2 << 20;

interface Queued {
  readonly change: Change<unknown>;
  readonly strict: boolean;
  readonly number: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
}

export class Committer {
  readonly #live: LiveState;
  readonly #isolation: Isolation;
  /** The log of the changes, if the database is stored. */
  readonly #store: PersistentStore | undefined;
  #queue: (Queued | (() => Promise<void>))[] = [];
  #working = false;
  #numbered = 0;
  /** Whether an append has failed, and nobody knows whether the log has the entries. */
  #unsure = false;
  /** Set while a look for entries of other tabs waits for its turn. */
  #looking: Promise<void> | undefined;

  constructor(live: LiveState, isolation: Isolation, store: PersistentStore | undefined) {
    this.#live = live;
    this.#isolation = isolation;
    this.#store = store;
    store?.watch(() => this.catchUp());
  }

  /** Whether no change waits here: the ids are as they will be. */
  get idle(): boolean {
    return !this.#working && this.#queue.length === 0;
  }

  /** Takes the next place in the queue now; resolves once everybody sees the change. */
  enqueue<T>(change: Change<T>, strict: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const queued: Queued = {
        change,
        strict,
        number: ++this.#numbered,
        resolve: resolve as (result: unknown) => void,
        reject,
        settled: change.ready === undefined,
      };
      change.ready
        ?.catch((error) => {
          // The change will never be ready. Remove the change, so that later changes do not wait.
          reject(error);
          this.#queue = this.#queue.filter((other) => other !== queued);
        })
        .then(() => {
          queued.settled = true;
          this.#work();
        });
      this.#queue.push(queued);
      this.#work();
    });
  }

  /** Runs between two changes, in its place in the queue. */
  between<T>(run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push(() => run().then(resolve, reject));
      this.#work();
    });
  }

  /** Resolves once every change that waits now has ended. */
  settled(): Promise<void> {
    return this.between(async () => {});
  }

  /** Resolves once every logged change would survive a power failure. */
  flush(): Promise<void> {
    return this.between(async () => {
      const store = this.#store;
      if (store === undefined) return;
      const append = async (others: boolean): Promise<boolean> => {
        if (others) await this.#catchUp(new Map());
        return store.append([], true);
      };
      while (!(await store.inTurn(append))) await this.#catchUp(new Map());
    });
  }

  /**
   * Applies entries of other tabs, after the waiting changes. All calls share a single look until
   * the look has its turn.
   */
  catchUp(): Promise<void> {
    this.#looking ??= this.between(async () => {
      // The turn may come at once, before the promise is noted above.
      await undefined;
      this.#looking = undefined;
      await this.#catchUp(new Map());
    });
    return this.#looking;
  }

  #work(): void {
    if (this.#working || !isReady(this.#queue[0])) return;
    this.#working = true;
    void this.#drain().finally(() => {
      this.#working = false;
      // A change may have got ready between the last look and here.
      this.#work();
    });
  }

  async #drain(): Promise<void> {
    while (isReady(this.#queue[0])) {
      await this.#isolation.change(async () => {
        const first = this.#queue[0];
        if (typeof first !== 'function') return this.#commit(this.#takeGroup());
        this.#queue.shift();
        return first();
      });
    }
  }

  /** The changes at the front that are ready. */
  #takeGroup(): Queued[] {
    const most = this.#store === undefined ? 1 : GROUP_CHANGES;
    const group: Queued[] = [];
    let bytes = 0;
    for (let next = this.#queue[0]; isReady(next) && typeof next !== 'function'; next = this.#queue[0]) {
      if (group.length > 0 && group[0]?.change.frees !== next.change.frees) break;
      if (group.length > 0 && (group[0]?.change.isAlone || next.change.isAlone)) break;
      if (group.length === most || (group.length > 0 && bytes + next.change.bytes > GROUP_BYTES)) break;
      group.push(next);
      bytes += next.change.bytes;
      this.#queue.shift();
    }
    return group;
  }

  async #commit(group: readonly Queued[]): Promise<void> {
    const store = this.#store;
    if (store === undefined) {
      for (const queued of await this.#checked(group)) await this.#publish(queued);
      return;
    }
    const waiting = new Map(group.map((queued) => [queued.number, queued]));
    try {
      if (this.#unsure) await this.#catchUp(waiting);
      const frees = group[0]?.change.frees === true;
      const append = (): Promise<boolean> => store.inTurn((others) => this.#append(store, waiting, others));
      const makeRoom = (): Promise<boolean> => this.#makeRoom(store, frees);
      // A deletion may always try again, but only once.
      while (!(await withRoom(append, makeRoom, frees ? 1 : undefined))) await this.#catchUp(waiting);
      for (const queued of waiting.values()) await this.#publish(queued);
    } catch (error) {
      await this.#failed(waiting, error);
    }
  }

  /**
   * Lets a checkpoint take the place of the log. The change that needs room has begun, and has
   * changed no rows yet.
   */
  #makeRoom(store: PersistentStore, frees: boolean): Promise<boolean> {
    this.#unsure = false;
    return this.#isolation.lend(() => store.makeRoom(frees));
  }

  /**
   * True once all possible changes are in the log. The call of every other change rejects. False if
   * other tabs have written.
   *
   * @param others other tabs may have written. The turn to append is this tab's, and stays so
   */
  async #append(store: PersistentStore, waiting: Map<number, Queued>, others: boolean): Promise<boolean> {
    for (;;) {
      if (others) await this.#catchUp(waiting);
      const checked = await this.#checked([...waiting.values()]);
      for (const queued of waiting.values()) if (!checked.includes(queued)) waiting.delete(queued.number);
      if (checked.every(({ change }) => change.isVain?.())) return true;
      const entries = checked.map(({ change, number }) => change.entry({ writer: store.writer, number }));
      const isStrict = checked.some(({ strict }) => strict);
      // Until the log has answered.
      this.#unsure = true;
      try {
        const logged = await store.append(entries, isStrict);
        this.#unsure = false;
        if (logged || !others) return logged;
      } catch (error) {
        if (!(error instanceof PartsGone)) throw error;
        // The other changes are logged without these.
        this.#unsure = false;
        fix(error);
        for (const i of error.entries) {
          const queued = checked[i] as Queued;
          waiting.delete(queued.number);
          queued.reject(error);
        }
      }
    }
  }

  /** The storage failed. Only the log can tell whether the storage took the entries in before. */
  async #failed(waiting: Map<number, Queued>, error: unknown): Promise<void> {
    if (this.#unsure && !isRefusal(error)) await this.#catchUp(waiting).catch(() => {});
    else this.#unsure = false;
    // Several calls may end in this error.
    if (error instanceof EdgeVecError) fix(error);
    for (const { reject } of waiting.values()) reject(error);
  }

  async #catchUp(waiting: Map<number, Queued>): Promise<void> {
    await this.#store?.catchUp({
      apply: async (number) => {
        const queued = waiting.get(number);
        // If the engine has lost the rows, the call of the change rejects.
        if (!queued?.change.isWhole()) return false;
        waiting.delete(number);
        await this.#publish(queued);
        return true;
      },
      applied: async (number, result) => {
        const queued = waiting.get(number);
        if (queued === undefined) return;
        waiting.delete(number);
        try {
          await this.#isolation.run(queued.change.withdraw());
        } finally {
          // Also if the engine crashes or is freed meanwhile: the log has the change.
          queued.resolve(result);
        }
      },
    });
    this.#unsure = false;
  }

  /** The changes that can take effect, in order. The call of every other change rejects. */
  async #checked(group: readonly Queued[]): Promise<Queued[]> {
    const ids = this.#live.collection;
    const ahead = group.length > 1 ? new PendingIds(ids) : undefined;
    const checked: Queued[] = [];
    for (const queued of group) {
      try {
        await this.#isolation.run(queued.change.check(ahead ?? ids));
        if (ahead !== undefined) queued.change.foresee(ahead);
        checked.push(queued);
      } catch (error) {
        queued.reject(error);
      }
    }
    return checked;
  }

  async #publish({ change, resolve, reject }: Queued): Promise<void> {
    await this.#isolation.alone(change.publish()).then(resolve, (error) => {
      // The log has the change, and the next opening of the database applies the change.
      reject(this.#store !== undefined && hasCode(error, 'CLOSED') ? unanswered() : error);
    });
  }
}

function isReady<T extends Queued | (() => Promise<void>)>(next: T | undefined): next is T {
  return next !== undefined && (typeof next === 'function' || next.settled);
}

/** Whether the error says that the storage has taken nothing. */
function isRefusal(error: unknown): boolean {
  return hasCode(error, 'QUOTA', 'CLOSED', 'READ_ONLY');
}
