// Laws of the filter language, for random metadata and random filters.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches } from '../../../src/filter/match.js';
import { parseFilter } from '../../../src/filter/parse.js';
import { parsePath, textOfKeys } from '../../../src/filter/path.js';
import { fieldNames, filteredMetadata, filters } from '../../support/filters.js';
import { character } from '../../support/metadata.js';
import { cases } from '../../support/property.js';

const passes = (filter: unknown, metadata: object | undefined): boolean => matches(parseFilter(filter), metadata);

const values = fc.array(
  fc.constantFrom<unknown>(0, 1, 2.5, Number.NaN, 'a', 'ab', true, null, 1n, new Date(0), new Date(Number.NaN)),
  { maxLength: 4 },
);

test('$not is the exact complement', () => {
  fc.assert(
    fc.property(filters(), filteredMetadata(), (filter, row) => {
      expect(passes({ $not: filter }, row)).toBe(!passes(filter, row));
    }),
    cases(2_000),
  );
});

test('$and and $or agree with every and some, and with each other', () => {
  fc.assert(
    fc.property(fc.array(filters(), { minLength: 1, maxLength: 3 }), filteredMetadata(), (list, row) => {
      const each = list.map((filter) => passes(filter, row));
      expect(passes({ $and: list }, row)).toBe(!each.includes(false));
      expect(passes({ $or: list }, row)).toBe(each.includes(true));
      const negated = list.map((filter) => ({ $not: filter }));
      expect(passes({ $not: { $or: negated } }, row)).toBe(passes({ $and: list }, row));
    }),
    cases(1_000),
  );
});

test('several fields and several operators are joined by $and', () => {
  fc.assert(
    fc.property(filters(), filteredMetadata(), (filter, row) => {
      const parts = Object.entries(filter).flatMap(([key, value]): object[] =>
        key.startsWith('$') || !isOperators(value)
          ? [{ [key]: value }]
          : Object.entries(value).map(([name, operand]) => ({ [key]: { [name]: operand } })),
      );
      expect(passes(filter, row)).toBe(parts.every((part) => passes(part, row)));
    }),
    cases(1_000),
  );
});

test('$ne and $nin are the complements of $eq and $in, and $in is an $or of $eq', () => {
  fc.assert(
    fc.property(fieldNames(), values, filteredMetadata(), (name, list, row) => {
      expect(passes({ [name]: { $nin: list } }, row)).toBe(!passes({ [name]: { $in: list } }, row));
      expect(passes({ [name]: { $in: list } }, row)).toBe(list.some((value) => passes({ [name]: value }, row)));
      for (const value of list) {
        expect(passes({ [name]: { $ne: value } }, row)).toBe(!passes({ [name]: { $eq: value } }, row));
      }
    }),
    cases(1_000),
  );
});

test('$containsAny and $containsAll agree with $contains', () => {
  fc.assert(
    fc.property(fieldNames(), values, filteredMetadata(), (name, list, row) => {
      const each = list.map((value) => passes({ [name]: { $contains: value } }, row));
      expect(passes({ [name]: { $containsAny: list } }, row)).toBe(each.includes(true));
      if (list.length > 0) expect(passes({ [name]: { $containsAll: list } }, row)).toBe(!each.includes(false));
    }),
    cases(1_000),
  );
});

test('a value is below, equal to or above a bound of its kind, and in no range of another kind', () => {
  const bounds = fc.constantFrom<unknown>(-1.5, 0, 2, 'a', 'ab', 'B', 1n, new Date(1));
  fc.assert(
    fc.property(fieldNames(), bounds, filteredMetadata(), (name, bound, row) => {
      const [below, above] = [passes({ [name]: { $lt: bound } }, row), passes({ [name]: { $gt: bound } }, row)];
      const equal = passes({ [name]: bound }, row);
      expect([below, equal, above].filter(Boolean).length).toBeLessThanOrEqual(1);
      expect(passes({ [name]: { $lte: bound } }, row)).toBe(below || equal);
      expect(passes({ [name]: { $gte: bound } }, row)).toBe(above || equal);
      if (below || above) expect(passes({ [name]: { $exists: true } }, row)).toBe(true);
    }),
    cases(1_000),
  );
});

test('a parsed filter survives structured clone', () => {
  fc.assert(
    fc.property(filters(), filteredMetadata(), (filter, row) => {
      const clause = parseFilter(filter);
      const clone = structuredClone(clause);
      expect(clone).toStrictEqual(clause);
      expect(matches(clone, row)).toBe(matches(clause, row));
    }),
    cases(1_000),
  );
});

test('a frozen filter is parsed, and no filter is changed', () => {
  fc.assert(
    fc.property(filters(), (filter) => {
      const clause = parseFilter(filter);
      expect(parseFilter(frozen(filter))).toStrictEqual(clause);
    }),
    cases(300),
  );
});

test('the name of every field is read back', () => {
  const keys = fc.array(fc.string({ unit: character, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  const special = fc.array(fc.stringMatching(/^[.$\\a]{0,4}$/), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.oneof(keys, special), (path) => {
      const text = textOfKeys(path);
      expect(text.startsWith('$')).toBe(false);
      if (!path.includes('__proto__')) expect(parsePath(text)).toEqual(path);
    }),
    cases(1_000),
  );
});

test('random filters tell rows apart', () => {
  const rows = fc.sample(filteredMetadata(), cases(300));
  const counts = fc.sample(filters(), cases(300)).map((filter) => {
    const clause = parseFilter(filter);
    return rows.filter((row) => matches(clause, row)).length;
  });
  // A generator of filters that pass all rows or none would prove nothing.
  expect(counts.filter((count) => count > 0 && count < rows.length).length).toBeGreaterThan(75);
});

/** Whether a condition is an object of operators. */
const isOperators = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Date);

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
