// The clause of each operator, and the error for each wrong filter.

import { describe, expect, test } from 'vitest';
import type { Clause } from '../../../src/base/clause.js';
import { EdgeVecError } from '../../../src/base/errors.js';
import { parseFilter } from '../../../src/filter/parse.js';
import { nearest } from '../../../src/filter/suggest.js';

const path = ['a'];
const exists: Clause = { op: 'exists', path };
const among = (...values: (string | number | null | bigint)[]): Clause => ({ op: 'in', path, values });
const contains = (every: boolean, ...values: string[]): Clause => ({ op: 'contains', path, values, every });

const clauses: [filter: object, clause: Clause][] = [
  [{}, { op: 'all', of: [] }],
  [{ a: 1 }, among(1)],
  [{ a: null }, among(null)],
  [{ a: 10n }, among(10n)],
  [{ a: new Date(3) }, { op: 'in', path, values: [new Date(3)] }],
  [{ a: { $eq: 'x' } }, among('x')],
  [{ a: { $ne: 'x' } }, { op: 'not', of: among('x') }],
  [{ a: { $in: [] } }, among()],
  [{ a: { $in: [1, 'x'] } }, among(1, 'x')],
  [{ a: { $nin: [1] } }, { op: 'not', of: among(1) }],
  [{ a: { $gt: 1 } }, { op: 'range', path, from: { value: 1, open: true } }],
  [{ a: { $gte: 1 } }, { op: 'range', path, from: { value: 1, open: false } }],
  [{ a: { $lt: 'x' } }, { op: 'range', path, to: { value: 'x', open: true } }],
  [{ a: { $lte: 1n } }, { op: 'range', path, to: { value: 1n, open: false } }],
  [{ a: { $lt: 5, $gte: 1 } }, { op: 'range', path, from: { value: 1, open: false }, to: { value: 5, open: true } }],
  [
    { a: { $gte: 1, $lt: 'x' } },
    {
      op: 'all',
      of: [
        { op: 'range', path, from: { value: 1, open: false } },
        { op: 'range', path, to: { value: 'x', open: true } },
      ],
    },
  ],
  [
    { a: { $gt: 1, $gte: 1, $lt: 3 } },
    {
      op: 'all',
      of: [
        { op: 'range', path, from: { value: 1, open: true }, to: { value: 3, open: true } },
        { op: 'range', path, from: { value: 1, open: false } },
      ],
    },
  ],
  [{ a: { $exists: true } }, exists],
  [{ a: { $exists: false } }, { op: 'not', of: exists }],
  [{ a: { $contains: 'x' } }, contains(false, 'x')],
  [{ a: { $containsAny: ['x', 'y'] } }, contains(false, 'x', 'y')],
  [{ a: { $containsAll: ['x', 'y'] } }, contains(true, 'x', 'y')],
  [{ a: { $startsWith: 'x' } }, { op: 'startsWith', path, prefix: 'x' }],
  [
    { a: 1, 'b.c': 2 },
    { op: 'all', of: [among(1), { op: 'in', path: ['b', 'c'], values: [2] }] },
  ],
  [{ $and: [{ a: 1 }, { a: 2 }] }, { op: 'all', of: [among(1), among(2)] }],
  [{ $or: [{ a: 1 }, { a: 2 }] }, { op: 'any', of: [among(1), among(2)] }],
  [{ $and: [{ a: 1 }] }, among(1)],
  [{ $or: [{ a: 1 }] }, among(1)],
  [{ $not: { a: 1 } }, { op: 'not', of: among(1) }],
  [{ 'x\\.y': 1 }, { op: 'in', path: ['x.y'], values: [1] }],
  [{ '\\$x': 1 }, { op: 'in', path: ['$x'], values: [1] }],
  [{ 'x.$y': 1 }, { op: 'in', path: ['x', '$y'], values: [1] }],
  [{ 'x\\\\.y': 1 }, { op: 'in', path: ['x\\', 'y'], values: [1] }],
  [{ '': 1 }, { op: 'in', path: [''], values: [1] }],
  [{ constructor: 1 }, { op: 'in', path: ['constructor'], values: [1] }],
];

test.each(clauses)('%o', (filter, clause) => {
  expect(parseFilter(filter)).toStrictEqual(clause);
});

/** A filter, and the texts that its error must hold. */
const wrong: [what: string, filter: unknown, ...texts: (string | RegExp)[]][] = [
  [
    'no filter',
    undefined,
    'at filter.',
    'Expected a plain object of conditions, got undefined',
    'pass the empty filter: {}',
  ],
  ['null', null, 'at filter.', 'got null'],
  ['a text', 'a = 1', 'at filter.', 'got "a = 1"'],
  ['an array', [{ a: 1 }], 'at filter.', 'got an array of 1'],
  ['a Map', new Map(), 'got a Map'],
  ['a function', () => true, 'got a function'],
  ['an operand left out', { a: undefined }, 'at filter.a.', 'got undefined', 'Leave the condition out'],
  ['an operand of an operator left out', { a: { $eq: undefined } }, 'at filter.a.$eq.', 'got undefined'],
  ['an item left out', { a: { $in: [1, undefined] } }, 'at filter.a.$in[1].', 'got undefined'],
  ['a hole', { a: { $in: new Array(2) } }, 'at filter.a.$in[0].', 'got undefined'],
  ['a field without a condition', { a: {} }, 'at filter.a.', 'an empty object'],
  ['an array as a value', { a: ['x'] }, 'at filter.a.', '$in', '$contains'],
  ['an object as a value', { a: { b: 1 } }, 'at filter.a.b.', '{ "a.b": … }'],
  ['an object as an operand', { a: { $eq: { b: 1 } } }, 'at filter.a.$eq.', '"author.name"'],
  ['a regular expression', { a: /x/ }, 'at filter.a.', 'got a RegExp', '$startsWith'],
  ['a symbol', { a: Symbol('x') }, 'at filter.a.', 'Symbol(x)'],
  ['a function as an operand', { a: { $gt: Math.max } }, 'Pass the result of the function'],
  ['a key that is a symbol', { a: 1, [Symbol('x')]: 2 }, 'at filter.', 'Symbol(x)'],
  ['a boxed value', { a: Object('x') }, 'at filter.a.', 'got a String'],
  ['a Set of values', { a: { $in: new Set([1]) } }, 'at filter.a.$in.', '[...set]'],
  ['a value in place of values', { a: { $in: 1 } }, 'at filter.a.$in.', 'an array of values', '[value]'],
  ['values in place of a value', { a: { $contains: ['x'] } }, 'at filter.a.$contains.', '$containsAny'],
  ['a range of null', { a: { $gt: null } }, 'at filter.a.$gt.', '$ne: null'],
  ['a range of true', { a: { $lte: true } }, 'at filter.a.$lte.', '$eq'],
  ['a range of NaN', { a: { $lt: Number.NaN } }, 'at filter.a.$lt.', 'got NaN'],
  ['a range of an invalid Date', { a: { $lt: new Date(Number.NaN) } }, 'at filter.a.$lt.', 'got an invalid Date'],
  ['$exists with 1', { a: { $exists: 1 } }, 'at filter.a.$exists.', 'Expected true or false, got 1'],
  ['$startsWith with a number', { a: { $startsWith: 1 } }, 'at filter.a.$startsWith.', 'Expected a string'],
  ['$and with an object', { $and: { a: 1 } }, 'at filter.$and.', 'an array of filters'],
  ['an empty $and', { $and: [] }, 'at filter.$and.', 'at least one filter'],
  ['an empty $or', { $or: [] }, 'at filter.$or.', 'at least one filter', 'Leave $or out'],
  ['$not with an array', { $not: [{ a: 1 }] }, 'at filter.$not.', 'got an array of 1'],
  ['a place deep inside', { $or: [{ a: 1 }, { year: { $gte: null } }] }, 'at filter.$or[1].year.$gte.'],
  ['a misspelt operator', { a: { $gtt: 1 } }, 'at filter.a.$gtt.', 'got "$gtt"', 'Did you mean $gt?'],
  ['an operator without the dollar', { a: { gte: 1 } }, 'Did you mean $gte?'],
  ['an operator in capitals', { a: { $STARTSWITH: 'x' } }, 'Did you mean $startsWith?'],
  ['a transposed operator', { a: { $exsits: true } }, 'Did you mean $exists?'],
  ['an operator that no word is near to', { a: { $regex: 'x' } }, 'Expected $eq, $ne', /got "\$regex"\.$/],
  ['a misspelt joining operator', { $nott: { a: 1 } }, 'at filter.$nott.', 'Did you mean $not?'],
  ['an operator in place of a field', { $gt: 1 }, '{ year: { $gt: … } }'],
  ['a field with a dollar', { $price: 1 }, String.raw`write \$`],
  ['$not inside a field', { a: { $not: { $gt: 1 } } }, 'at filter.a.$not.', 'around the field: { $not: { … } }'],
  ['$or inside a field', { a: { $or: [] } }, 'around the field: { $or: [{ … }] }'],
  ['a property of the prototype as an operator', { a: { constructor: 1 } }, 'at filter.a.constructor.'],
  ['__proto__', JSON.parse('{ "__proto__": 1 }'), 'at filter.__proto__.'],
  ['__proto__ on a path', { 'a.__proto__.b': 1 }, 'at filter["a.__proto__.b"].'],
  ['a wrong escape', { 'a\\b': 1 }, 'at filter["a\\\\b"].', 'after a backslash'],
  ['a backslash at the end', { 'a\\': 1 }, 'after a backslash'],
  ['a path without end', { ['a.'.repeat(300)]: 1 }, 'at most 256 keys'],
];

describe('INVALID_FILTER', () => {
  test.each(wrong)('%s', (_, filter, ...texts) => {
    const error = failureOf(filter);
    for (const text of texts) {
      if (typeof text === 'string') expect(error.message).toContain(text);
      else expect(error.message).toMatch(text);
    }
    expect(error.message.length).toBeLessThan(700);
  });

  test('has the parts of its message as data', () => {
    const { problem, expected, got, remedy } = failureOf({ year: { gte: 1 } });
    expect({ problem, expected, got, remedy }).toStrictEqual({
      problem: 'The filter has an unknown operator, at filter.year.gte',
      expected:
        '$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $contains, $containsAny, $containsAll, $startsWith',
      got: '"gte"',
      remedy: 'Did you mean $gte?',
    });
  });
});

test('the nearest word, if a word is near', () => {
  const words = ['$gt', '$gte', '$in', '$contains', '$containsAny'];
  expect(nearest('$containsany', words)).toBe('$containsAny');
  expect(nearest('$contain', words)).toBe('$contains');
  expect(nearest('contians', words)).toBe('$contains');
  expect(nearest('price', words)).toBeUndefined();
  expect(nearest('', words)).toBeUndefined();
  expect(nearest('$'.repeat(1_000_000), words)).toBeUndefined();
});

function failureOf(filter: unknown): EdgeVecError {
  try {
    parseFilter(filter);
  } catch (error) {
    if (!(error instanceof EdgeVecError)) throw error;
    expect(error.code).toBe('INVALID_FILTER');
    return error;
  }
  throw new Error('the filter was accepted');
}
