// A text for each clause: equal clauses have equal texts. The order of operands does not matter.

import type { Clause, Path } from '../../base/clause.js';
import type { FilterValue } from '../../base/filter-types.js';

/** A clause with more operands has no key: the key would cost as much as the evaluation. */
const MOST_OPERANDS = 256;

/** Undefined if the clause is too large for a key. */
export function keyOf(clause: Clause): string | undefined {
  switch (clause.op) {
    case 'all':
    case 'any': {
      const keys = clause.of.map(keyOf);
      return keys.length > MOST_OPERANDS || keys.includes(undefined) ? undefined : `${clause.op}(${sorted(keys)})`;
    }
    case 'not': {
      const key = keyOf(clause.of);
      return key && `not(${key})`;
    }
    case 'in':
      return withValues('in', clause.path, clause.values);
    case 'contains':
      return withValues(clause.every ? 'every' : 'contains', clause.path, clause.values);
    case 'exists':
      return `exists(${pathKey(clause.path)})`;
    case 'startsWith':
      return `startsWith(${pathKey(clause.path)},${JSON.stringify(clause.prefix)})`;
    case 'range': {
      const [from, to] = [clause.from, clause.to].map(
        (bound) => bound && `${bound.open ? 'open ' : ''}${scalarKey(bound.value)}`,
      );
      return `range(${pathKey(clause.path)},${from},${to})`;
    }
  }
}

/** A text for each path. */
export function pathKey(path: Path): string {
  return JSON.stringify(path);
}

function withValues(op: string, path: Path, values: readonly FilterValue[]): string | undefined {
  if (values.length > MOST_OPERANDS) return undefined;
  return `${op}(${pathKey(path)},${sorted(values.map(scalarKey))})`;
}

const sorted = (keys: readonly (string | undefined)[]): string => [...new Set(keys)].sort().join();

/** Quotes show where a string ends, and letters show the other kinds. 0 and -0 are one value. */
function scalarKey(value: FilterValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Date) return `d${value.getTime()}`;
  return typeof value === 'bigint' ? `n${value}` : String(value);
}
