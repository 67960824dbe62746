// Live queries: queries that run again when rows change. Types only.

/** Options of `live`. */
export interface LiveOptions {
  /**
   * Receives the error of a run that fails. The query goes on, and runs again at the next change.
   * Only an error after which no run can succeed ends the query: see `live`. The same error of
   * several runs in a row is told once. Default: the error goes to `reportError`, or to
   * `console.error` if there is no `reportError`.
   */
  readonly onError?: (error: Error) => unknown;
  /** Ends the live query, as `close` does. */
  readonly signal?: AbortSignal;
}

/** A live query that was begun by `live`. */
export interface Live {
  /**
   * Ends the live query. Nothing is told after this call, also not the result of a run that is
   * under way. A second `close` does nothing.
   */
  close(): void;
}
