// Work in the background that follows changes: rows are linked into the graph, and the room of
// removed rows is freed.

import { closed } from '../base/errors.js';
import type { Slices } from '../base/time-slices.js';
import type { RowStream } from '../persistence/checkpoint/row-stream.js';
import type { LiveState } from './live-state.js';
import { Linker } from './write/linker.js';

/** Fewer tombstones than this are not worth a pass over the graph. */
const TIDY_FROM = 1_000;

export class Maintenance {
  readonly #live: LiveState;
  readonly #slices: Slices;
  #linker: Linker;
  #compaction: Promise<void> | undefined;

  constructor(live: LiveState, slices: Slices) {
    this.#live = live;
    this.#slices = slices;
    this.#linker = new Linker(live.engine, slices);
    this.#await(live.stream);
  }

  /** Goes on with another engine. */
  moved(): void {
    this.#linker.release();
    this.#linker = new Linker(this.#live.engine, this.#slices);
    this.#await(this.#live.stream);
  }

  /**
   * Resolves once every row committed so far is linked, except postponed rows; undefined if that is
   * so already.
   */
  linked(): Promise<void> | undefined {
    return this.#linker.linked();
  }

  /** Links in the background. Rows that wait to be linked are searched meanwhile, one by one. */
  link(): void {
    try {
      this.#linker.start();
    } catch {
      // The engine has crashed: the next call tells.
    }
  }

  /**
   * Follows each change. Compacts if a quarter of the slots are tombstones: each compaction is then
   * paid for by as many removals. Links the rows that wait, and so takes the calibration that a
   * compaction, or the last rows of a stream, have made due.
   */
  tidy(): void {
    if (!this.#live.isReady) return;
    this.link();
    const tombstones = this.#live.engine.tombstones();
    if (tombstones < TIDY_FROM || tombstones * 3 < this.#live.collection.count) return;
    // If it fails, or the database is closed meanwhile, the next call tells.
    this.#compact().catch(() => {});
  }

  /** Frees the room of all rows removed so far, and links. To be called once all rows are in. */
  async compact(): Promise<void> {
    // Rows that were removed since a running compaction began are left to the next.
    await this.#compaction;
    await this.#compact();
    await this.#linker.settled();
  }

  /** Nobody waits for links any more. */
  stop(): void {
    this.#linker.stop(closed());
  }

  #compact(): Promise<void> {
    // A second caller joins the compaction that runs.
    this.#compaction ??= this.#slices
      .run(() => {
        this.#live.assertOpen();
        const left = this.#live.engine.compact(1);
        this.#linker.compacted();
        return left === 0;
      })
      .finally(() => {
        this.#compaction = undefined;
        this.tidy();
      });
    return this.#compaction;
  }

  /** Work that needs all rows was put off until they are in. */
  #await(stream: RowStream | undefined): void {
    void stream?.over.then(() => this.tidy());
  }
}
