// A range of values of one kind.

import type { RangeClause } from '../../base/clause.js';

export type Ordered = string | number | bigint;

export interface ValueRange<T extends Ordered> {
  /** Undefined: no lower bound. */
  readonly from: T | undefined;
  /** Whether the range leaves out the lower bound itself. */
  readonly isFromOpen: boolean;
  /** Undefined: no upper bound. */
  readonly to: T | undefined;
  /** Whether the range leaves out the upper bound itself. */
  readonly isToOpen: boolean;
}

/** The range of a clause whose bounds are of kind `T`, or become `T` by `toValue`. */
export function rangeOf<T extends Ordered>(
  { from, to }: RangeClause,
  toValue = (bound: unknown) => bound as T,
): ValueRange<T> {
  return {
    from: from && toValue(from.value),
    isFromOpen: from?.open ?? false,
    to: to && toValue(to.value),
    isToOpen: to?.open ?? false,
  };
}

/** Never true for NaN. */
export function isBelow<T extends Ordered>(value: T, { from, isFromOpen }: ValueRange<T>): boolean {
  return from !== undefined && (isFromOpen ? value <= from : value < from);
}

/** Never true for NaN. */
export function isAbove<T extends Ordered>(value: T, { to, isToOpen }: ValueRange<T>): boolean {
  return to !== undefined && (isToOpen ? value >= to : value > to);
}
