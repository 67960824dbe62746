// The meaning of each operator, for every kind of value.

import { expect, test } from 'vitest';
import { matches } from '../../../src/filter/match.js';
import { parseFilter } from '../../../src/filter/parse.js';

class Point {
  x = 1;
}

/** An array of this length without a single element. */
const holes = (length: number): unknown[] => {
  const array: unknown[] = [];
  array.length = length;
  return array;
};

/** The value of a field in each row. `MISSING` is a row without the field. */
const MISSING = Symbol('missing');
const VALUES: Readonly<Record<string, unknown>> = {
  missing: MISSING,
  undefined: undefined,
  null: null,
  true: true,
  false: false,
  '-1': -1,
  '0': 0,
  '-0': -0,
  '1': 1,
  '2': 2,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '1n': 1n,
  '2n': 2n,
  "''": '',
  "'1'": '1',
  "'10'": '10',
  "'9'": '9',
  "'a'": 'a',
  "'ab'": 'ab',
  "'B'": 'B',
  'date 1': new Date(1),
  'date 2': new Date(2),
  'no date': new Date(Number.NaN),
  '[]': [],
  "['a']": ['a'],
  "['a', 1, null]": ['a', 1, null],
  "set of 'a'": new Set(['a']),
  'many holes': Object.assign(holes(4_000_000_000), { 5: 'a' }),
  'nested list': [['a']],
  'date list': [new Date(1)],
  fields: { a: 1 },
  'boxed 1': Object(1),
  map: new Map([['a', 1]]),
  regexp: /a/,
};

const there = Object.keys(VALUES).filter((name) => name !== 'missing' && name !== 'undefined');
const lists = ["['a']", "['a', 1, null]", "set of 'a'", 'many holes'];
const text = ["''", "'1'", "'10'", "'9'", "'a'", "'ab'", "'B'"];

/** A condition, and the names of the values that match. All other values do not. */
const cases: [condition: unknown, matching: readonly string[]][] = [
  [1, ['1']],
  [0, ['0', '-0']],
  [-0, ['0', '-0']],
  [Number.NaN, ['NaN']],
  [Number.POSITIVE_INFINITY, ['Infinity']],
  [1n, ['1n']],
  ['1', ["'1'"]],
  ['', ["''"]],
  ['a', ["'a'"]],
  [true, ['true']],
  [false, ['false']],
  [null, ['null']],
  [new Date(1), ['date 1']],
  [new Date(Number.NaN), ['no date']],
  [{ $in: [1, '1', 1n, null, new Date(1)] }, ['1', "'1'", '1n', 'null', 'date 1']],
  [{ $in: [] }, []],
  [{ $exists: true }, there],
  [{ $exists: false }, ['missing', 'undefined']],
  [{ $ne: null }, Object.keys(VALUES).filter((name) => name !== 'null')],
  [{ $ne: null, $exists: true }, there.filter((name) => name !== 'null')],
  [{ $nin: [] }, Object.keys(VALUES)],
  [{ $gt: 1 }, ['2', 'Infinity']],
  [{ $gte: 1 }, ['1', '2', 'Infinity']],
  [{ $lt: 1 }, ['-1', '0', '-0']],
  [{ $lte: 0 }, ['-1', '0', '-0']],
  [{ $lt: -0 }, ['-1']],
  [{ $gt: 0, $lte: 1 }, ['1']],
  [{ $gt: Number.NEGATIVE_INFINITY }, ['-1', '0', '-0', '1', '2', 'Infinity']],
  [{ $gte: 1n }, ['1n', '2n']],
  [{ $lt: 2n }, ['1n']],
  [{ $gte: '' }, text],
  [{ $lt: '9' }, ["''", "'1'", "'10'"]],
  // By code unit, capitals come before small letters.
  [{ $gt: '9', $lt: 'a' }, ["'B'"]],
  [{ $gt: new Date(1) }, ['date 2']],
  [{ $lte: new Date(2) }, ['date 1', 'date 2']],
  [{ $startsWith: 'a' }, ["'a'", "'ab'"]],
  [{ $startsWith: '' }, text],
  [{ $startsWith: '1' }, ["'1'", "'10'"]],
  [{ $contains: 'a' }, lists],
  [{ $contains: null }, ["['a', 1, null]"]],
  [{ $contains: new Date(1) }, ['date list']],
  [{ $containsAny: ['a', 2] }, lists],
  [{ $containsAny: [] }, []],
  [{ $containsAll: ['a', 1] }, ["['a', 1, null]"]],
  [{ $containsAll: [] }, ['[]', ...lists, 'nested list', 'date list']],
];

test.each(cases)('%o', (condition, matching) => {
  const clause = parseFilter({ field: condition });
  const found = Object.keys(VALUES).filter((name) =>
    matches(clause, VALUES[name] === MISSING ? {} : { field: VALUES[name] }),
  );
  expect(found.sort()).toEqual([...matching].sort());
  expect(matches(clause, undefined)).toBe(matches(clause, {}));
});

/** Fields on the way to a value. A path leads through plain objects only. */
const ways: [name: string, metadata: object, isThere: boolean][] = [
  ['a.b', { a: { b: 1 } }, true],
  ['a.b', Object.assign(Object.create(null), { a: { b: 1 } }), true],
  ['a.b', { a: Object.assign(Object.create(null), { b: 1 }) }, true],
  ['a.b.c', { a: { b: { c: undefined } } }, false],
  ['a.b', { 'a.b': 1 }, false],
  ['a\\.b', { 'a.b': 1 }, true],
  ['a\\.b', { a: { b: 1 } }, false],
  ['\\$a', { $a: 1 }, true],
  ['', { '': 1 }, true],
  ['a.', { a: { '': 1 } }, true],
  ['a.0', { a: [1] }, false],
  ['a.length', { a: [1] }, false],
  ['a.length', { a: 'text' }, false],
  ['a.0', { a: 'text' }, false],
  ['a.b', { a: new Map([['b', 1]]) }, false],
  ['a.size', { a: new Set([1]) }, false],
  ['a.x', { a: new Point() }, false],
  ['a.b', { a: null }, false],
  ['a.lastIndex', { a: /a/ }, false],
  ['constructor', {}, false],
  ['toString', {}, false],
  ['a.constructor.name', { a: {} }, false],
];

test.each(ways)('the field %j of %o', (name, metadata, isThere) => {
  expect(matches(parseFilter({ [name]: { $exists: true } }), metadata)).toBe(isThere);
});

test('the empty filter matches every row', () => {
  for (const metadata of [undefined, {}, { a: 1 }]) expect(matches(parseFilter({}), metadata)).toBe(true);
});
