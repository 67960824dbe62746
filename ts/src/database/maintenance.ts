// Background work after changes: linking rows into the graph, and freeing the room of removed
// rows.

import { closed } from '../base/errors.js';
import type { Slices } from '../base/time-slices.js';
import type { RowStream } from '../persistence/checkpoint/row-stream.js';
import type { LiveState } from './live-state.js';
import { Linker } from './write/linker.js';

/** What the stored database does for the work in the background. */
export interface Storing {
  /** Runs `run`, which codes all rows again, if the next checkpoint has room for all codes. */
  recode(run: () => Promise<void>): Promise<void>;
  /** So many bytes of words were made that the stored checkpoint lacks. */
  madeWords(bytes: number): Promise<void>;
}

/** Fewer tombstones than this are not worth a pass over the graph. */
const TIDY_FROM = 1_000;

export class Maintenance {
  readonly #live: LiveState;
  readonly #slices: Slices;
  #linker: Linker;
  #storing: Storing | undefined;
  #compaction: Promise<void> | undefined;
  #isReading = false;

  constructor(live: LiveState, slices: Slices) {
    this.#live = live;
    this.#slices = slices;
    this.#linker = new Linker(live.engine, slices);
    this.#await(live.stream);
  }

  /** The database is stored. */
  store(storing: Storing): void {
    this.#storing = storing;
  }

  /** Goes on with another engine, after the live state has taken another collection. */
  moved(): void {
    this.#linker.release();
    this.#linker = new Linker(this.#live.engine, this.#slices);
    this.#await(this.#live.stream);
  }

  /**
   * Resolves once every row committed so far is linked, except postponed rows. Undefined if no such
   * row waits.
   */
  linked(): Promise<void> | undefined {
    return this.#linker.linked();
  }

  /** Links in the background. Meanwhile, searches scan the rows that wait. */
  link(): void {
    try {
      this.#linker.start();
    } catch {
      // The engine has crashed. The next call tells the caller.
    }
  }

  /**
   * Called after each change. Compacts if a quarter of the slots are tombstones: the number of
   * removals then pays for the compaction. Also links the waiting rows. The steps of linking
   * include a due calibration: a compaction and the last rows of a stream make a calibration due.
   * And reads the words and sparse vectors of new rows.
   */
  tidy(): void {
    if (!this.#live.isReady) return;
    this.link();
    this.#readWords();
    const tombstones = this.#live.engine.tombstones();
    if (tombstones < TIDY_FROM || tombstones * 3 < this.#live.collection.count) return;
    // If the compaction fails, or the database is closed meanwhile, the next call tells the caller.
    this.#compact().catch(() => {});
  }

  /** Frees the room of all rows removed so far, and links. Call this only if all rows are in. */
  async compact(): Promise<void> {
    // A running compaction leaves out rows that were removed after its begin.
    await this.#compaction;
    await this.#compact();
    await this.#linker.settled();
    await this.#takeWords(true);
  }

  /** Rejects everybody who waits for links. */
  stop(): void {
    this.#linker.stop(closed());
  }

  /** Reads the words and sparse vectors of new rows, one pass at a time. */
  #readWords(): void {
    if (this.#isReading || !this.#live.collection.allWords.some(({ isUntidy }) => isUntidy)) return;
    this.#isReading = true;
    const { words } = this.#live.collection;
    // If this fails, the search that needs the words tells.
    this.#takeWords(false)
      .finally(() => {
        this.#isReading = false;
      })
      .then(() => this.#storing?.madeWords(words.takeMade()))
      .catch(() => {});
  }

  async #takeWords(purges: boolean): Promise<void> {
    for (const words of this.#live.collection.allWords) {
      await words.tidy(this.#slices, () => this.#live.assertOpen(), purges);
    }
  }

  #compact(): Promise<void> {
    // A second caller joins the running compaction.
    this.#compaction ??= this.#reclaimAndRecode().finally(() => {
      this.#compaction = undefined;
      this.tidy();
    });
    return this.#compaction;
  }

  async #reclaimAndRecode(): Promise<void> {
    await this.#runSteps(false);
    if (this.#live.isReady && this.#live.engine.stats().drifted) {
      const renew = (): Promise<void> => this.#runSteps(true);
      await (this.#storing?.recode(renew) ?? renew());
    }
  }

  #runSteps(renews: boolean): Promise<void> {
    return this.#slices.run(() => {
      this.#live.assertOpen();
      const left = this.#live.engine.compact(1, renews);
      this.#linker.compacted();
      return left === 0;
    });
  }

  /** Does the work that needs all rows, once all rows are in. */
  #await(stream: RowStream | undefined): void {
    void stream?.over.then(() => this.tidy());
  }
}
