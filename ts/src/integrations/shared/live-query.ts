// A question to a database, as a live query of the database. The answer to the last question wins.

import type { Live, LiveOptions } from '../../index.js';

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
  readonly db: {
    live<A>(query: () => PromiseLike<A>, onResult: (answer: A) => void, options: LiveOptions): Live;
  };
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
    const { db, run, debounce = 0 } = question;
    let live: Live | undefined;
    const show = (state: Partial<QueryState<T>>): void => this.#set(question, { ...this.#idle, ...state });
    const begin = (): void => {
      clearTimeout(timer);
      live?.close();
      live = db.live(run, (data) => show({ status: 'ready', data }), {
        onError: (error) => show({ status: 'error', error }),
      });
    };
    const timer = debounce > 0 ? setTimeout(begin, debounce) : undefined;
    if (timer === undefined) begin();
    const askAgain = (): void => {
      if (this.stateOf(question).status === 'error') this.#set(question, this.#loading());
      begin();
    };
    this.#askAgain = askAgain;
    return () => {
      clearTimeout(timer);
      live?.close();
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
