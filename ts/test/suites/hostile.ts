// Arguments with hostile behaviour: each call ends in a typed error, and leaves
// the database unchanged.

import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, EdgeVecError, type EdgeVecErrorCode, type EdgeVecEvent } from '../../src/index.js';
import { failure, type Open } from '../support/open.js';

/** Hides the type of a value, for calls possible only in plain JavaScript. */
const loose = (value: unknown): never => value as never;

const oops = new Error('oops');
const thrower = (): never => {
  throw oops;
};

function revoked<T extends object>(target: T): T {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** An object with a throwing property. */
const throwing = (key: PropertyKey, rest: object = {}): object =>
  Object.defineProperty({ ...rest }, key, { get: thrower, enumerable: true });

function detached(): Float32Array {
  const vector = Float32Array.of(1, 2);
  structuredClone(vector, { transfer: [vector.buffer] });
  return vector;
}

/** A Float32Array that reports a false length. */
function lying(actual: number, reported: number): Float32Array {
  class Liar extends Float32Array {
    override get length(): number {
      return reported;
    }
  }
  return new Liar(new Float32Array(actual).fill(1).buffer);
}

const iterator = (next: () => unknown) => ({ [Symbol.iterator]: () => ({ next }) });
const asyncIterator = (next: () => unknown) => ({ [Symbol.asyncIterator]: () => ({ next }) });

/** If the caller's code throws, the error must have the thrown value as its cause. */
type Case = readonly [what: string, code: EdgeVecErrorCode, value: unknown, remedy?: RegExp];

const named = (cases: readonly Case[]) => cases.map((given) => [given[0], given] as const);

const VECTORS: readonly Case[] = [
  ['a proxy of a Float32Array', 'INVALID_VECTOR', new Proxy(Float32Array.of(1, 1), {}), /unwrap/],
  ['a revoked proxy', 'INVALID_VECTOR', revoked([1, 1])],
  ['a throwing length', 'INVALID_VECTOR', throwing('length')],
  ['a throwing element', 'INVALID_VECTOR', throwing(1, { 0: 1, length: 2 })],
  ['a string as length', 'INVALID_VECTOR', { length: '2', 0: 1, 1: 1 }],
  ['a subclass with too small a length', 'DIMENSION_MISMATCH', lying(8, 2)],
  ['a subclass with too large a length', 'DIMENSION_MISMATCH', lying(1, 2)],
  ['a detached buffer', 'DIMENSION_MISMATCH', detached(), /transferred/],
  ['a DataView', 'INVALID_VECTOR', new DataView(new ArrayBuffer(8))],
  ['a promise', 'INVALID_VECTOR', Promise.resolve([1, 1]), /Await it/],
  ['a batch with a single vector', 'INVALID_VECTOR', [[0.1, 0.2]], /vectors\[0\]/],
  ['a batch with a single typed array', 'INVALID_VECTOR', [Float32Array.of(1, 2)], /vectors\[0\]/],
  ['a batch with as many vectors as dimensions', 'INVALID_VECTOR', [[1], [2]], /vectors\[0\]/],
  ['a string object', 'INVALID_VECTOR', new String('ab')],
];

const RECORDS: readonly Case[] = [
  ['a revoked proxy', 'INVALID_RECORD', revoked({})],
  ['a throwing id', 'INVALID_RECORD', throwing('id', { vector: [1, 1] })],
  ['a throwing vector', 'INVALID_RECORD', throwing('vector', { id: 1 })],
  ['throwing metadata', 'INVALID_RECORD', throwing('metadata', { id: 1, vector: [1, 1] })],
  ['throwing keys', 'INVALID_RECORD', new Proxy({}, { ownKeys: thrower })],
  ['a promise', 'INVALID_RECORD', Promise.resolve({ id: 1, vector: [1, 1] }), /Await it/],
];

const SOURCES: readonly Case[] = [
  ['a revoked proxy of an array', 'INVALID_RECORD', revoked([])],
  ['an array with a throwing element', 'INVALID_RECORD', Object.defineProperty([0], 0, { get: thrower })],
  ['an array of promises', 'INVALID_RECORD', [Promise.resolve({ id: 1, vector: [1, 1] })], /Await it/],
  ['a set of promises', 'INVALID_RECORD', new Set([Promise.resolve({ id: 1, vector: [1, 1] })]), /Await it/],
  ['no iterator', 'SOURCE_FAILED', { [Symbol.iterator]: () => undefined }],
  ['a number as iterator', 'SOURCE_FAILED', { [Symbol.iterator]: () => 5 }],
  ['an iterator without next', 'SOURCE_FAILED', { [Symbol.asyncIterator]: () => ({}) }],
  ['no method for an iterator', 'SOURCE_FAILED', { [Symbol.iterator]: 5 }],
  ['a throwing getter of the method', 'SOURCE_FAILED', throwing(Symbol.iterator)],
  ['next gives undefined', 'SOURCE_FAILED', iterator(() => undefined)],
  ['next gives null', 'SOURCE_FAILED', iterator(() => null)],
  ['next of a plain iterator gives a promise', 'SOURCE_FAILED', iterator(async () => ({ done: true }))],
  ['next throws', 'SOURCE_FAILED', iterator(thrower)],
  ['an async next gives null', 'SOURCE_FAILED', asyncIterator(async () => null)],
  ['an async next gives undefined, at once', 'SOURCE_FAILED', asyncIterator(() => undefined)],
  ['an async next rejects', 'SOURCE_FAILED', asyncIterator(() => Promise.reject(oops))],
  ['done throws', 'SOURCE_FAILED', iterator(() => throwing('done'))],
  ['value throws', 'SOURCE_FAILED', iterator(() => throwing('value', { done: false }))],
];

const FILES: readonly Case[] = [
  ['nothing', 'INVALID_OPTIONS', undefined],
  ['a revoked proxy', 'INVALID_OPTIONS', revoked({})],
  ['a promise', 'INVALID_OPTIONS', Promise.resolve(new Blob()), /Await the promise/],
  ['a detached buffer', 'INVALID_OPTIONS', detached().buffer, /transferred/],
  ['a view of a detached buffer', 'INVALID_OPTIONS', detached(), /transferred/],
  ['a throwing getReader', 'SOURCE_FAILED', { getReader: thrower }],
  ['a reader without read', 'SOURCE_FAILED', { getReader: () => ({}) }],
  ['a reader of undefined', 'SOURCE_FAILED', { getReader: () => ({ read: () => undefined }) }],
  ['a reader of null', 'SOURCE_FAILED', { getReader: () => ({ read: async () => null }) }],
  ['a throwing reader', 'SOURCE_FAILED', { getReader: () => ({ read: thrower, cancel: thrower }) }],
  ['a reader of text', 'INVALID_OPTIONS', { getReader: () => ({ read: async () => ({ value: 'EVDB' }) }) }],
];

export function defineHostileSuite(label: string, open: Open, worker: boolean): void {
  async function filled(): Promise<EdgeVec> {
    const db = await open({ dimensions: 2, metric: 'euclidean' });
    await db.insert([
      { id: 'a', vector: [1, 0], metadata: { n: 1 } },
      { id: 2, vector: [0, 1], metadata: { n: 2 } },
    ]);
    return db;
  }

  /** Expects both rows in the database, and an answer to a search. */
  async function expectWhole(db: EdgeVec): Promise<void> {
    const records = [];
    for await (const record of db.scan({ includeVectors: true })) records.push(record);
    expect(records).toEqual([
      { id: 'a', vector: Float32Array.of(1, 0), metadata: { n: 1 } },
      { id: 2, vector: Float32Array.of(0, 1), metadata: { n: 2 } },
    ]);
    expect((await db.search([1, 0], 1))[0]?.id).toBe('a');
    expect((await db.stats()).hidden).toBe(0);
  }

  async function refused(call: () => unknown, [, code, , remedy]: Case): Promise<EdgeVecError> {
    const error = await failure(call, code);
    if (remedy !== undefined) expect(error.remedy).toMatch(remedy);
    expect(error.got).not.toBe('oops');
    if (error.problem.endsWith('oops')) expect(error.cause).toBe(oops);
    return error;
  }

  describe(`Hostile arguments, ${label}`, () => {
    afterEach(() => void vi.unstubAllGlobals());

    test.each(named(VECTORS))('a vector: %s', async (_what, given) => {
      const vector = loose(given[2]);
      const db = await filled();
      const good = { vector: [1, 1] };
      await refused(() => db.insert({ vector }), given);
      expect((await refused(() => db.insert([good, { vector }]), given)).row).toBe(1);
      expect((await refused(() => db.upsert(new Set([{ id: 'x', vector }])), given)).written).toBe(0);
      await refused(() => db.update({ id: 'a', vector }), given);
      await refused(() => db.search(vector), given);
      expect((await refused(() => db.searchMany([[1, 1], vector]), given)).row).toBe(1);
      await expectWhole(db);
    });

    test('unusual lists of numbers are accepted as vectors', async () => {
      const db = await open({ dimensions: 2 });
      class Sub extends Float32Array {}
      const odd = [
        Object.freeze([1, 2]),
        { length: 2, 0: 1, 1: 2 },
        new Sub([1, 2]),
        Float64Array.of(1, 2),
        Object.assign(lying(2, 7), { 1: 2 }),
        new Proxy([1, 2], {}),
        Float32Array.of(9, 1, 2).subarray(1),
        new Float32Array(new SharedArrayBuffer(8)).fill(1).map((_, i) => i + 1),
      ];
      const ids = await db.insert(odd.map((vector) => ({ vector })));
      for (const record of await db.get(ids)) expect(record?.vector).toEqual(Float32Array.of(1, 2));
      for (const vector of odd) expect(await db.search(vector)).toHaveLength(odd.length);
      expect(await db.searchMany(odd)).toHaveLength(odd.length);
    });

    test.each(named(RECORDS))('a record: %s', async (_what, given) => {
      const record = loose(given[2]);
      const db = await filled();
      const good = { id: 'new', vector: [1, 1] };
      expect((await refused(() => db.insert(record), given)).row).toBeUndefined();
      expect((await refused(() => db.upsert([good, record]), given)).row).toBe(1);
      await refused(() => db.update(record), given);
      const error = await refused(() => db.insert(new Set([record])), given);
      expect([error.row, error.written]).toEqual([0, 0]);
      await expectWhole(db);
    });

    test.each(named(SOURCES))('many records: %s', async (_what, given) => {
      const db = await filled();
      await refused(() => db.insert(loose(given[2])), given);
      await refused(() => db.update(loose(given[2])), given);
      await expectWhole(db);
    });

    test('an async iterator of null is ignored in favour of the plain iterator, as in for await', async () => {
      const db = await open({ dimensions: 1 });
      const records = Object.assign(new Set([{ id: 'x', vector: [1] }]), { [Symbol.asyncIterator]: null });
      expect(await db.insert(loose(records))).toEqual(['x']);
    });

    test('the value beside done is not read, and an EdgeVecError of the source keeps its code', async () => {
      const db = await filled();
      expect(await db.insert(loose(iterator(() => throwing('value', { done: true }))))).toEqual([]);
      const own = new EdgeVecError('NOT_FOUND', 'The row of the caller is not there');
      const thrown = await failure(
        () =>
          db.insert(
            loose(
              iterator(() => {
                throw own;
              }),
            ),
          ),
        'NOT_FOUND',
      );
      expect(thrown.written).toBe(0);
    });

    test('get and delete refuse unreadable ids', async () => {
      const db = await filled();
      for (const ids of [revoked([]), Object.defineProperty([0], 0, { get: thrower })]) {
        await failure(() => db.get(loose(ids)), 'INVALID_ID');
        await failure(() => db.delete(loose(ids)), 'INVALID_ID');
      }
      await expectWhole(db);
    });

    test('every call refuses unreadable options', async () => {
      const db = await filled();
      for (const options of [revoked({}), throwing('k'), throwing('durability'), throwing('includeVectors')]) {
        const calls = [
          () => db.search([1, 1], loose(options)),
          () => db.searchMany([[1, 1]], loose(options)),
          () => db.insert({ vector: [1, 1] }, loose(options)),
          () => db.delete('a', loose(options)),
          () => db.scan(loose(options)).next(),
          () => EdgeVec.open(loose(options)),
          () => EdgeVec.load('x', loose(options)),
          () => EdgeVec.import(new Blob(), loose(options)),
          () => EdgeVec.list(loose(options)),
          () => EdgeVec.drop('x', loose(options)),
        ];
        for (const call of calls) await failure(call, 'INVALID_OPTIONS');
      }
      await expectWhole(db);
    });

    test.each(named(FILES))('a file: %s', async (_what, given) => {
      await refused(() => EdgeVec.import(loose(given[2]), { worker }), given);
    });

    test('searchMany refuses holes and lists with a false length', async () => {
      const db = await filled();
      const holes = [[1, 1], undefined, [1, 1]];
      delete holes[1];
      expect((await failure(() => db.searchMany(loose(holes)), 'INVALID_VECTOR')).row).toBe(1);
      expect((await failure(() => db.searchMany(new Array(1e9)), 'INVALID_VECTOR')).row).toBe(0);
      const many = new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 32 - 1 : [1, 1]) });
      const error = await failure(() => db.searchMany(many), 'INVALID_VECTOR');
      expect(error).toMatchObject({ expected: 'at most 134217728 of 2 dimensions', got: '4294967295' });
      await failure(() => db.searchMany(revoked([])), 'INVALID_VECTOR');
      expect(await db.searchMany([])).toEqual([]);
      await expectWhole(db);
    });

    test('a listener that throws or rejects ends no call', async () => {
      const told: unknown[] = [];
      vi.stubGlobal('reportError', (error: unknown) => told.push(error));
      vi.stubGlobal(
        'Worker',
        class {
          constructor() {
            throw new Error('no');
          }
        },
      );
      // With `auto`, open reports a worker that cannot start, but only on a platform with storage.
      vi.stubGlobal('indexedDB', {});
      const events: EdgeVecEvent[] = [];
      const listeners: ((event: EdgeVecEvent) => void)[] = [
        (event) => {
          events.push(event);
          throw oops;
        },
        async (event) => {
          events.push(event);
          throw oops;
        },
      ];
      for (const onEvent of listeners) {
        const db = await EdgeVec.open({ dimensions: 2, onEvent });
        onTestFinished(() => db.close());
        await db.insert({ vector: [1, 1] });
        expect(await db.count()).toBe(1);
      }
      expect(events.map(({ type }) => type)).toEqual(['worker-unavailable', 'worker-unavailable']);
      expect(told).toEqual([oops, oops]);
    });

    test('a write waits for the promise of onProgress, and aborts with its error if the promise rejects', async () => {
      const db = await filled();
      const rows = Array.from({ length: 300 }, (_, i) => ({ vector: [i, 1] }));
      const onProgress = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve));
        throw oops;
      };
      for (const input of [rows, new Set(rows), { vector: [1, 1] }]) {
        await expect(db.insert(input as never, { onProgress })).rejects.toBe(oops);
      }
      await expectWhole(db);
      let running = 0;
      const most: number[] = [];
      await db.insert(rows, {
        onProgress: async () => {
          most.push(++running);
          await new Promise((resolve) => setTimeout(resolve));
          running--;
        },
      });
      expect(most.length).toBeGreaterThan(1);
      expect(Math.max(...most)).toBe(1);
      expect(running).toBe(0);
    });
  });
}
