// Who may see rows and who may change rows, while long work runs in slices:
//
// - a commit is seen whole: readers wait at the gate while a commit is half done;
// - a read sees one state: a commit waits until the reads in slices are whole;
// - changes take effect one after the other, and what needs rest runs between two changes;
// - at rest nothing comes in either: parts of writes wait.

import type { Slices } from '../base/time-slices.js';
import type { LiveState } from './live-state.js';

export class Isolation {
  readonly #live: LiveState;
  readonly #slices: Slices;
  /** Set while a commit or a deletion that takes several slices is half done. */
  #gate: Promise<void> | undefined;
  /** Set while nothing may come in. */
  #rest: Promise<void> | undefined;
  /** Reads that take several slices. */
  readonly #reads = new Set<Promise<unknown>>();
  /** What waits to run while no change takes effect, and the chain in which it runs. */
  #waiting: (() => Promise<void>)[] = [];
  #rests: Promise<void> = Promise.resolve();
  #isChanging = false;
  #isLent = false;

  constructor(live: LiveState, slices: Slices) {
    this.#live = live;
    this.#slices = slices;
  }

  /** Set while readers must wait: to be awaited until undefined. */
  get gate(): Promise<void> | undefined {
    return this.#gate;
  }

  /** Set while nothing may come in: to be awaited until undefined. */
  get rest(): Promise<void> | undefined {
    return this.#rest;
  }

  /** Runs steps in slices. Other jobs may do what changes no ids meanwhile. */
  run<T>(steps: Generator<undefined, T>, alone = false): Promise<T> {
    return this.#slices.take(steps, () => this.#live.assertAlive(), alone);
  }

  /**
   * Changes rows, in slices that nobody sees between: jobs wait for their turn, calls at the gate.
   */
  alone<T>(steps: Generator<undefined, T>): Promise<T> {
    return this.gated(() => this.run(steps, true));
  }

  /** Reads rows in slices; the rows do not change meanwhile. */
  async read<T>(steps: Generator<undefined, T>): Promise<T> {
    while (this.#gate !== undefined) await this.#gate;
    const read = this.run(this.#whileOpen(steps));
    this.#reads.add(read);
    try {
      return await read;
    } finally {
      this.#reads.delete(read);
    }
  }

  /** Runs while nobody sees rows. */
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

  /** Runs while nothing comes in. */
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
   * Runs a change, or some that are logged together. The committer calls this for one at a time.
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
   * Takes steps while nothing changes: no write comes in or takes effect, no row is linked. They
   * run before the next change, whatever changes wait.
   */
  readonly atRest = (steps: Generator<undefined, void>): Promise<void> =>
    new Promise((resolve, reject) => {
      const run = (): Promise<void> => this.resting(() => this.run(steps, true));
      this.#waiting.push(() => run().then(resolve, reject));
      if (!this.#isChanging || this.#isLent) void this.#takeRests();
    });

  /**
   * In the midst of a change of which nothing is done yet: runs, and lets what needs rest run too.
   */
  async lend<T>(run: () => Promise<T>): Promise<T> {
    this.#isLent = true;
    try {
      const running = run();
      await this.#takeRests();
      return await running;
    } finally {
      this.#isLent = false;
      // A rest that was asked for meanwhile may still be running.
      await this.#takeRests();
    }
  }

  /** One after the other, whoever asks. */
  #takeRests(): Promise<void> {
    this.#rests = this.#rests.then(async () => {
      for (let run = this.#waiting.shift(); run !== undefined; run = this.#waiting.shift()) await run();
    });
    return this.#rests;
  }

  *#whileOpen<T>(steps: Generator<undefined, T>): Generator<undefined, T> {
    for (;;) {
      this.#live.assertOpen();
      const { done, value } = steps.next();
      if (done) return value;
      yield;
    }
  }
}
