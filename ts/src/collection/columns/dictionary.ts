// Distinct values, and a small integer for each: the code. A code without rows is used again for
// another value.

import type { FilterValue } from '../../base/filter-types.js';

/** Stands for a value that no row has. */
export const NO_CODE = 0;
/** For each value: an entry of a map, and elements of two lists. */
const VALUE_BYTES = 72;

export class Dictionary {
  /**
   * A Map finds NaN by NaN, -0 by 0, and a bigint by an equal bigint, as clauses compare. There are
   * many maps, since a single map of very many values blocks the thread whenever the map grows.
   */
  readonly #codes: (Map<Exclude<FilterValue, Date>, number> | undefined)[] = [];
  readonly #codesOfTimes = new Map<number, number>();
  // By code.
  readonly #values: (FilterValue | undefined)[] = [undefined];
  readonly #rows: number[] = [0];
  readonly #free: number[] = [];
  #textLength = 0;

  /** One above the highest code. */
  get limit(): number {
    return this.#values.length;
  }

  /** `NO_CODE` if no row has the value. */
  codeOf(value: FilterValue): number {
    const code =
      value instanceof Date ? this.#codesOfTimes.get(value.getTime()) : this.#codes[mapOf(value)]?.get(value);
    return code ?? NO_CODE;
  }

  /** The value of a code. Undefined if the code is free. */
  valueOf(code: number): FilterValue | undefined {
    return this.#values[code];
  }

  /** How many rows have the value of the code. */
  rows(code: number): number {
    return this.#rows[code] as number;
  }

  /** Counts a row with the value. @returns the code */
  add(value: FilterValue): number {
    const known = this.codeOf(value);
    if (known !== NO_CODE) {
      this.#rows[known] = this.rows(known) + 1;
      return known;
    }
    const code = this.#free.pop() ?? this.#values.length;
    this.#rows[code] = 1;
    if (value instanceof Date) {
      this.#codesOfTimes.set(value.getTime(), code);
      this.#values[code] = new Date(value);
    } else {
      this.#mapFor(value).set(value, code);
      this.#values[code] = value === 0 ? 0 : value;
      if (typeof value === 'string') this.#textLength += value.length;
    }
    return code;
  }

  /** A row does not have the value any more. */
  release(code: number): void {
    const rows = this.rows(code) - 1;
    this.#rows[code] = rows;
    if (rows > 0) return;
    const value = this.#values[code] as FilterValue;
    if (value instanceof Date) this.#codesOfTimes.delete(value.getTime());
    else this.#mapFor(value).delete(value);
    if (typeof value === 'string') this.#textLength -= value.length;
    this.#values[code] = undefined;
    this.#free.push(code);
  }

  #mapFor(value: Exclude<FilterValue, Date>): Map<Exclude<FilterValue, Date>, number> {
    const place = mapOf(value);
    const map = this.#codes[place] ?? new Map();
    this.#codes[place] = map;
    return map;
  }

  bytes(): number {
    return VALUE_BYTES * this.#values.length + 2 * this.#textLength;
  }
}

/** A power of two. */
const MAPS = 64;

/**
 * The place of the map for a value. The last characters of a text tell most texts apart, as the
 * last digits of numbers do.
 */
function mapOf(value: Exclude<FilterValue, Date>): number {
  if (typeof value === 'number') return Number.isInteger(value) ? Math.abs(value) % MAPS : 0;
  if (typeof value !== 'string') return 0;
  const { length } = value;
  if (length === 0) return 0;
  const last = value.charCodeAt(length - 1);
  return (last ^ (value.charCodeAt(length >> 1) << 2) ^ (value.charCodeAt(Math.max(0, length - 2)) << 3)) & (MAPS - 1);
}
