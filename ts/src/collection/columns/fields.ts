// The fields that a clause reads.

import type { Clause, Path } from '../../base/clause.js';
import type { FieldClause } from '../../filter/match.js';

/** All parts of a clause that read a single field. */
export function fieldClausesOf(clause: Clause): FieldClause[] {
  if (clause.op === 'not') return fieldClausesOf(clause.of);
  return clause.op === 'all' || clause.op === 'any' ? clause.of.flatMap(fieldClausesOf) : [clause];
}

/** The fields that a clause reads. A field may be listed twice. */
export function pathsOf(clause: Clause): Path[] {
  return fieldClausesOf(clause).map(({ path }) => path);
}
