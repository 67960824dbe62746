// The parsed form of a filter. The room `filter` makes a clause in the caller's thread, a request
// carries the clause as a message, and the owner's thread trusts the clause. filter/match.ts gives
// each clause its meaning for a single row. Every faster evaluation must agree. Types only.

import type { FilterValue } from './filter-types.js';

/**
 * The keys from the metadata down to a field: `['author', 'name']` for the field `author.name`. At
 * least one key. Each key is an own key of a plain object.
 */
export type Path = readonly string[];

/** One end of a range. A value matches only if the value is of the same kind as the bound. */
export interface Bound {
  /** Never NaN, and never an invalid Date. */
  readonly value: string | number | bigint | Date;
  /** Whether the range leaves out the bound itself, as `$gt` and `$lt` do. */
  readonly open: boolean;
}

/** Every row, if the list is empty. Stands for `$and`, several fields, and several operators. */
export interface AllClause {
  readonly op: 'all';
  readonly of: readonly Clause[];
}

/** Stands for `$or`. The parser refuses an empty list. */
export interface AnyClause {
  readonly op: 'any';
  readonly of: readonly Clause[];
}

/**
 * Exactly the rows that `of` does not match. Stands for `$not`, `$ne`, `$nin` and `$exists: false`.
 */
export interface NotClause {
  readonly op: 'not';
  readonly of: Clause;
}

/**
 * Equals one of the values. Stands for a bare value, `$eq` and `$in`. No row, if the list is empty.
 */
export interface InClause {
  readonly op: 'in';
  readonly path: Path;
  readonly values: readonly FilterValue[];
}

/**
 * Lies between the bounds. At least one bound is there, and both are of the same kind. Stands for
 * `$gt`, `$gte`, `$lt` and `$lte`. A pair on the same field may be one clause or two clauses.
 */
export interface RangeClause {
  readonly op: 'range';
  readonly path: Path;
  readonly from?: Bound;
  readonly to?: Bound;
}

/** The field is there. `null` is a value like others. */
export interface ExistsClause {
  readonly op: 'exists';
  readonly path: Path;
}

/**
 * Is an array or a Set with an element that equals one of the values. With `every`: with an element
 * for each of the values. Stands for `$contains`, `$containsAny` and `$containsAll` (`every`).
 * Without values, no row matches, or every array and Set if `every` is true.
 */
export interface ContainsClause {
  readonly op: 'contains';
  readonly path: Path;
  readonly values: readonly FilterValue[];
  readonly every: boolean;
}

/** Is a string that begins with the prefix. Stands for `$startsWith`. */
export interface StartsWithClause {
  readonly op: 'startsWith';
  readonly path: Path;
  readonly prefix: string;
}

/** A condition on the metadata of a row. Survives structured clone. */
export type Clause =
  | AllClause
  | AnyClause
  | NotClause
  | InClause
  | RangeClause
  | ExistsClause
  | ContainsClause
  | StartsWithClause;
