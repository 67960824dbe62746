// Long work in short slices.
//
// One thread serves searches, writes and, in-thread, the page itself. Long work is therefore a job
// of small steps, run in slices. No slice starts a step that is expected to end after the limit,
// and between slices the event loop runs. Jobs take turns step by step, so no job starves. The
// limit holds for a turn of the event loop as a whole: a thousand small jobs queued in one turn
// share one slice.

/** Time, and a way to let the event loop run. A test passes a clock of its own. */
export interface Clock {
  /** Milliseconds from any origin. */
  now(): number;
  /** Resolves in a later turn of the event loop. */
  turn(): Promise<void>;
  /** Resolves so many milliseconds later. */
  pause(ms: number): Promise<void>;
}

/**
 * Longest slice, in milliseconds. Before or after a slice, a part of a write may be packed, or a
 * chunk handed to the storage: 8 ms in all.
 */
export const SLICE_MS = 4;

/**
 * A call that needs no slices is answered at once if the turn of the event loop is younger than so
 * many milliseconds. Jobs take the first 4 ms of a turn, so calls get almost as much, and neither
 * waits for long.
 */
const CALLS_UNTIL_MS = 7;

/**
 * A job gives its turn to the next job once its steps have taken this share of a slice. A job of
 * short steps therefore gets about as much time as a job of long steps.
 */
const TURN_SHARE = 1 / 4;

/** Rows handled between two looks at the clock, if a row takes little time. */
export const STEP_ROWS = 64;

interface Job {
  /** Whether no step of another job runs between two steps of this job. */
  readonly alone: boolean;
  readonly step: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** How long the last step took. The next step is expected to take as long. */
  cost: number;
  /** How long the steps of the job's turn have taken so far. */
  spent: number;
}

export class Slices {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #jobs: Job[] = [];
  /**
   * When the current slice ends; undefined in a turn of the event loop that has done no work yet.
   */
  #until: number | undefined;
  #stepping = false;

  constructor(clock: Clock = systemClock(), limit: number = SLICE_MS) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Runs `step` until it returns true. The first steps may run before this returns. */
  run(step: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ alone: false, step, resolve, reject, cost: 0, spent: 0 });
      this.#work();
    });
  }

  /** As `run`, without steps of other jobs in between. Only one such job may run at a time. */
  runAlone(step: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#jobs.unshift({ alone: true, step, resolve, reject, cost: 0, spent: 0 });
      this.#work();
    });
  }

  /**
   * Takes the steps of a generator, and returns the result.
   *
   * @param check runs before each step, and ends the steps by throwing
   * @param alone whether no other job's step runs in between
   */
  async take<T>(steps: Generator<undefined, T>, check: () => void = () => {}, alone = false): Promise<T> {
    let result: IteratorResult<undefined, T> | undefined;
    const step = (): boolean => {
      check();
      result = steps.next();
      return result.done === true;
    };
    await (alone ? this.runAlone(step) : this.run(step));
    return result?.value as T;
  }

  /** Resolves in this turn of the event loop if time is left in the turn, or in a later turn. */
  breathe(): Promise<void> {
    return this.run(() => true);
  }

  /**
   * Whether this turn of the event loop has had its share of work. If not, the work from here on
   * counts as work of this turn.
   */
  isTurnOver(): boolean {
    this.begin();
    return this.#clock.now() >= (this.#until as number) - this.#limit + CALLS_UNTIL_MS;
  }

  /** Resolves so many milliseconds later. */
  pause(ms: number): Promise<void> {
    return this.#clock.pause(ms);
  }

  /** Begins the slice of this turn of the event loop, if the slice has not begun. */
  begin(): void {
    if (this.#until !== undefined) return;
    this.#until = this.#clock.now() + this.#limit;
    void this.#clock.turn().then(() => {
      this.#until = undefined;
      if (this.#jobs.length > 0) this.#work();
    });
  }

  #work(): void {
    if (this.#stepping) return;
    let first = this.#until === undefined;
    this.begin();
    const until = this.#until as unknown as number;
    let now = this.#clock.now();
    this.#stepping = true;
    try {
      for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
        // The first step of a slice always runs: a step longer than the limit must not stop the
        // work for ever.
        if (!first && (now >= until || now + job.cost > until)) return;
        first = false;
        this.#jobs.shift();
        const goesOn = this.#step(job);
        const after = this.#clock.now();
        job.cost = after - now;
        job.spent += job.cost;
        now = after;
        if (!goesOn) continue;
        if (job.alone || job.spent < this.#limit * TURN_SHARE) this.#jobs.unshift(job);
        else {
          job.spent = 0;
          this.#jobs.push(job);
        }
      }
    } finally {
      this.#stepping = false;
    }
  }

  /** Takes a step. Returns whether the job has more to do. */
  #step(job: Job): boolean {
    try {
      if (!job.step()) return true;
      job.resolve();
    } catch (error) {
      job.reject(error);
    }
    return false;
  }
}

/**
 * The platform's clock. Timers are clamped to 4 ms and more in background tabs; messages and
 * immediates are not.
 */
export function systemClock(): Clock {
  return {
    now: () => performance.now(),
    turn: typeof setImmediate === 'function' ? immediate : message,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

/** Only Node has `setImmediate`. */
declare const setImmediate: ((callback: () => void) => void) | undefined;

function immediate(): Promise<void> {
  return new Promise((resolve) => setImmediate?.(resolve));
}

const waiting: (() => void)[] = [];
/** Shared by all databases, since the platform never collects a listening channel. */
let channel: MessageChannel | undefined;

function message(): Promise<void> {
  return new Promise((resolve) => {
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
    }
    waiting.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
