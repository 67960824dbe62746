// Values with counts, for facets.

import type { Scalar } from '../../filter/clause.js';

/** A value of a field, and the number of rows with the value. */
export interface Facet {
  readonly value: Scalar;
  readonly count: number;
}

/** Values added between two looks at the clock. */
const STEP = 4_096;

/** Kinds in the order of values with equal counts. */
const KINDS = ['null', 'boolean', 'number', 'bigint', 'date', 'string'];

export class Tally {
  // Two kinds of keys: a Map finds a date only by the same object.
  readonly #values = new Map<Scalar, number>();
  readonly #times = new Map<number, number>();

  add(value: Scalar, count: number): void {
    if (count === 0) return;
    if (value instanceof Date) this.#times.set(value.getTime(), (this.#times.get(value.getTime()) ?? 0) + count);
    else this.#values.set(value, (this.#values.get(value) ?? 0) + count);
  }

  /** Adds many values. Yields now and then. */
  *addAll<T>(
    counts: Iterable<readonly [T, number]>,
    toScalar = (value: T): Scalar => value as Scalar,
  ): Generator<undefined, void> {
    let added = 0;
    for (const [value, count] of counts) {
      this.add(toScalar(value), count);
      if (++added % STEP === 0) yield;
    }
  }

  /**
   * The values with the highest counts, the highest first. Of values with equal counts, `null`
   * comes first, then booleans, numbers, bigints, dates, strings. Values of one kind ascend,
   * strings by code unit, and NaN and invalid dates come last. Yields now and then.
   *
   * @param limit at least 1
   */
  *top(limit: number): Generator<undefined, Facet[]> {
    const top: Facet[] = [];
    let seen = 0;
    for (const facet of this.#facets()) {
      top.push(facet);
      // Sorted seldom, so that a value costs little even if there are many values.
      if (top.length >= 2 * limit + STEP) top.sort(compare).length = limit;
      if (++seen % STEP === 0) yield;
    }
    return top.sort(compare).slice(0, limit);
  }

  *#facets(): Generator<Facet> {
    for (const [value, count] of this.#values) yield { value, count };
    for (const [time, count] of this.#times) yield { value: new Date(time), count };
  }
}

function compare(a: Facet, b: Facet): number {
  return b.count - a.count || compareValues(a.value, b.value);
}

function compareValues(a: Scalar, b: Scalar): number {
  const byKind = KINDS.indexOf(kindOf(a)) - KINDS.indexOf(kindOf(b));
  if (byKind !== 0) return byKind;
  const [x, y] = [comparable(a), comparable(b)];
  if (x < y) return -1;
  if (x > y) return 1;
  // Only NaN is neither less, nor greater, nor equal.
  return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
}

const kindOf = (value: Scalar): string =>
  value === null ? 'null' : value instanceof Date ? 'date' : (typeof value as string);

const comparable = (value: Scalar): string | number | bigint =>
  value instanceof Date ? value.getTime() : typeof value === 'boolean' ? Number(value) : (value ?? 0);
