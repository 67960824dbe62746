// Reads the values of a filter as the caller gave the values. A filter may come from outside or
// hold proxies, so each property is read once, and only own properties are read. The reader keeps
// the path to the current value, and limits the depth and the size of the filter.

import { EdgeVecError, type EdgeVecErrorDetails } from '../base/errors.js';
import { inspect, shorten } from '../base/inspect.js';
import { isPlain, tagOf } from '../base/objects.js';
import { type Step, textOfPath } from '../format/value/path.js';

/** The highest number of filters inside each other. The outermost filter is the first level. */
export const MAX_DEPTH = 16;

/** The highest number of conditions and operands of a filter together. */
export const MAX_PARTS = 10_000;

export class Reader {
  readonly #path: Step[] = ['filter'];
  #depth = 0;
  #parts = 0;
  /** The error of this reader. Code of the caller may throw errors of the same class. */
  #refusal: unknown;

  /**
   * Runs the parser.
   *
   * @throws `INVALID_FILTER`
   */
  run<T>(parse: () => T): T {
    try {
      return parse();
    } catch (cause) {
      if (cause === this.#refusal && cause !== undefined) throw cause;
      throw this.fail('The filter cannot be read', {
        expected: 'plain objects, arrays and values to compare with',
        got: `a part that fails when it is read: ${messageOf(cause)}`,
        remedy: 'Pass objects without getters and proxies.',
        cause,
      });
    }
  }

  /** Reads the part below the current part. The path of an error in `read` names the step. */
  at<T>(step: Step, read: () => T): T {
    this.#path.push(typeof step === 'string' ? shorten(step) : step);
    const result = read();
    this.#path.pop();
    return result;
  }

  /** Reads a filter within a filter. */
  nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      throw this.fail('The filter is nested too deeply', {
        expected: `at most ${MAX_DEPTH} levels of $and, $or and $not`,
        got: `${this.#depth} levels`,
        remedy: 'Join nested lists of the same operator into a single list.',
      });
    }
    const result = read();
    this.#depth--;
    return result;
  }

  /** Counts conditions and operands. */
  count(parts: number): void {
    this.#parts += parts;
    if (this.#parts <= MAX_PARTS) return;
    throw this.fail('The filter is too large', {
      expected: `at most ${MAX_PARTS} conditions and operands in all`,
      got: `at least ${this.#parts}`,
      remedy: 'Ask with several filters, or store a field that says the same in a single value.',
    });
  }

  /** The own enumerable keys of a plain object. Undefined for all other values. */
  keysOf(value: unknown): string[] | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (tagOf(value) !== 'Object' || !isPlain(value)) return undefined;
    const keys = Object.keys(value);
    const symbol = Object.getOwnPropertySymbols(value).find((key) =>
      Object.prototype.propertyIsEnumerable.call(value, key),
    );
    if (symbol !== undefined) {
      throw this.fail('The filter has a key that is a symbol', {
        expected: 'keys that are strings',
        got: inspect(symbol),
      });
    }
    this.count(keys.length);
    return keys;
  }

  /** The items of an array, each item read once. Undefined for all other values. */
  itemsOf(value: unknown): unknown[] | undefined {
    if (!Array.isArray(value)) return undefined;
    const { length } = value;
    // A proxy may say anything.
    if (!Number.isSafeInteger(length) || length < 0) {
      const got = `an array of the length ${inspect(length)}`;
      throw this.fail('The filter has a list without a length', { expected: 'an array', got });
    }
    this.count(length);
    // A hole must not read from the prototype.
    return Array.from({ length }, (_, i) => this.at(i, () => (Object.hasOwn(value, i) ? value[i] : undefined)));
  }

  /** The error for the current part. */
  fail(problem: string, details: EdgeVecErrorDetails): EdgeVecError {
    const error = new EdgeVecError('INVALID_FILTER', `${problem}, at ${textOfPath(this.#path)}`, details);
    this.#refusal = error;
    return error;
  }
}

/** The message of a thrown value. A proxy may throw again. */
function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : inspect(thrown);
  } catch {
    return 'something that cannot be looked at';
  }
}
