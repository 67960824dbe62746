// A line of a file, and the numbers that JavaScript cannot keep.

import { EdgeVecError, type EdgeVecErrorCode } from '../../base/errors.js';
import { shorten } from '../../base/inspect.js';

/** A text with only digits and a sign is an integer. Other texts have a fraction or an exponent. */
const NUMBER = /[-+.\deE]{16,}/g;
const INTEGER = /^-?\d+$/;

export class Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  #changed: ReadonlyMap<number, string> | undefined;

  constructor(number: number, text: string) {
    this.number = number;
    this.text = text;
  }

  /**
   * The number of the line, unchanged. `JSON.parse` silently rounds integers above 2^53, such as
   * ids of 64 bits, so two ids would become a single id.
   *
   * @throws an error with the code, if the line has another number
   */
  exact(value: number, code: EdgeVecErrorCode): number {
    if (Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))) return value;
    this.#changed ??= changedIn(this.text);
    const written = Number.isFinite(value) ? this.#changed.get(value) : 'a number above 1.8e308';
    if (written === undefined) return value;
    throw new EdgeVecError(code, `Line ${this.number} has a number that would change`, {
      expected: 'numbers that a 64-bit float holds: integers are exact up to 2^53',
      got: shorten(written),
      remedy: 'Write the number as text: "…". In metadata, { "$bigint": "…" } keeps all digits.',
    });
  }
}

/** The integers in a text that become other numbers, by the other number. */
function changedIn(text: string): Map<number, string> {
  const changed = new Map<number, string>();
  for (const [written] of text.matchAll(NUMBER)) {
    if (!INTEGER.test(written)) continue;
    const value = Number(written);
    // JavaScript itself writes large numbers with zeros in place of the last digits.
    const isSame = !Number.isFinite(value) || written === String(value) || BigInt(written) === BigInt(value);
    if (!isSame) changed.set(value, written);
  }
  return changed;
}
