// Random metadata and random filters for fast-check. Both draw from the same few names and values,
// so that many rows match. A seed leads to the same cases in every JavaScript engine.

import fc from 'fast-check';
import { textOfKeys } from '../../src/filter/path.js';

type Fields = Record<string, unknown>;

/** Two frequent names, and names with every character that a path has to escape. */
const NAMES = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 1, arbitrary: fc.constantFrom('c', 'a.b', '$a', 'back\\slash', '') },
);

/** Half of all values, so that rows and operands meet. */
const FREQUENT = [1, 2, 'a', 'ab'];
const NUMBERS = [-1.5, -0, 0, 1, 2, 2.5, 3, 1e300];
const TEXTS = ['', 'a', 'ab', 'abc', 'b', 'B', 'é', '10', '9', 'ab'.repeat(300)];
/** Values that JSON loses. */
const BEYOND_JSON = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '\ud83d',
  0n,
  1n,
  2n,
  10n,
  new Date(0),
  new Date(1),
  new Date(2.5e12),
  new Date(Number.NaN),
];

/** Whether a filter holds only values that JSON keeps. */
interface Kinds {
  readonly json?: boolean;
}

/** A value that a filter may compare with. */
function scalar({ json = false }: Kinds = {}): fc.Arbitrary<unknown> {
  const plain = [
    { weight: 12, arbitrary: fc.constantFrom<unknown>(...FREQUENT) },
    { weight: 3, arbitrary: fc.constantFrom(...NUMBERS.filter((value) => !json || !Object.is(value, -0))) },
    { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
    { weight: 1, arbitrary: fc.constantFrom(true, false, null) },
  ];
  return fc.oneof(...plain, ...(json ? [] : [{ weight: 3, arbitrary: fc.constantFrom<unknown>(...BEYOND_JSON) }]));
}

/** A value with a place in an order. */
function ordered(kinds: Kinds): fc.Arbitrary<unknown> {
  return scalar(kinds).filter(
    (value) =>
      value !== null &&
      typeof value !== 'boolean' &&
      !Number.isNaN(value) &&
      !(value instanceof Date && Number.isNaN(value.getTime())),
  );
}

/** The metadata of a row. `undefined` for a row without metadata. */
export function filteredMetadata(): fc.Arbitrary<Fields | undefined> {
  const { fields } = fc.letrec<{ value: unknown; fields: Fields }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 8, arbitrary: scalar() },
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 3, arbitrary: fc.array(scalar(), { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.sparseArray(scalar(), { maxLength: 5_000, maxNumElements: 3, size: 'max' }) },
      { weight: 1, arbitrary: fc.array(scalar(), { maxLength: 4 }).map((values) => new Set(values)) },
      { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 2 }) },
      { weight: 1, arbitrary: fc.constantFrom(/a/, new Map([['a', 1]]), new Uint8Array(2), Object(1), Object('a')) },
      { weight: 4, arbitrary: tie('fields') },
    ),
    fields: fc.dictionary(NAMES, tie('value'), { maxKeys: 4, size: 'max', noNullPrototype: true }),
  }));
  return fc.oneof({ weight: 12, arbitrary: fields }, { weight: 1, arbitrary: fc.constant(undefined) });
}

/** The name of a field, as a filter writes the name. */
export function fieldNames(): fc.Arbitrary<string> {
  return fc
    .oneof(
      { weight: 5, arbitrary: fc.tuple(NAMES) },
      { weight: 2, arbitrary: fc.tuple(NAMES, NAMES) },
      { weight: 1, arbitrary: fc.tuple(NAMES, NAMES, NAMES) },
    )
    .map((keys) => textOfKeys(keys));
}

/** A condition on a field: a value, or an object of operators. */
function condition(kinds: Kinds): fc.Arbitrary<unknown> {
  const value = scalar(kinds);
  const list = fc.array(value, { maxLength: 4 });
  const bound = ordered(kinds);
  const operators = {
    $eq: value,
    $ne: value,
    $gt: bound,
    $gte: bound,
    $lt: bound,
    $lte: bound,
    $in: list,
    $nin: list,
    $exists: fc.boolean(),
    $contains: value,
    $containsAny: list,
    $containsAll: list,
    $startsWith: fc.constantFrom(...TEXTS),
  };
  const one = Object.entries(operators).map(([name, operand]) => operand.map((given) => ({ [name]: given })));
  const pair = fc
    .tuple(fc.constantFrom('$gt', '$gte'), bound, fc.constantFrom('$lt', '$lte'), bound)
    .map(([low, from, high, to]) => ({ [low]: from, [high]: to }));
  return fc.oneof(
    { weight: 6, arbitrary: value },
    { weight: 12, arbitrary: fc.oneof(...one) },
    { weight: 2, arbitrary: pair },
    { weight: 2, arbitrary: fc.array(fc.oneof(...one), { minLength: 1, maxLength: 3 }).map(joined) },
  );
}

/** A filter of every operator, nested at random. */
export function filters(kinds: Kinds = {}): fc.Arbitrary<Fields> {
  const { filter } = fc.letrec<{ filter: Fields }>((tie) => {
    const fields = fc.dictionary(fieldNames(), condition(kinds), { minKeys: 1, maxKeys: 2, noNullPrototype: true });
    const many = fc.array(tie('filter'), { minLength: 1, maxLength: 3 });
    return {
      filter: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        { weight: 5, arbitrary: fields },
        { weight: 1, arbitrary: fc.constant({}) },
        { weight: 2, arbitrary: many.map((of) => ({ $and: of })) },
        { weight: 2, arbitrary: many.map((of) => ({ $or: of })) },
        { weight: 2, arbitrary: tie('filter').map((of) => ({ $not: of })) },
        { weight: 1, arbitrary: fc.tuple(fields, many).map(([own, of]) => ({ ...own, $or: of })) },
      ),
    };
  });
  return filter;
}

const joined = (parts: readonly object[]): object => Object.assign({}, ...parts);
