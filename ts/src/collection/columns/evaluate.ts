// Evaluates clauses over columns. filter/match.ts is the meaning of a clause, and each answer
// agrees with it on every row.

import type { ReadonlyBits } from '../../base/bits.js';
import type { Clause, Path } from '../../base/clause.js';
import type { BitsCache } from './cache.js';
import type { Column } from './column.js';
import { keyOf } from './key.js';
import { allOf, anyOf, notOf, type RowSelection, rowsOf } from './selection.js';

/** What an evaluation reads. */
export interface Source {
  /** The slots of all rows. */
  readonly rows: ReadonlyBits;
  /** When a row last came or went. */
  readonly rowsChanged: number;
  /** The present time, by the counter of the columns. */
  readonly time: number;
  column(path: Path): Column;
  readonly cache: BitsCache;
}

/** The slots of the rows that match. Nobody changes the set. */
export function evaluate(clause: Clause, source: Source): ReadonlyBits {
  const key = keyOf(clause);
  const cached = key === undefined ? undefined : source.cache.get(key, lastChange(clause, source));
  if (cached !== undefined) return cached;
  const bits = selectionOf(clause, source).bits();
  if (key !== undefined) source.cache.set(key, bits, source.time);
  return bits;
}

function selectionOf(clause: Clause, source: Source): RowSelection {
  switch (clause.op) {
    case 'all': {
      const { rows } = source;
      return allOf(
        clause.of.map((part) => selectionOf(part, source)),
        rows,
      );
    }
    case 'any':
      return anyOf(clause.of.map((part) => selectionOf(part, source)));
    case 'not':
      return notOf(selectionOf(clause.of, source), source.rows);
    default: {
      const key = keyOf(clause);
      const column = source.column(clause.path);
      const cached = key === undefined ? undefined : source.cache.get(key, column.changed);
      if (cached !== undefined) return rowsOf(cached);
      const selection = column.select(clause);
      if (key === undefined) return selection;
      return {
        ...selection,
        bits() {
          const bits = selection.bits();
          source.cache.set(key, bits, source.time);
          return bits;
        },
      };
    }
  }
}

/** When the answer of a clause may last have changed. */
function lastChange(clause: Clause, source: Source): number {
  switch (clause.op) {
    case 'all': {
      const own = clause.of.length === 0 ? source.rowsChanged : 0;
      return clause.of.reduce((latest, part) => Math.max(latest, lastChange(part, source)), own);
    }
    case 'any':
      return clause.of.reduce((latest, part) => Math.max(latest, lastChange(part, source)), 0);
    case 'not':
      return Math.max(source.rowsChanged, lastChange(clause.of, source));
    default:
      return source.column(clause.path).changed;
  }
}
