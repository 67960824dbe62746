// The caller's iterable of records: its errors get a code, and an abort need not wait for its next
// record.

import { aborted, EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { unlessAborted } from '../../base/on-abort.js';
import { causedBy, isThenable, ofCaller } from '../caller.js';

const FAILED = 'The iterable that provides the records failed';

/** A checked answer of an iterator. */
type Step = IteratorResult<unknown>;

/**
 * How to get the iterator of a value, as `for await` does; undefined if the value is not iterable.
 *
 * @throws `SOURCE_FAILED`
 */
export function iterableOf(input: unknown): Iterating | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  return ofCaller(
    () => {
      // A method that is null counts as missing, as in `for await`.
      const later = (input as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] ?? undefined;
      const method = later ?? (input as Partial<Iterable<unknown>>)[Symbol.iterator] ?? undefined;
      if (method === undefined) return undefined;
      return { isAsync: later !== undefined, begin: () => (method as () => Iterator<unknown>).call(input) };
    },
    'SOURCE_FAILED',
    FAILED,
  );
}

export interface Iterating {
  readonly isAsync: boolean;
  readonly begin: () => Iterator<unknown> | AsyncIterator<unknown>;
}

export class Source {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #isAsync: boolean;
  readonly #signal: AbortSignal | undefined;

  /** @throws `SOURCE_FAILED` */
  constructor({ isAsync, begin }: Iterating, signal: AbortSignal | undefined) {
    this.#isAsync = isAsync;
    this.#iterator = ofCaller(begin, 'SOURCE_FAILED', FAILED);
    this.#signal = signal;
  }

  /**
   * Async only if the source is: a loop over a plain iterator yields when parts are sent, not for
   * every record.
   *
   * @throws `SOURCE_FAILED`, `ABORTED`
   */
  next(): Step | Promise<Step> {
    if (this.#signal?.aborted) throw aborted('write', this.#signal.reason);
    const next = ofCaller(() => this.#iterator.next(), 'SOURCE_FAILED', FAILED);
    return this.#isAsync ? this.#unlessAborted(next as Promise<unknown>) : stepOf(next);
  }

  /** Lets the source clean up. Not awaited: a generator that hangs would hang its caller. */
  close(): void {
    try {
      void Promise.resolve(this.#iterator.return?.()).catch(() => {});
    } catch {
      // The write's own error is the one to report.
    }
  }

  #unlessAborted(next: PromiseLike<unknown>): Promise<Step> {
    const step = Promise.resolve(next)
      .then(stepOf)
      .catch((cause) => {
        throw causedBy(cause, 'SOURCE_FAILED', FAILED);
      });
    return unlessAborted(step, this.#signal, (reason) => aborted('write', reason));
  }
}

/** An answer of the caller's iterator, read once. @throws `SOURCE_FAILED` */
function stepOf(answer: unknown): Step {
  if (typeof answer !== 'object' || answer === null || isThenable(answer)) {
    throw new EdgeVecError('SOURCE_FAILED', FAILED, {
      expected: 'next() to give an object with done and value',
      got: inspect(answer),
    });
  }
  return ofCaller(
    () => {
      const step = answer as IteratorResult<unknown>;
      return step.done ? { done: true, value: undefined } : { done: false, value: step.value };
    },
    'SOURCE_FAILED',
    FAILED,
  );
}
