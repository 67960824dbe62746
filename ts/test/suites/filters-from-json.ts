// Filters from JSON, as a server, an address or a language model gives filters: a wrong filter is
// refused with the path of its wrong part, and changes nothing.

import { describe, expect, test } from 'vitest';
import type { EdgeVec } from '../../src/index.js';
import { failure, type Open } from '../support/open.js';

const MANY = 1_000_000;
const DEEP = 100_000;

const repeated = (text: string, count: number): string => Array.from({ length: count }, () => text).join();
const wrapped = (open: string, close: string): string => `${open.repeat(DEEP)}{}${close.repeat(DEEP)}`;

/** The JSON of a wrong filter, and the path to its wrong part. */
type Case = readonly [what: string, json: () => string, at: string];

/** Errors show the first steps of a long path. */
const cut = (steps: string): string => `filter${steps}…`;
const CASES: readonly Case[] = [
  ['a prototype', () => '{ "__proto__": { "polluted": true } }', 'filter.__proto__'],
  ['a prototype on a path', () => '{ "a.__proto__.polluted": 1 }', 'filter["a.__proto__.polluted"]'],
  ['a prototype as an operator', () => '{ "a": { "__proto__": { "$gt": 1 } } }', 'filter.a.__proto__'],
  ['a prototype in a list', () => '{ "$or": [{ "a": 1 }, { "__proto__": 1 }] }', 'filter.$or[1].__proto__'],
  ['the constructor as an operator', () => '{ "a": { "constructor": 1 } }', 'filter.a.constructor'],
  ['a method of all objects as a join', () => '{ "$toString": [] }', 'filter.$toString'],
  ['code', () => '{ "$where": "while (true) {}" }', 'filter.$where'],
  ['a regular expression', () => '{ "a": { "$regex": "(a+)+$" } }', 'filter.a.$regex'],
  ['null', () => 'null', 'filter'],
  ['a list', () => '[{ "a": 1 }]', 'filter'],
  ['an empty join', () => '{ "a": 1, "$and": [] }', 'filter.$and'],
  ['a list of values', () => '{ "$not": { "a": { "$in": [1, [2]] } } }', 'filter.$not.a.$in[1]'],
  ['a range from null', () => '{ "$and": [{}, { "a": { "$gt": null } }] }', 'filter.$and[1].a.$gt'],
  ['a lone backslash', () => '{ "a\\\\b": 1 }', 'filter["a\\\\b"]'],
  ['many levels of $not', () => wrapped('{"$not":', '}'), cut('.$not'.repeat(11))],
  ['many levels of $and', () => wrapped('{"$and":[', ']}'), cut(`${'.$and[0]'.repeat(5)}.$and`)],
  ['many levels of $or', () => wrapped('{"$or":[{"a":1},', ']}'), cut(`${'.$or[1]'.repeat(5)}.$or`)],
  ['an object in many objects', () => `{ "a": ${wrapped('{"a":', '}')} }`, 'filter.a.a'],
  ['a list in many lists', () => `{ "a": { "$in": [${wrapped('[', ']')}] } }`, 'filter.a.$in[0]'],
  ['many operands', () => `{ "a": { "$in": [${repeated('1', MANY)}] } }`, 'filter.a.$in'],
  ['many operands of arrays', () => `{ "a": { "$containsAll": [${repeated('""', MANY)}] } }`, 'filter.a.$containsAll'],
  ['many filters', () => `{ "$or": [${repeated('{"a":1}', MANY)}] }`, 'filter.$or'],
  ['many conditions', () => `{ ${Array.from({ length: MANY / 10 }, (_, i) => `"a${i}":1`).join()} }`, 'filter'],
];

export function defineFiltersFromJsonSuite(label: string, open: Open): void {
  async function filled(): Promise<EdgeVec> {
    const db = await open({ dimensions: 1 });
    await db.insert([
      { id: 'a', vector: [1], metadata: { a: 1, tags: ['x'] } },
      { id: 'own', vector: [1], metadata: JSON.parse('{ "constructor": "a", "toString": { "name": 1 } }') },
      { id: 'none', vector: [1] },
    ]);
    return db;
  }

  describe(`Filters from JSON, ${label}`, () => {
    test.each(CASES.map(([what, json, at]) => [what, { json, at }] as const))('%s', async (_, { json, at }) => {
      const db = await filled();
      const filter = JSON.parse(json());
      for (const call of [
        () => db.count({ filter }),
        () => db.search([1], { filter }),
        () => db.scan({ filter }).next(),
        () => db.delete({ filter }),
        () => db.update({ filter, metadata: { a: 2 } }),
      ]) {
        const error = await failure(call, 'INVALID_FILTER');
        expect(error.problem.endsWith(`, at ${at}`), error.problem).toBe(true);
        expect(error.message.length).toBeLessThan(1_000);
      }
      expect('polluted' in {}).toBe(false);
      expect(await db.count()).toBe(3);
      expect((await db.get('a'))?.metadata).toEqual({ a: 1, tags: ['x'] });
    });

    test('a list that is too long is refused before its items are read', async () => {
      const db = await filled();
      let reads = 0;
      const counting = (key: PropertyKey, value: unknown): unknown => {
        if (key !== 'length') reads++;
        return value;
      };
      const list = new Proxy(new Array(MANY).fill(1), {
        get: (target, key) => counting(key, Reflect.get(target, key)),
      });
      await failure(() => db.delete({ filter: { a: { $in: list } } }), 'INVALID_FILTER');
      await failure(() => db.delete({ filter: { $and: list } }), 'INVALID_FILTER');
      expect(reads).toBe(0);
    });

    test('a field is an own key, whatever the prototype has', async () => {
      const db = await filled();
      const found = async (json: string): Promise<unknown[]> => {
        const ids = [];
        for await (const { id } of db.scan({ filter: JSON.parse(json) })) ids.push(id);
        return ids;
      };
      expect(await found('{ "constructor": { "$exists": true } }')).toEqual(['own']);
      expect(await found('{ "toString.name": 1 }')).toEqual(['own']);
      expect(await found('{ "hasOwnProperty": { "$exists": false } }')).toEqual(['a', 'own', 'none']);
      for (const field of ['toString.length', 'constructor.name', 'tags.length', 'tags.0', 'a.toFixed', 'valueOf']) {
        expect(await found(JSON.stringify({ [field]: { $exists: true } })), field).toEqual([]);
      }
      expect(await db.facets(['constructor', 'valueOf', 'tags.length'])).toEqual({
        constructor: [{ value: 'a', count: 1 }],
        valueOf: [],
        'tags.length': [],
      });
      await failure(() => db.facets(['__proto__']), 'INVALID_OPTIONS');
      await failure(() => db.facets(['a.__proto__']), 'INVALID_OPTIONS');
    });
  });
}
