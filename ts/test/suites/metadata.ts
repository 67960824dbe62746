// Metadata keeps its values on every way: in the write, the log, a checkpoint, a file, and hits.

import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { crc32c } from '../../src/base/crc32c.js';
import { Slices } from '../../src/base/time-slices.js';
import { copyMetadata } from '../../src/collection/metadata/copy.js';
import { openDatabase } from '../../src/database/open.js';
import { inlineEngine } from '../../src/engine/inline.js';
import { serialize } from '../../src/format/value/text.js';
import { EdgeVec, type OpenOptions } from '../../src/index.js';
import { localSite } from '../../src/storage/site.js';
import { metadata, nested } from '../support/metadata.js';
import { failure } from '../support/open.js';

type Doc = Record<string, unknown>;

/** The allowed depth of metadata. */
const LEVELS = 256;

/**
 * A checksum of the text of 500 random values from seed 7. All hosts must agree on the checksum, so
 * all hosts can read the text.
 */
const DIGEST = 2170024766;

/** A class of the application. */
class Note {
  title = 'a';
  #secret = 1;
  get secret(): number {
    return this.#secret;
  }
}

class Closed {
  #secret = 1;
  get secret(): number {
    return this.#secret;
  }
}

/**
 * Imitates the proxies of Vue and others: the proxy of an object returns proxies, and the proxy of
 * a map has methods of its own.
 */
function reactive<T extends object>(target: T): T {
  return new Proxy(target, {
    get(_, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value === 'function') return value.bind(target);
      return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) ? reactive(value) : value;
    },
  });
}

/** Imitates the maps of MobX: a class with the methods of a map. */
class Observable {
  hasListeners = false;
  readonly [Symbol.toStringTag] = 'Map';
  forEach(take: (value: unknown, key: unknown) => void): void {
    take({ v: 1 }, 'k');
  }
}

/** Whether this JavaScript engine has the type. */
const has = (name: string): boolean => name in globalThis;
const newFloat16Array = (): object =>
  new (globalThis as unknown as { Float16Array: new (length: number) => object }).Float16Array(2);

const accepted: [what: string, value: () => unknown, expected?: unknown][] = [
  ['text', () => 'ä"\n\u2028</script>'],
  ['half a character', () => '\ud800'],
  ['numbers', () => [0, -0, 5e-324, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ['nothing', () => [null, undefined]],
  ['bigints', () => [0n, -(2n ** 200n)]],
  ['booleans', () => [true, false]],
  ['dates', () => [new Date(0), new Date(-1e14), new Date(Number.NaN)]],
  ['regular expressions', () => [/a\/b/giu, /(?:)/]],
  [
    'maps and sets',
    () =>
      new Map<unknown, unknown>([
        ['a', new Set([1, 'b'])],
        [{ key: 1 }, new Map()],
        [null, undefined],
      ]),
  ],
  ['holes', () => Object.assign(new Array(4), { 1: 'a' })],
  ['few values in a long array', () => Object.assign(new Array(1_000_000), { 999999: 'a' })],
  ['a buffer', () => Uint8Array.of(1, 2, 3).buffer],
  ...[
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ].map((View): [string, () => unknown] => [View.name, () => View.of(1, 2, 3)]),
  ['BigInt64Array', () => BigInt64Array.of(-1n)],
  ['BigUint64Array', () => BigUint64Array.of(2n ** 64n - 1n)],
  ['DataView', () => new DataView(Uint8Array.of(1, 2).buffer)],
  ['boxed values', () => [Object(1), Object('text'), Object(false), Object(1n)]],
  ['an object without a prototype', () => Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  [
    'names of everything',
    () => Object.fromEntries(['constructor', 'toString', 'then', '', '1'].map((key) => [key, 1])),
  ],
  ["an instance of the caller's class", () => new Note(), { title: 'a' }],
  [
    'the values of getters',
    () => ({
      get a() {
        return [1];
      },
    }),
    { a: [1] },
  ],
  [
    'a reactive object',
    () => reactive({ list: [{ a: 1 }], map: new Map([['k', { v: 1 }]]), set: new Set(['s']) }),
    {
      list: [{ a: 1 }],
      map: new Map([['k', { v: 1 }]]),
      set: new Set(['s']),
    },
  ],
  ['an observable map', () => new Observable(), new Map([['k', { v: 1 }]])],
];

const refused: [what: string, value: () => unknown, path: string, got: string][] = [
  ['a function', () => ({ f: () => 0 }), 'x.f', 'a function'],
  ['a method of a class', () => [class {}], 'x[0]', 'a function'],
  ['a symbol', () => new Map([['k', Symbol('s')]]), 'x.get("k")', 'Symbol(s)'],
  ['a URL', () => ({ tags: [1, { url: new URL('https://a.b') }] }), 'x.tags[1].url', 'a URL'],
  ['parameters', () => new Set([1, new URLSearchParams('a=1')]), 'x.values()[1]', 'a URLSearchParams'],
  ['a blob', () => new Blob(['x']), 'x', 'a Blob'],
  ['an error', () => new TypeError('x'), 'x', 'an Error'],
  ['a promise', () => ({ 'a b': Promise.resolve(1) }), 'x["a b"]', 'a Promise'],
  ['a weak map', () => new WeakMap(), 'x', 'a WeakMap'],
  ['a generator', () => (function* () {})(), 'x', 'a Generator'],
  ['an object that says what it is', () => ({ a: 1, [Symbol.toStringTag]: 'Tensor' }), 'x', 'a Tensor'],
  [
    'an object that says it is a date',
    () => ({ [Symbol.toStringTag]: 'Date' }),
    'x',
    'something that fails when it is read',
  ],
  ['an instance without fields', () => new Closed(), 'x', 'a Closed without fields of its own'],
  ['a proxy of a date', () => new Proxy(new Date(), {}), 'x', 'a Date without fields of its own'],
  ['a proxy of a view', () => new Proxy(Uint8Array.of(1), {}), 'x', 'an Uint8Array without fields of its own'],
  ['a match', () => /a(?<b>b)/.exec('ab'), 'x', 'a field "groups", which would be lost'],
  ['a name on an array', () => Object.assign([1], { name: 'a' }), 'x', 'a field "name", which would be lost'],
  ['a name on a map', () => Object.assign(new Map(), { name: 'a' }), 'x', 'a field "name", which would be lost'],
  ['a symbol as a name', () => ({ [Symbol('s')]: 1 }), 'x', 'a field named by a symbol: Symbol(s)'],
  ['the name of the prototype', () => JSON.parse('{"a":{"__proto__":1}}'), 'x.a', 'a field "__proto__"'],
  [
    'a throwing getter',
    () => ({
      get a() {
        throw new Error('not now');
      },
    }),
    'x.a',
    'something that fails when it is read: not now',
  ],
  ['a key of a map', () => new Map([[() => 0, 1]]), 'x.keys()[0]', 'a function'],
  ['a value of a map by such a key', () => new Map([[{}, () => 0]]), 'x.values()[0]', 'a function'],
  [
    'a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
    'x',
    'something that fails when it is read',
  ],
  [
    'a transferred buffer',
    () => {
      const view = Uint8Array.of(1);
      structuredClone(view.buffer, { transfer: [view.buffer] });
      return view;
    },
    'x',
    'something that fails when it is read',
  ],
  ['a level too much', () => nested(LEVELS), 'x.in', 'more than 256 levels'],
  ['levels of arrays', () => nested(5_000, (value) => [value]), 'x.in', 'more than 256 levels'],
  ['levels of maps', () => nested(5_000, (value) => new Map([[value, value]])), 'x.in', 'more than 256 levels'],
  ['levels of sets', () => nested(5_000, (value) => new Set([value])), 'x.in', 'more than 256 levels'],
  [
    'a list whose items lead to one another',
    () => {
      const items: { next?: object }[] = Array.from({ length: 1_500 }, () => ({}));
      for (const [i, item] of items.entries()) item.next = items[i + 1] ?? {};
      return items;
    },
    'x[0].next.next',
    'more than 256 levels',
  ],
  ...[
    ['Float16Array', newFloat16Array, 'a Float16Array'],
    ['SharedArrayBuffer', () => new Uint8Array(new SharedArrayBuffer(2)), 'bytes of a SharedArrayBuffer'],
    ['SharedArrayBuffer', () => new SharedArrayBuffer(2), 'bytes of a SharedArrayBuffer'],
    [
      'Temporal',
      () => (globalThis as never as { Temporal: { Now: { instant(): object } } }).Temporal.Now.instant(),
      'a Temporal.Instant',
    ],
    ['File', () => new File(['x'], 'x'), 'a File'],
    ['document', () => document.createElement('p'), 'a HTMLParagraphElement'],
  ].flatMap(([type, value, got]) => (has(type as string) ? [[`a ${got}`, value, 'x', got] as never] : [])),
];

let names = 0;

export function defineMetadataSuite(label: string, kept: Pick<OpenOptions, 'worker' | 'directory'>): void {
  const where = kept.directory === undefined ? {} : { directory: kept.directory };
  const opened = new Set<EdgeVec<Doc>>();
  const made = new Set<string>();

  async function open(options: { name: string; dimensions?: number } | { dimensions: number }): Promise<EdgeVec<Doc>> {
    const { directory, ...host } = kept;
    const db = await ('name' in options
      ? EdgeVec.open<Doc>({ ...kept, ...options })
      : EdgeVec.open<Doc>({ ...host, ...options }));
    opened.add(db);
    return db;
  }

  function fresh(): string {
    const name = `metadata-${Date.now()}-${names++}`;
    made.add(name);
    return name;
  }

  afterEach(async () => {
    for (const db of opened) await db.close();
    opened.clear();
    for (const name of made) await EdgeVec.drop(name, where);
    made.clear();
  });

  const rowsOf = (values: readonly Doc[]) => values.map((value, id) => ({ id, vector: [id + 1, 1], metadata: value }));

  async function contents(db: EdgeVec<Doc>): Promise<unknown[]> {
    const found: Doc[] = [];
    for await (const record of db.scan()) found.push(record.metadata);
    const ids = found.map((_, id) => id);
    expect((await db.get(ids)).map((record) => record?.metadata)).toStrictEqual(found);
    const hits = await db.search([1, 1], { k: found.length, exact: true });
    expect(hits.sort((a, b) => (a.id as number) - (b.id as number)).map((hit) => hit.metadata)).toStrictEqual(found);
    return found;
  }

  /** Writes the values, and compares the values in every place that holds metadata. */
  async function everywhere(values: readonly Doc[], expected: readonly Doc[] = values): Promise<void> {
    const name = fresh();
    let db = await open({ name, dimensions: 2 });
    await db.insert(rowsOf(values));
    expect(await contents(db)).toStrictEqual(expected);
    // Reads from the log, then from a checkpoint of the log, then from a checkpoint with copied
    // lines.
    for (const save of [true, true, false]) {
      await db.close();
      db = await open({ name });
      expect(await contents(db)).toStrictEqual(expected);
      if (save) await db.save();
      await db.upsert({ id: values.length, vector: [1, 1] });
      await db.delete(values.length);
    }
    const file = await new Response(db.export()).blob();
    const { directory, ...host } = kept;
    const imported = await EdgeVec.import<Doc>(file, host);
    opened.add(imported);
    expect(await contents(imported)).toStrictEqual(expected);
    const inMemory = await open({ dimensions: 2 });
    await inMemory.insert(rowsOf(values));
    expect(await contents(inMemory)).toStrictEqual(expected);
  }

  describe(`Metadata, ${label}`, () => {
    test('every kind is kept: written, logged, saved, exported and imported', async () => {
      await everywhere(
        accepted.map(([, value]) => ({ x: value() })),
        accepted.map(([, value, expected]) => ({ x: expected ?? value() })),
      );
    });

    test('an instance as the whole metadata is stored as its fields', async () => {
      await everywhere([new Note(), reactive({ a: { b: 1 } }), Object.create(null)] as never, [
        { title: 'a' },
        { a: { b: 1 } },
        {},
      ]);
    });

    test.each(refused)('%s is refused with its path, and nothing is written', async (_, value, path, got) => {
      const db = await open({ dimensions: 2 });
      await db.insert({ id: 'a', vector: [1, 1], metadata: { n: 1 } });
      const record = { id: 'b', vector: [1, 2], metadata: { x: value() } };
      const error = await failure(() => db.insert(record), 'METADATA_NOT_STORABLE');
      expect(error.problem).toContain(`, at ${path}`);
      expect(error.got).toContain(got);
      expect([error.id, error.row]).toEqual(['b', undefined]);
      expect([error.expected, error.remedy].every((text) => typeof text === 'string')).toBe(true);
      expect(
        await failure(() => db.upsert([{ id: 'c', vector: [1, 2] }, record]), 'METADATA_NOT_STORABLE'),
      ).toMatchObject({ row: 1, id: 'b' });
      await failure(() => db.update({ id: 'a', metadata: record.metadata }), 'METADATA_NOT_STORABLE');
      expect(await db.search([1, 1])).toMatchObject([{ id: 'a', metadata: { n: 1 } }]);
    });

    test('an error of a getter is the cause', async () => {
      const db = await open({ dimensions: 2 });
      const cause = new RangeError('mine');
      const hostile = {
        get x() {
          throw cause;
        },
      };
      expect(
        (await failure(() => db.insert({ vector: [1, 1], metadata: hostile }), 'METADATA_NOT_STORABLE')).cause,
      ).toBe(cause);
    });

    test('shared and circular references are kept within a record, and not between records', async () => {
      const name = fresh();
      let db = await open({ name, dimensions: 2 });
      const twice = { n: 1 };
      const value: Doc = { a: twice, b: [twice], map: new Map([[twice, twice]]) };
      value['self'] = value;
      await db.insert(rowsOf([value, value, { a: twice }]));
      for (let opening = 0; opening < 3; opening++) {
        const [first, second, third] = (await db.get([0, 1, 2])).map((record) => record?.metadata as Doc);
        for (const one of [first, second] as { self: object; a: object; b: object[]; map: Map<object, object> }[]) {
          expect(one.self).toBe(one);
          expect(one.b[0]).toBe(one.a);
          expect(one.map.get(one.a)).toBe(one.a);
        }
        expect(first?.['a']).not.toBe(second?.['a']);
        expect(third).toEqual({ a: twice });
        if (opening > 0) await db.save();
        await db.close();
        db = await open({ name });
      }
    });

    test.each(['insert', 'upsert', 'update'] as const)(
      '%s takes the metadata of a record with the record',
      async (kind) => {
        const count = 300;
        function* filled() {
          const record = {
            id: 0,
            vector: new Float32Array(2),
            metadata: { n: 0, tags: [] as string[], at: new Map<string, number>() },
          };
          for (let i = 0; i < count; i++) {
            record.id = i;
            record.vector.set([i + 1, 1]);
            record.metadata.n = i;
            record.metadata.tags.length = 0;
            record.metadata.tags.push(`t${i}`);
            record.metadata.at.clear();
            record.metadata.at.set('i', i);
            yield record;
          }
        }
        async function* later() {
          for (const record of filled()) {
            yield record;
            if (record.id % 7 === 0) await Promise.resolve();
          }
        }
        const expected = Array.from({ length: count }, (_, i) => ({ n: i, tags: [`t${i}`], at: new Map([['i', i]]) }));
        for (const source of [filled, later]) {
          const db = await open({ dimensions: 2 });
          if (kind === 'update') await db.insert(expected.map((_, id) => ({ id, vector: [id + 1, 1] })));
          await db[kind](source() as Iterable<{ id: number; vector: Float32Array; metadata: Doc }>);
          expect(await contents(db)).toEqual(expected);
        }
      },
    );

    test('a view is stored with its own bytes only', async () => {
      const name = fresh();
      const db = await open({ name, dimensions: 2 });
      const pool = new Uint8Array(1 << 20).fill(7);
      const view = (at: number): Uint8Array => pool.subarray(at * 16, at * 16 + 16);
      const values = Array.from({ length: 50 }, (_, i) => ({
        view: view(i),
        map: new Map([[view(i), new DataView(pool.buffer, i, 3)]]),
        list: [new Set([new Uint16Array(pool.buffer, 2 * i, 2)])],
      }));
      await db.insert(rowsOf(values));
      const alone = (metadata: unknown): void => {
        const { view, map, list } = metadata as (typeof values)[number];
        const [[key, value]] = [...map] as [[Uint8Array, DataView]];
        const [item] = [...(list[0] as Set<Uint16Array>)];
        expect([view, key, value, item].map((one) => one?.buffer.byteLength)).toEqual([16, 16, 3, 4]);
      };
      const file = await new Response(db.export()).blob();
      expect(file.size).toBeLessThan(50_000);
      expect((await db.stats()).storage.bytes).toBeLessThan(50_000);
      const { directory, ...host } = kept;
      const imported = await EdgeVec.import<Doc>(file, host);
      opened.add(imported);
      await db.close();
      const again = await open({ name });
      for (const one of [again, imported]) {
        for await (const { metadata } of one.scan()) alone(metadata);
        for (const { metadata } of await one.search([1, 1], 50)) alone(metadata);
        expect(await contents(one)).toEqual(values);
      }
    });

    test('256 levels are kept, even in a new worker, and deeper metadata is refused without harm', async () => {
      const deep = [
        nested(LEVELS),
        nested(LEVELS, (value) => new Map([['k', value]])),
        nested(LEVELS, (value) => new Set([value])),
      ];
      await everywhere(deep as Doc[]);
      const name = fresh();
      const db = await open({ name, dimensions: 2 });
      await db.insert(rowsOf([{ n: 1 }]));
      for (const levels of [LEVELS + 1, 800, 1_300, 2_500, 3_800, 10_000, 100_000]) {
        await failure(() => db.insert({ vector: [1, 1], metadata: nested(levels) as Doc }), 'METADATA_NOT_STORABLE');
      }
      await db.insert({ id: 1, vector: [1, 1], metadata: deep[0] as Doc });
      await db.save();
      await db.close();
      // The text comes from the log, and goes into the next checkpoint.
      const again = await open({ name });
      await again.update({ id: 1, metadata: { more: true } });
      await again.save();
      expect(await contents(again)).toEqual([{ n: 1 }, { ...deep[0], more: true }]);
    });

    test('metadata accepted by earlier versions stays readable for hosts with the type, and harms no other row', async () => {
      const name = fresh();
      const taken: [id: string, value: object][] = [
        ['deep', nested(400)],
        ['url', { url: new URL('https://a.b') }],
        ...(has('Float16Array') ? [['half', { half: newFloat16Array() }] as [string, object]] : []),
      ];
      const { module } = await inlineEngine();
      const engine = {
        dimensions: 2,
        metric: 'cosine',
        precision: 'float32',
        m: 8,
        efConstruction: 40,
        seed: 0,
      } as const;
      const { database } = await openDatabase(
        { engine, given: ['dimensions'], recall: 0.95, stored: { name, elseInMemory: false } },
        { module, slices: new Slices(), site: () => localSite(kept.directory), tell: () => {} },
      );
      const part = {
        start: 0,
        ids: [...taken.map(([id]) => id), 'good'],
        vectors: new Float32Array(2 * taken.length + 2).fill(1),
        metadata: [...taken.map(([, value]) => value), { n: 1 }],
      };
      // Writes as earlier versions did, without a check of the metadata.
      await database.write({ transaction: 1, kind: 'insert', first: true, last: true, strict: false, part });
      await database.close();
      for (let opening = 0; opening < 3; opening++) {
        const db = await open({ name });
        expect(await db.count()).toBe(part.ids.length);
        for (const id of ['deep', 'url']) {
          expect(await failure(() => db.get(['good', id]), 'UNSUPPORTED_FORMAT')).toMatchObject({ id });
          await db.update({ id, metadata: { more: opening } });
        }
        await failure(() => db.search([1, 1]), 'UNSUPPORTED_FORMAT');
        if (has('Float16Array')) expect((await db.get('half'))?.metadata).toEqual({ half: newFloat16Array() });
        expect((await db.get('good'))?.metadata).toEqual({ n: 1 });
        await db.save();
        const file = await new Response(db.export()).blob();
        const { directory, ...host } = kept;
        await failure(() => EdgeVec.import(file, host), 'UNSUPPORTED_FORMAT');
        await db.close();
        opened.delete(db);
      }
      const db = await open({ name });
      await db.upsert(taken.map(([id]) => ({ id, vector: [1, 1], metadata: { n: 2 } })));
      expect((await db.search([1, 1])).map(({ metadata }) => metadata['n']).sort()).toEqual([1, ...taken.map(() => 2)]);
    });

    test('accepted values are written, logged, saved, exported and imported unchanged', async () => {
      const values = fc.sample(metadata(), { seed: 3, numRuns: 200 });
      await everywhere(values);
    });

    test('the stored text is the same on every host', () => {
      const values = fc.sample(metadata(), { seed: 7, numRuns: 500 });
      const texts = values.map((value) => serialize(copyMetadata(value, {}).metadata));
      expect(crc32c(new TextEncoder().encode(texts.join('\n')))).toBe(DIGEST);
    });
  });
}
