// A question to a database, asked again when the rows change. The answer to the last question wins.

/** The facts of an answer, without the answer. */
export interface QueryFacts {
  /**
   * - `'idle'`: nothing is asked, or the database is not open.
   * - `'loading'`: the present question has no answer yet.
   * - `'ready'`: the answer is there. When rows change, the status stays `'ready'`, and the new
   *   answer replaces the old answer.
   * - `'error'`: the present question failed.
   */
  readonly status: 'idle' | 'loading' | 'ready' | 'error';
  /** Whether the status is `'loading'`. */
  readonly isLoading: boolean;
  /** Whether the shown answer belongs to an earlier question, since the new question is loading. */
  readonly isStale: boolean;
  /** The reason of the status `'error'`: most often an `EdgeVecError`. */
  readonly error: Error | undefined;
  /** Asks the question again now, for example after an error. */
  readonly refresh: () => void;
}

/** The state of a question. A new object for each new state. */
export interface QueryState<T> extends QueryFacts {
  /** The last answer. `undefined` before the first answer, and after an error. */
  readonly data: T | undefined;
}

/** A question. Two questions are the same if they are the same object. */
export interface Question<T> {
  /** Changes of this database ask the question again. */
  readonly db: { subscribe(listener: () => void): () => void };
  readonly run: () => PromiseLike<T>;
  /** Milliseconds to wait for a newer question. Default 0: ask at once. */
  readonly debounce?: number | undefined;
}

export class LiveQuery<T> {
  readonly #listeners = new Set<() => void>();
  readonly #refresh = (): void => this.#askAgain?.();
  readonly #idle: QueryState<T> = {
    status: 'idle',
    isLoading: false,
    isStale: false,
    error: undefined,
    data: undefined,
    refresh: this.#refresh,
  };
  #state: QueryState<T> = this.#idle;
  /** The question that the state belongs to. */
  #question: Question<T> | undefined;
  #askAgain: (() => void) | undefined;

  /** Calls `listener` at each new state. @returns a function that ends the calls */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** The last state. The state may belong to an earlier question: see {@link stateOf}. */
  readonly getState = (): QueryState<T> => this.#state;

  /** The state of a question that {@link follow} asks, or will ask next. */
  stateOf(question: Question<T> | undefined): QueryState<T> {
    if (question === undefined) return this.#idle;
    return question === this.#question ? this.#state : this.#loading();
  }

  /**
   * Asks a question, and asks again at each change of the rows. `undefined` asks nothing. End a
   * question before the next question begins.
   *
   * @returns a function that ends the question. The last answer stays, and is stale during the
   * next question.
   */
  follow(question: Question<T> | undefined): () => void {
    if (question === undefined) {
      this.#set(undefined, this.#idle);
      return () => {};
    }
    const asking = new Asking(question.run, (outcome) => this.#set(question, { ...this.#idle, ...outcome }));
    const { debounce = 0 } = question;
    let timer = debounce > 0 ? setTimeout(() => first(), debounce) : undefined;
    const first = (): void => {
      clearTimeout(timer);
      timer = undefined;
      asking.now();
    };
    if (timer === undefined) first();
    const end = question.db.subscribe(() => {
      if (timer === undefined) asking.soon();
    });
    const askAgain = (): void => {
      if (this.stateOf(question).status === 'error') this.#set(question, this.#loading());
      first();
    };
    this.#askAgain = askAgain;
    return () => {
      clearTimeout(timer);
      asking.stop();
      end();
      if (this.#askAgain === askAgain) this.#askAgain = undefined;
    };
  }

  #loading(): QueryState<T> {
    const { data } = this.#state;
    return { ...this.#idle, status: 'loading', isLoading: true, isStale: data !== undefined, data };
  }

  #set(question: Question<T> | undefined, state: QueryState<T>): void {
    this.#question = question;
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

type Outcome<T> = { readonly status: 'ready'; readonly data: T } | { readonly status: 'error'; readonly error: Error };

/** Asks the same question any number of times. Only the last answer is told. */
class Asking<T> {
  readonly #run: () => PromiseLike<T>;
  readonly #tell: (outcome: Outcome<T>) => void;
  #turn = 0;
  #isRunning = false;
  #isDue = false;

  constructor(run: () => PromiseLike<T>, tell: (outcome: Outcome<T>) => void) {
    this.#run = run;
    this.#tell = tell;
  }

  /** Asks now. An answer still under way is ignored. */
  now(): void {
    const turn = ++this.#turn;
    this.#isRunning = true;
    this.#isDue = false;
    this.#outcome().then((outcome) => {
      if (turn !== this.#turn) return;
      this.#isRunning = false;
      this.#tell(outcome);
      if (this.#isDue) this.now();
    });
  }

  /**
   * Asks now, or after the answer that is under way. Any number of changes meanwhile lead to a
   * single question.
   */
  soon(): void {
    if (this.#isRunning) this.#isDue = true;
    else this.now();
  }

  stop(): void {
    this.#turn++;
    this.#isRunning = true;
  }

  async #outcome(): Promise<Outcome<T>> {
    try {
      return { status: 'ready', data: await this.#run() };
    } catch (reason) {
      const error = reason instanceof Error ? reason : new Error(String(reason), { cause: reason });
      return { status: 'error', error };
    }
  }
}
