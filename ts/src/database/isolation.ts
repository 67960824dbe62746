// Who may see rows and who may change rows, while long work runs in slices:
//
// - Readers see a commit whole. While a commit is half done, readers wait at the gate.
// - A read in slices sees a single state. A commit waits until such reads are complete.
// - Changes take effect one after the other. Work that needs rest runs between two changes.
// - At rest, no part of a write comes in. Parts of writes wait.

import type { Slices } from '../base/time-slices.js';
import type { LiveState } from './live-state.js';

export class Isolation {
  readonly #live: LiveState;
  readonly #slices: Slices;
  /** Set while a commit or a deletion that takes several slices is half done. */
  #gate: Promise<void> | undefined;
  /** Set at rest. */
  #rest: Promise<void> | undefined;
  /** Reads that take several slices. */
  readonly #reads = new Set<Promise<unknown>>();
  /** Work that waits for rest, and the chain of all such work. */
  #waiting: (() => Promise<void>)[] = [];
  #rests: Promise<void> = Promise.resolve();
  #isChanging = false;
  #isLent = false;

  constructor(live: LiveState, slices: Slices) {
    this.#live = live;
    this.#slices = slices;
  }

  /** Set while readers must wait. A reader awaits the gate again and again, until undefined. */
  get gate(): Promise<void> | undefined {
    return this.#gate;
  }

  /** Set at rest. A part of a write awaits the rest again and again, until undefined. */
  get rest(): Promise<void> | undefined {
    return this.#rest;
  }

  /** Runs steps in slices. Meanwhile, other jobs may run, and must not change ids. */
  run<T>(steps: Generator<undefined, T>, alone = false): Promise<T> {
    return this.#slices.take(steps, () => this.#live.assertAlive(), alone);
  }

  /**
   * Changes rows in slices. Between two slices, nobody sees the rows: jobs wait for their turn, and
   * calls wait at the gate.
   */
  alone<T>(steps: Generator<undefined, T>): Promise<T> {
    return this.gated(() => this.run(steps, true));
  }

  /** Reads rows in slices. Meanwhile, no commit changes rows. */
  async read<T>(steps: Generator<undefined, T>): Promise<T> {
    while (this.#gate !== undefined) await this.#gate;
    const read = this.#slices.take(steps, () => this.#live.assertOpen());
    this.#reads.add(read);
    try {
      return await read;
    } finally {
      this.#reads.delete(read);
    }
  }

  /** Runs with the gate closed: nobody sees rows. */
  async gated<T>(run: () => Promise<T>): Promise<T> {
    let open = (): void => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    try {
      if (this.#reads.size > 0) await Promise.allSettled(this.#reads);
      return await run();
    } finally {
      this.#gate = undefined;
      open();
    }
  }

  /** Runs at rest. */
  async resting<T>(run: () => Promise<T>): Promise<T> {
    let end = (): void => {};
    this.#rest = new Promise((resolve) => {
      end = resolve;
    });
    try {
      return await run();
    } finally {
      this.#rest = undefined;
      end();
    }
  }

  /**
   * Runs a change, or several changes that are logged together. The committer never calls this
   * while a change runs.
   */
  async change<T>(run: () => Promise<T>): Promise<T> {
    this.#isChanging = true;
    await this.#takeRests();
    try {
      return await run();
    } finally {
      this.#isChanging = false;
      void this.#takeRests();
    }
  }

  /**
   * Takes steps at rest: no write comes in, no change takes effect, and no row is linked. The steps
   * run before the next change, also if changes wait.
   */
  readonly atRest = (steps: Generator<undefined, void>): Promise<void> =>
    new Promise((resolve, reject) => {
      const run = (): Promise<void> => this.resting(() => this.run(steps, true));
      this.#waiting.push(() => run().then(resolve, reject));
      if (!this.#isChanging || this.#isLent) void this.#takeRests();
    });

  /**
   * For a change that has begun and has changed no rows yet: runs the work, and lets work that
   * needs rest run too.
   */
  async lend<T>(run: () => Promise<T>): Promise<T> {
    this.#isLent = true;
    try {
      const running = run();
      await this.#takeRests();
      return await running;
    } finally {
      this.#isLent = false;
      // Work at rest may still be running, if somebody has asked for rest in the meantime.
      await this.#takeRests();
    }
  }

  /** Runs the waiting work, one after the other. */
  #takeRests(): Promise<void> {
    this.#rests = this.#rests.then(async () => {
      for (let run = this.#waiting.shift(); run !== undefined; run = this.#waiting.shift()) await run();
    });
    return this.#rests;
  }
}
