// Reads a filter of the caller, and makes a clause. The parser trusts nothing: the filter may be
// JSON from outside, and an unknown operator or an operand left out must never widen a deletion.

import type { Bound, Clause, InClause, Path, RangeClause } from '../base/clause.js';
import type { FilterValue } from '../base/filter-types.js';
import { inspect } from '../base/inspect.js';
import { asScalar, booleanOf, boundOf, scalarOf, scalarsOf, textOf, wrong } from './operands.js';
import { parsePath } from './path.js';
import { Reader } from './read.js';
import { nearest } from './suggest.js';

/**
 * The clause of a filter.
 *
 * @throws `INVALID_FILTER`
 */
export function parseFilter(filter: unknown): Clause {
  const reader = new Reader();
  return reader.run(() => filterOf(reader, filter));
}

/** Joins filters. The key is the operator. */
const LOGIC: Readonly<Record<string, (reader: Reader, value: unknown) => Clause>> = {
  $and: (reader, value) => all(filtersOf(reader, value, '$and')),
  $or: (reader, value) => {
    const of = filtersOf(reader, value, '$or');
    return of.length === 1 ? (of[0] as Clause) : { op: 'any', of };
  },
  $not: (reader, value) => not(filterOf(reader, value)),
};

type FieldOperator = (reader: Reader, path: Path, value: unknown) => Clause;

/** Conditions on a field. The key is the operator. */
const OPERATORS: Readonly<Record<string, FieldOperator>> = {
  $eq: (reader, path, value) => equals(path, [scalarOf(reader, value)]),
  $ne: (reader, path, value) => not(equals(path, [scalarOf(reader, value)])),
  $gt: (reader, path, value) => ({ op: 'range', path, from: bound(reader, value, true) }),
  $gte: (reader, path, value) => ({ op: 'range', path, from: bound(reader, value, false) }),
  $lt: (reader, path, value) => ({ op: 'range', path, to: bound(reader, value, true) }),
  $lte: (reader, path, value) => ({ op: 'range', path, to: bound(reader, value, false) }),
  $in: (reader, path, value) => equals(path, scalarsOf(reader, value)),
  $nin: (reader, path, value) => not(equals(path, scalarsOf(reader, value))),
  $exists: (reader, path, value) => {
    const exists: Clause = { op: 'exists', path };
    return booleanOf(reader, value) ? exists : not(exists);
  },
  $contains: (reader, path, value) => ({
    op: 'contains',
    path,
    values: [scalarOf(reader, value)],
    every: false,
  }),
  $containsAny: (reader, path, value) => ({ op: 'contains', path, values: scalarsOf(reader, value), every: false }),
  $containsAll: (reader, path, value) => ({ op: 'contains', path, values: scalarsOf(reader, value), every: true }),
  $startsWith: (reader, path, value) => ({ op: 'startsWith', path, prefix: textOf(reader, value) }),
};

const LOGIC_NAMES = Object.keys(LOGIC);
const OPERATOR_NAMES = Object.keys(OPERATORS);

/** An object of conditions on fields, and of `$and`, `$or` and `$not`. */
function filterOf(reader: Reader, value: unknown): Clause {
  return reader.nested(() => {
    const keys = reader.keysOf(value);
    if (keys === undefined) throw notFilter(reader, value);
    const fields = value as Record<string, unknown>;
    return all(
      keys.flatMap((key) =>
        reader.at(key, () => {
          if (!key.startsWith('$')) return fieldOf(reader, key, fields[key]);
          const logic = ownOf(LOGIC, key);
          if (logic === undefined) throw unknownLogic(reader, key);
          return logic(reader, fields[key]);
        }),
      ),
    );
  });
}

/** A filter left out must not stand for every row: a deletion would delete all rows. */
function notFilter(reader: Reader, value: unknown): Error {
  const expected = 'a plain object of conditions';
  if (value !== undefined) return wrong(reader, expected, value);
  const remedy = 'If you mean every row, pass the empty filter: {}.';
  return reader.fail('The filter is missing', { expected, got: 'undefined', remedy });
}

function filtersOf(reader: Reader, value: unknown, name: string): Clause[] {
  const items = reader.itemsOf(value);
  if (items === undefined) throw wrong(reader, 'an array of filters', value);
  if (items.length === 0) {
    throw reader.fail(`The filter has an empty ${name}`, {
      expected: 'at least one filter',
      got: 'an empty array',
      remedy: `Leave ${name} out if there is no condition.`,
    });
  }
  return items.map((item, i) => reader.at(i, () => filterOf(reader, item)));
}

/** The conditions on a field. */
function fieldOf(reader: Reader, name: string, value: unknown): Clause[] {
  const path = parsePath(name);
  if ('expected' in path) throw reader.fail('The filter has a wrong name of a field', { got: inspect(name), ...path });
  const scalar = asScalar(value);
  if (scalar !== undefined) return [equals(path, [scalar])];
  const keys = reader.keysOf(value);
  if (keys === undefined) throw wrong(reader, 'a value or an object of operators', value);
  if (keys.length === 0) {
    throw reader.fail('The filter has a field without a condition', {
      expected: 'a value or an object of operators',
      got: 'an empty object',
      remedy: 'Leave the field out, or use $exists: true to find rows with the field.',
    });
  }
  const operands = value as Record<string, unknown>;
  const clauses: Clause[] = [];
  for (const key of keys) {
    reader.at(key, () => {
      const operator = ownOf(OPERATORS, key);
      if (operator === undefined) throw unknownOperator(reader, name, key);
      addTo(clauses, operator(reader, path, operands[key]));
    });
  }
  return clauses;
}

/** Adds a condition on the same field. Two ends of a range become a single clause. */
function addTo(clauses: Clause[], added: Clause): void {
  if (added.op === 'range') {
    const at = clauses.findIndex((clause) => clause.op === 'range' && areEnds(clause, added));
    if (at >= 0) {
      clauses[at] = { ...(clauses[at] as RangeClause), ...added };
      return;
    }
  }
  clauses.push(added);
}

/** Whether two ranges are the two ends of one range. */
function areEnds(a: RangeClause, b: RangeClause): boolean {
  if ((a.from === undefined) === (b.from === undefined) || (a.to === undefined) === (b.to === undefined)) return false;
  return kindOf(a.from ?? a.to) === kindOf(b.from ?? b.to);
}

// Of the kinds of bounds, only a Date is an object.
const kindOf = (end: Bound | undefined): string => typeof end?.value;

function all(of: readonly Clause[]): Clause {
  return of.length === 1 ? (of[0] as Clause) : { op: 'all', of };
}

const not = (of: Clause): Clause => ({ op: 'not', of });
const equals = (path: Path, values: readonly FilterValue[]): InClause => ({ op: 'in', path, values });
const bound = (reader: Reader, value: unknown, open: boolean): Bound => ({ value: boundOf(reader, value), open });

/** A key such as `constructor` must not find a property of the prototype. */
function ownOf<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function unknownLogic(reader: Reader, key: string): Error {
  const name = inspect(key).slice(1, -1);
  const isOperator = Object.hasOwn(OPERATORS, key);
  const near = nearest(key, LOGIC_NAMES);
  return reader.fail('The filter has an unknown operator', {
    expected: `the name of a field, ${LOGIC_NAMES.slice(0, -1).join(', ')} or ${LOGIC_NAMES.at(-1)}`,
    got: inspect(key),
    remedy: isOperator
      ? `Put ${name} into an object behind the name of a field: { year: { ${name}: … } }.`
      : near !== undefined
        ? `Did you mean ${near}?`
        : String.raw`If the name of a field begins with a dollar, write \$ (in a JavaScript string '\\$').`,
  });
}

function unknownOperator(reader: Reader, field: string, key: string): Error {
  const near = nearest(key, OPERATOR_NAMES);
  const shown = inspect(`${field}.${key}`);
  const remedy =
    ownOf(LOGIC, key) !== undefined
      ? `Put ${key} around the field: { ${key}: ${key === '$not' ? '{ … }' : '[{ … }]'} }.`
      : near !== undefined
        ? `Did you mean ${near}?`
        : key.startsWith('$')
          ? undefined
          : `Name a field of a nested object by its path: { ${shown}: … }.`;
  return reader.fail('The filter has an unknown operator', {
    expected: OPERATOR_NAMES.join(', '),
    got: inspect(key),
    ...(remedy === undefined ? {} : { remedy }),
  });
}
