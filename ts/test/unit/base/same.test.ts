// Equality by value, as live queries compare results, and components compare options.

import { describe, expect, test } from 'vitest';
import { same } from '../../../src/base/same.js';
import { sameDatabase } from '../../../src/integrations/shared/opened.js';

const circle = (): object => {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
};

/** An object whose contents double at each level. */
const shared = (levels: number): object => {
  let value: object = { end: true };
  for (let i = 0; i < levels; i++) value = [value, value];
  return value;
};

const nested = (levels: number): object => {
  let value: object = {};
  for (let i = 1; i < levels; i++) value = { value };
  return value;
};

const buffer = new Uint8Array([1, 2]).buffer;

describe('same', () => {
  test.each<[string, () => unknown]>([
    ['numbers', () => Number.NaN],
    ['strings', () => 'a'],
    ['bigints', () => 1n],
    ['dates', () => new Date(5)],
    ['invalid dates', () => new Date(Number.NaN)],
    ['URLs', () => new URL('https://example.test/a')],
    ['arrays', () => [1, [2, undefined]]],
    ['typed arrays', () => new Float32Array([1, Number.NaN])],
    ['arrays of bigints', () => new BigInt64Array([1n])],
    ['filters', () => ({ $or: [{ year: { $gte: 1990 } }, { at: new Date(1) }], tags: { $in: ['a', null] } })],
    ['maps', () => new Map([[{ a: 1 }, new Set(['a'])]])],
    ['regular expressions', () => /a/gi],
    ['buffers', () => new Uint8Array([1, 2]).buffer],
    ['views', () => new DataView(new Uint8Array([1, 2, 3]).buffer, 1)],
    ['boxed values', () => [Object(1), Object('a'), Object(true), Object(1n)]],
    ['circular objects', circle],
    ['objects that share objects at every level', () => shared(100)],
    ['metadata of 256 levels', () => nested(256)],
    ['objects without a prototype', () => Object.assign(Object.create(null), { a: 1 })],
    ['fields in another order', () => (Math.abs(order++ % 2) === 1 ? { a: 1, b: 2 } : { b: 2, a: 1 })],
  ])('%s with the same contents are equal', (_, make) => {
    expect(same(make(), make())).toBe(true);
  });

  test.each<[string, unknown, unknown]>([
    ['a zero and a negative zero', 0, -0],
    ['a number and a string', 1, '1'],
    ['null and an object', null, {}],
    ['dates', new Date(5), new Date(6)],
    ['lengths', [1], [1, 2]],
    ['kinds of arrays', [1], new Float32Array([1])],
    ['an array and an object', [], {}],
    ['an undefined field and a missing field', { a: undefined }, { b: undefined }],
    ['a field more', { a: 1 }, { a: 1, b: 2 }],
    ['an inherited field', { toString: 1 }, { other: 1 }],
    ['promises', Promise.resolve(1), Promise.resolve(1)],
    ['maps', new Map([['a', 1]]), new Map([['a', 2]])],
    ['sets', new Set([1]), new Set([1, 2])],
    ['a map and a set', new Map(), new Set()],
    ['regular expressions', /a/g, /a/i],
    ['buffers', new ArrayBuffer(1), new ArrayBuffer(2)],
    ['views of the same buffer', new DataView(buffer, 0, 1), new DataView(buffer, 1, 1)],
    ['boxed values', Object(1), Object(2)],
    ['functions', () => 1, () => 1],
    ['circular objects', circle(), Object.assign(circle(), { a: 1 })],
    ['values without end', nested(1_000_000), nested(1_000_000)],
  ])('%s differ', (_, a, b) => {
    expect([same(a, b), same(b, a)]).toEqual([false, false]);
  });

  test('an object equals itself, whatever the object is', () => {
    for (const value of [circle(), Promise.resolve(), new Map(), () => {}]) expect(same(value, value)).toBe(true);
  });
});

let order = 0;

describe('sameDatabase', () => {
  const options = { name: 'notes', dimensions: 2 };

  test('leaves out undefined options, events, and which function a function is', () => {
    expect(sameDatabase(options, { ...options, onEvent: () => {}, indexed: undefined as never })).toBe(true);
    const worker = () => () => new Worker('worker.js');
    expect(sameDatabase({ ...options, worker: worker() }, { ...options, worker: worker() })).toBe(true);
    const url = () => new URL('https://example.test/worker.js');
    expect(sameDatabase({ ...options, worker: url() }, { ...options, worker: url() })).toBe(true);
  });

  test('every other option counts', () => {
    for (const other of [{ name: 'notes 2' }, { dimensions: 3 }, { indexed: ['a'] }, { worker: () => new Worker('w') }])
      expect(sameDatabase(options, { ...options, ...other })).toBe(false);
  });
});
