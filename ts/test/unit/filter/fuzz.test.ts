// Any value as a filter: the parser gives a clause or INVALID_FILTER, and nothing else happens.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Clause } from '../../../src/base/clause.js';
import { EdgeVecError } from '../../../src/base/errors.js';
import { Columns } from '../../../src/collection/columns/columns.js';
import { fieldClausesOf } from '../../../src/collection/columns/fields.js';
import { matches } from '../../../src/filter/match.js';
import { parseFilter } from '../../../src/filter/parse.js';
import { MAX_PARTS } from '../../../src/filter/read.js';
import { fieldNames, filteredMetadata, filters } from '../../support/filters.js';
import { built, changed, descriptionOf, HOSTILE_KEYS, hostileChanges, hostileValues } from '../../support/hostile.js';
import { cases } from '../../support/property.js';

const OPERATORS = [
  ...['$and', '$or', '$not', '$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'],
  ...['$contains', '$containsAny', '$containsAll', '$startsWith', '$what', '$', '\\', 'a\\', 'x'.repeat(50_000)],
];
const keys = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...OPERATORS) },
  { weight: 3, arbitrary: fieldNames() },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_KEYS) },
);
/** A filter of this package with some parts changed. */
const changedFilters = fc
  .tuple(filters(), hostileChanges(keys))
  .map(([filter, changes]) => changes.reduce(changed, descriptionOf(filter)));

const PROTOTYPES = [Object, Array, Date, String, Number, Function].map(({ prototype }) => prototype as object);
type Field = readonly [prototype: object, key: PropertyKey, value: unknown, get: unknown, set: unknown];

const fieldsOfPrototypes = (): Field[] =>
  PROTOTYPES.flatMap((prototype) =>
    Reflect.ownKeys(prototype).map((key): Field => {
      const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor;
      return [prototype, key, value, get, set];
    }),
  );

/** The keys of prototypes that were added or changed. */
function changesSince(before: readonly Field[]): PropertyKey[] {
  const now = fieldsOfPrototypes();
  expect(now.length).toBe(before.length);
  return now.filter((field, i) => field.some((part, j) => part !== before[i]?.[j])).map(([, key]) => key);
}

/** The clause of a value, or undefined if the parser refuses the value. */
function parsed(value: unknown): Clause | undefined {
  let clause: Clause;
  try {
    clause = parseFilter(value);
  } catch (error) {
    expectRefusal(error);
    return undefined;
  }
  expectClause(clause);
  return clause;
}

/** Checks that an error says where, what was expected, and what came. */
function expectRefusal(error: unknown): void {
  expect(error).toBeInstanceOf(EdgeVecError);
  const { code, problem, expected, got, message } = error as EdgeVecError;
  expect(code).toBe('INVALID_FILTER');
  expect(problem).toMatch(/, at filter/);
  expect(expected, problem).toMatch(/./);
  expect(got, problem).toMatch(/./);
  expect(message.length).toBeLessThan(1_000);
}

/** The thread that owns the rows trusts a clause. */
function expectClause(clause: Clause): void {
  switch (clause.op) {
    case 'all':
    case 'any':
      clause.of.forEach(expectClause);
      expect(clause.op === 'any' && clause.of.length === 0).toBe(false);
      return;
    case 'not':
      expectClause(clause.of);
      return;
  }
  expect(clause.path.length).toBeGreaterThan(0);
  expect(clause.path.every((key) => typeof key === 'string' && key !== '__proto__')).toBe(true);
  if (clause.op === 'in' || clause.op === 'contains') expect(clause.values.every(isScalar)).toBe(true);
  else if (clause.op === 'startsWith') expect(typeof clause.prefix).toBe('string');
  else if (clause.op === 'range') {
    const bounds = [clause.from, clause.to].flatMap((bound) => bound ?? []);
    expect(bounds.length).toBeGreaterThan(0);
    expect(bounds.every(({ value, open }) => typeof open === 'boolean' && isOrdered(value))).toBe(true);
    expect(new Set(bounds.map(({ value }) => typeof value)).size).toBe(1);
  } else expect(clause.op).toBe('exists');
}

const isDate = (value: unknown): value is Date =>
  value instanceof Date && Object.getPrototypeOf(value) === Date.prototype;

const isScalar = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value) || isDate(value);

const isOrdered = (value: unknown): boolean =>
  ['string', 'bigint'].includes(typeof value) ||
  (typeof value === 'number' && !Number.isNaN(value)) ||
  (isDate(value) && !Number.isNaN(value.getTime()));

describe('the parser gives a clause or INVALID_FILTER', () => {
  test('for any JavaScript value', () => {
    let refused = 0;
    const before = fieldsOfPrototypes();
    fc.assert(
      fc.property(hostileValues(keys), (description) => {
        if (parsed(built(description)) === undefined) refused++;
      }),
      cases(3_000),
    );
    expect(changesSince(before)).toEqual([]);
    expect(refused).toBeGreaterThan(1_500);
  });

  test('for a filter with hostile parts', () => {
    let accepted = 0;
    const before = fieldsOfPrototypes();
    fc.assert(
      fc.property(changedFilters, (description) => {
        if (parsed(built(description)) !== undefined) accepted++;
      }),
      cases(3_000),
    );
    expect(changesSince(before)).toEqual([]);
    expect(accepted).toBeGreaterThan(500);
    expect(accepted).toBeLessThan(2_500);
  });

  test('for a filter that never ends, after a limited number of readings', () => {
    let reads = 0;
    const watched = (part: (key: string | symbol) => unknown, ownKeys: string[]): object =>
      new Proxy(
        {},
        {
          ownKeys: () => ownKeys,
          get: (_, key) => {
            reads++;
            return part(key);
          },
          getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
        },
      );
    const not: object = watched((key) => (key === '$not' ? not : undefined), ['$not']);
    const and: object = watched((key) => (key === '$and' ? [and, and, and] : undefined), ['$and']);
    const wide: object = watched(
      (key) => (key === '$or' ? Array.from({ length: 100 }, () => wide) : undefined),
      ['$or', ...Array.from({ length: 100 }, (_, i) => `field ${i}`)],
    );
    for (const filter of [not, and, wide]) {
      reads = 0;
      expect(parsed(filter)).toBeUndefined();
      expect(reads).toBeLessThan(3 * MAX_PARTS);
    }
  });
});

/** Columns of rows that do not change. */
function columnsOf(rows: readonly (object | undefined)[]): Columns {
  const slots = { count: rows.length, now: 1, has: (slot: number) => slot < rows.length, haveChanged: () => true };
  return new Columns(slots, { peek: (slot) => rows[slot], lineBytes: () => 100 });
}

const drain = (steps: Generator): void => {
  while (!steps.next().done);
};

test('columns find the rows that a clause matches, whatever filter gave the clause', () => {
  let found = 0;
  const rows = fc.array(filteredMetadata(), { maxLength: 12 });
  fc.assert(
    fc.property(fc.oneof(changedFilters, filters().map(descriptionOf)), rows, (description, rows) => {
      const clause = parsed(built(description));
      if (clause === undefined) return;
      const matching = [...rows.keys()].filter((slot) => matches(clause, rows[slot]));
      const columns = columnsOf(rows);
      drain(columns.prepareFields(fieldClausesOf(clause).map(({ path }) => path)));
      // Without the indexes, with the indexes, and from the cache.
      expect([...columns.select(clause)]).toEqual(matching);
      const indexed = columnsOf(rows);
      drain(indexed.prepare(clause));
      for (let time = 0; time < 2; time++) expect([...indexed.select(clause)]).toEqual(matching);
      // As the clause arrives in another thread.
      expect([...indexed.select(structuredClone(clause))]).toEqual(matching);
      found += matching.length;
    }),
    cases(1_000),
  );
  expect(found).toBeGreaterThan(500);
});

describe('a filter of JSON', () => {
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, 0, 1, 1e300, '', 'a', '$in') },
      { weight: 1, arbitrary: fc.string() },
      { weight: 2, arbitrary: fc.array(tie('json'), { maxLength: 3 }) },
      { weight: 4, arbitrary: fc.dictionary(keys, tie('json'), { maxKeys: 3 }) },
    ),
  }));
  const outcome = (filter: unknown): unknown => {
    try {
      return parseFilter(filter);
    } catch (error) {
      expectRefusal(error);
      return (error as EdgeVecError).message;
    }
  };

  test('that goes through JSON gives the same clause', () => {
    fc.assert(
      fc.property(filters({ json: true }), (filter) => {
        expect(parseFilter(JSON.parse(JSON.stringify(filter)))).toStrictEqual(parseFilter(filter));
      }),
      cases(1_000),
    );
  });

  test('gives the same clause or the same error each time, and never changes', () => {
    const values = fc.oneof(
      json,
      fc
        .tuple(filters({ json: true }), fc.array(fc.nat(100), { maxLength: 4, size: 'max' }), json)
        .map(([filter, path, value]) =>
          built(changed(descriptionOf(filter), { path, change: { kind: 'put', value: { kind: 'value', value } } })),
        ),
    );
    fc.assert(
      fc.property(values, (filter) => {
        const text = JSON.stringify(filter);
        const first = outcome(filter);
        expect(JSON.stringify(filter)).toBe(text);
        expect(outcome(JSON.parse(text))).toStrictEqual(first);
      }),
      cases(3_000),
    );
  });
});
