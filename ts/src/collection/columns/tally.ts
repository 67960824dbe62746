// Values with counts, for facets.

import type { FilterValue } from '../../base/filter-types.js';
import type { FacetCount } from '../../base/queries.js';

/** Facets collected before the facets with the lowest counts are dropped. */
const SPARE = 4_096;

/** Kinds in the order of values with equal counts. */
const KINDS = ['null', 'boolean', 'number', 'bigint', 'date', 'string'];

/**
 * The values with the highest counts, the highest first. Of values with equal counts, `null` comes
 * first, then booleans, numbers, bigints, dates, strings. Values of one kind ascend, strings by
 * code unit, and NaN and invalid dates come last.
 */
export class Tally {
  readonly #limit: number;
  #top: FacetCount[] = [];
  /** A facet that comes after this facet is not among the highest. */
  #last: FacetCount | undefined;

  /** @param limit the most values, at least 1 */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value was not added before, and the count is above 0. */
  add(value: FilterValue, count: number): void {
    const facet = { value, count };
    if (this.#last !== undefined && compare(facet, this.#last) > 0) return;
    this.#top.push(facet);
    // Sorted seldom, so that a value costs little even if there are many values.
    if (this.#top.length >= 2 * this.#limit + SPARE) {
      this.#top = this.#sorted();
      this.#last = this.#top.at(-1);
    }
  }

  facets(): FacetCount[] {
    return this.#sorted();
  }

  #sorted(): FacetCount[] {
    return this.#top.sort(compare).slice(0, this.#limit);
  }
}

function compare(a: FacetCount, b: FacetCount): number {
  return b.count - a.count || compareValues(a.value, b.value);
}

function compareValues(a: FilterValue, b: FilterValue): number {
  const byKind = KINDS.indexOf(kindOf(a)) - KINDS.indexOf(kindOf(b));
  if (byKind !== 0) return byKind;
  const [x, y] = [comparable(a), comparable(b)];
  if (x < y) return -1;
  if (x > y) return 1;
  // Only NaN is neither less, nor greater, nor equal.
  return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
}

const kindOf = (value: FilterValue): string =>
  value === null ? 'null' : value instanceof Date ? 'date' : (typeof value as string);

const comparable = (value: FilterValue): string | number | bigint =>
  value instanceof Date ? value.getTime() : typeof value === 'boolean' ? Number(value) : (value ?? 0);
