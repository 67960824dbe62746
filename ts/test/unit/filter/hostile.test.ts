// Filters that try to mislead the parser: getters, proxies, cycles, foreign objects, size.

import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { EdgeVecError } from '../../../src/base/errors.js';
import { parseFilter } from '../../../src/filter/parse.js';
import { MAX_DEPTH, MAX_PARTS } from '../../../src/filter/read.js';

function failureOf(filter: unknown): EdgeVecError {
  try {
    parseFilter(filter);
  } catch (error) {
    expect(error).toBeInstanceOf(EdgeVecError);
    expect((error as EdgeVecError).code).toBe('INVALID_FILTER');
    return error as EdgeVecError;
  }
  throw new Error('the filter was accepted');
}

const expected = parseFilter({ a: 1 });
/** A filter with a part that throws when the parser reads the part. */
const throwing = (thrown: unknown, wrap: (trap: () => never) => unknown): unknown =>
  wrap(() => {
    throw thrown;
  });

const traps: [what: string, wrap: (trap: () => never) => unknown, at: string][] = [
  ['a getter', (get) => Object.defineProperty({}, 'a', { get, enumerable: true }), 'filter.a'],
  [
    'a getter of an operand',
    (get) => ({ a: Object.defineProperty({}, '$gt', { get, enumerable: true }) }),
    'filter.a.$gt',
  ],
  ['a getter in a list', (get) => ({ $or: Object.defineProperty([{}], 0, { get }) }), 'filter.$or[0]'],
  ['a tag', (get) => Object.defineProperty({}, Symbol.toStringTag, { get }), 'filter'],
  ['the keys of a proxy', (ownKeys) => new Proxy({ a: 1 }, { ownKeys }), 'filter'],
  ['a descriptor of a proxy', (trap) => new Proxy({ a: 1 }, { getOwnPropertyDescriptor: trap }), 'filter'],
  ['the prototype of a proxy', (trap) => ({ a: new Proxy({}, { getPrototypeOf: trap }) }), 'filter.a'],
  ['the length of a proxy', (get) => ({ a: { $in: new Proxy([1], { get }) } }), 'filter.a.$in'],
  [
    'an item of a proxy',
    (get) => ({ a: { $in: new Proxy([1], { getOwnPropertyDescriptor: get }) } }),
    'filter.a.$in[0]',
  ],
];

describe('a part that throws when it is read', () => {
  test.each(traps)('%s', (_, wrap, at) => {
    const cause = new Error('trapped');
    const error = failureOf(throwing(cause, wrap));
    expect(error.cause).toBe(cause);
    expect(error.problem).toBe(`The filter cannot be read, at ${at}`);
    expect(error.got).toContain('trapped');
  });

  const unreadable = Object.defineProperty(new Error('x'), 'message', {
    get: () => {
      throw new Error('again');
    },
  });
  test.each([
    ['a text', 'text'],
    ['undefined', undefined],
    ['a symbol', Symbol('x')],
    ['an error of the same class', new EdgeVecError('CLOSED', 'Thrown by a getter')],
    ['an error with the same code', new EdgeVecError('INVALID_FILTER', 'Thrown by a getter')],
    ['an error that cannot be read', unreadable],
    ['a message that is no text', Object.assign(new Error('x'), { message: { toString: null } })],
    ['a revoked proxy', revoked({})],
  ])('%s is thrown', (_, thrown) => {
    const error = failureOf(throwing(thrown, (get) => Object.defineProperty({}, 'a', { get, enumerable: true })));
    expect(error.problem).toBe('The filter cannot be read, at filter.a');
    expect(error.cause).toBe(thrown);
  });

  test('a revoked proxy in every place', () => {
    for (const proxy of [revoked({}), revoked([])]) {
      for (const filter of [
        proxy,
        { a: proxy },
        { $or: proxy },
        { $not: proxy },
        { a: { $in: proxy } },
        { a: { $eq: proxy } },
      ]) {
        failureOf(filter);
      }
    }
  });
});

test('a getter is read once', () => {
  let reads = 0;
  const once = (first: unknown, later: unknown) => ({ get: () => (reads++ === 0 ? first : later), enumerable: true });
  expect(parseFilter(Object.defineProperty({}, 'a', once(1, undefined)))).toStrictEqual(expected);
  reads = 0;
  const operators = Object.defineProperty({}, '$eq', once(1, 'other'));
  expect(parseFilter({ a: operators })).toStrictEqual(expected);
  reads = 0;
  const list = Object.defineProperty([0], 0, once(1, 'other'));
  expect(parseFilter({ a: { $in: list } })).toStrictEqual(expected);
  expect(reads).toBe(1);
});

describe('a proxy of a list lies about its length', () => {
  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null, undefined, {}])('%o', (length) => {
    const list = new Proxy([1], { get: (target, key) => (key === 'length' ? length : Reflect.get(target, key)) });
    failureOf({ a: { $in: list } });
    failureOf({ $or: list });
  });
});

test('a proxy that only passes everything on is parsed', () => {
  const reactive = <T extends object>(value: T): T =>
    new Proxy(value, {
      get(target, key) {
        const part: unknown = Reflect.get(target, key);
        return typeof part === 'object' && part !== null ? reactive(part) : part;
      },
    });
  const filter = { $or: [{ a: { $in: [1, 2] } }, { $not: { b: null } }] };
  expect(parseFilter(reactive(filter))).toStrictEqual(parseFilter(filter));
});

test('a proxy of a Date is refused, and says so', () => {
  const error = failureOf({ a: { $gt: new Proxy(new Date(), {}) } });
  expect(error.message).toContain('at filter.a.$gt');
});

describe('the prototype', () => {
  const added = ['year', '$gt', '0', 'constructor2'];
  afterEach(() => {
    for (const key of added) {
      delete (Object.prototype as unknown as Record<string, unknown>)[key];
      delete (Array.prototype as unknown as Record<string, unknown>)[key];
    }
  });

  test('is never read for conditions, operators and items', () => {
    Object.assign(Object.prototype, { year: 3, $gt: 1, constructor2: 1 });
    expect(parseFilter({ a: 1 })).toStrictEqual(expected);
    expect(failureOf({ a: {} }).message).toContain('an empty object');
    Object.assign(Array.prototype, { 0: 1 });
    expect(failureOf({ a: { $in: new Array(1) } }).message).toContain('got undefined');
  });

  test('of a caller does not make an object a filter', () => {
    failureOf(Object.create({ a: 1 }));
    failureOf({ a: Object.create({ $gt: 1 }) });
    failureOf(
      new (class {
        a = 1;
      })(),
    );
    expect(parseFilter(Object.assign(Object.create(null), { a: 1 }))).toStrictEqual(expected);
  });

  test('is not changed by a filter', () => {
    failureOf(JSON.parse('{ "__proto__": { "polluted": true } }'));
    failureOf(JSON.parse('{ "a": { "__proto__": 1 } }'));
    expect('polluted' in {}).toBe(false);
  });
});

test('objects without conditions that are no filters', () => {
  for (const value of [JSON, Math, globalThis, new Date(), new Error('x'), Promise.resolve(), new Uint8Array(1), /x/]) {
    failureOf(value);
    failureOf({ $not: value });
  }
});

test('objects of another realm', () => {
  const filter: unknown = runInNewContext('({ $or: [{ a: new Date(5) }, { b: { $in: [1, new Date(6)] } }] })');
  const clause = parseFilter(filter);
  expect(clause).toStrictEqual(parseFilter({ $or: [{ a: new Date(5) }, { b: { $in: [1, new Date(6)] } }] }));
  failureOf(runInNewContext('({ a: /x/ })'));
  failureOf(runInNewContext('({ a: new Map() })'));
  failureOf(runInNewContext('({ a: { $gt: new Date(NaN) } })'));
});

test('an object that only says that it is a Date', () => {
  failureOf({ a: { [Symbol.toStringTag]: 'Date', getTime: () => 1 } });
  failureOf({ a: Object.create(Date.prototype) });
});

test('a Date with a getTime of its own is read by its content', () => {
  const date = Object.assign(new Date(5), { getTime: () => 6, valueOf: () => 7 });
  expect(parseFilter({ a: date })).toStrictEqual(parseFilter({ a: new Date(5) }));
});

test('a clause does not share objects with the filter', () => {
  const date = new Date(5);
  const list = ['x'];
  const clause = parseFilter({ a: date, b: { $in: list } });
  date.setTime(6);
  list.push('y');
  expect(clause).toStrictEqual(parseFilter({ a: new Date(5), b: { $in: ['x'] } }));
});

describe('limits', () => {
  const nested = (levels: number, wrap: (filter: object) => object): object => {
    let filter: object = { a: 1 };
    for (let level = 1; level < levels; level++) filter = wrap(filter);
    return filter;
  };

  test.each<[name: string, wrap: (filter: object) => object]>([
    ['$not', (filter) => ({ $not: filter })],
    ['$and', (filter) => ({ $and: [filter] })],
    ['$or', (filter) => ({ $or: [filter] })],
  ])('levels of %s', (_, wrap) => {
    parseFilter(nested(MAX_DEPTH, wrap));
    expect(failureOf(nested(MAX_DEPTH + 1, wrap)).expected).toContain(`${MAX_DEPTH} levels`);
    failureOf(nested(100_000, wrap));
  });

  test('levels are those of one branch', () => {
    parseFilter({ $and: Array.from({ length: 100 }, () => nested(MAX_DEPTH - 1, (filter) => ({ $not: filter }))) });
  });

  test('cycles', () => {
    const filter: Record<string, unknown> = {};
    filter['$not'] = filter;
    failureOf(filter);
    const list: object[] = [];
    list.push({ $and: list }, { $and: list }, { $or: list });
    failureOf({ $or: list });
    const wide: Record<string, unknown> = { $and: [] };
    wide['$and'] = Array.from({ length: 1_000 }, () => wide);
    failureOf(wide);
  });

  test('conditions and operands', () => {
    const values = (length: number) => Array.from({ length }, (_, i) => i);
    // A field and an operator count too.
    parseFilter({ a: { $in: values(MAX_PARTS - 2) } });
    expect(failureOf({ a: { $in: values(MAX_PARTS - 1) } }).expected).toContain(`${MAX_PARTS} conditions`);
    failureOf(Object.fromEntries(values(MAX_PARTS + 1).map((i) => [`f${i}`, 1])));
    failureOf({ $or: values(MAX_PARTS).map((a) => ({ a })) });
    failureOf({ a: { $in: new Array(2 ** 32 - 1) } });
  });

  test('long names and texts are cut in errors', () => {
    const long = 'x'.repeat(1_000_000);
    for (const filter of [
      { [long]: undefined },
      { [`$${long}`]: 1 },
      { [`\\${long}`]: 1 },
      { a: { [long]: 1 } },
      { a: { [`$${long}`]: 1 } },
      { [long]: { [long]: 1 } },
      { a: { $exists: long } },
      { [Symbol(long)]: 1 },
      { a: Symbol(long) },
      { a: { $exists: 10n ** 10_000n } },
    ]) {
      expect(failureOf(filter).message.length).toBeLessThan(600);
    }
  });

  test('a long text is a value like others', () => {
    const long = 'x'.repeat(1_000_000);
    expect(parseFilter({ a: long })).toStrictEqual({ op: 'in', path: ['a'], values: [long] });
  });
});

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
