// The promises of every storage.

import { afterEach, describe, expect, test } from 'vitest';
import { EdgeVecError } from '../../src/base/errors.js';
import { type StorageBackend, type StorageSite, sameBytes } from '../../src/storage/storage.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

async function logOf(storage: StorageBackend, after = 0): Promise<[number, number[]][]> {
  const entries: [number, number[]][] = [];
  for await (const [key, value] of storage.scan(after)) entries.push([key, [...value]]);
  return entries;
}

/** Converts values to bytes, because comparing long arrays of numbers is slow. */
async function bytesOf(storage: StorageBackend, after = 0): Promise<[number, Uint8Array][]> {
  const entries: [number, Uint8Array][] = [];
  for await (const entry of storage.scan(after)) entries.push([...entry]);
  return entries;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  return error instanceof EdgeVecError ? error.code : `no EdgeVecError: ${String(error)}`;
}

export interface StorageCase {
  /** Makes an empty site. */
  readonly site: () => Promise<StorageSite>;
  /**
   * Makes another site with the same stored values. Left out if the storage does not survive its
   * site.
   */
  readonly again?: (site: StorageSite) => StorageSite;
}

let names = 0;

export function defineStorageSuite(label: string, { site: makeSite, again }: StorageCase): void {
  describe(`Storage, ${label}`, () => {
    const opened: StorageBackend[] = [];
    const made: [StorageSite, string][] = [];

    async function open(site: StorageSite, name: string, onGone: () => void = () => {}): Promise<StorageBackend> {
      const storage = await site.open(name, onGone);
      opened.push(storage);
      made.push([site, name]);
      return storage;
    }

    async function fresh(): Promise<{ site: StorageSite; name: string; storage: StorageBackend }> {
      const site = await makeSite();
      const name = `conformance-${Date.now()}-${names++}`;
      return { site, name, storage: await open(site, name) };
    }

    afterEach(async () => {
      for (const storage of opened.splice(0)) await storage.close();
      for (const [site, name] of made.splice(0)) await site.drop(name);
    });

    test('a new storage is empty', async () => {
      const { storage } = await fresh();
      expect(await storage.read('head', 0)).toBeUndefined();
      expect(await storage.read('log', 1)).toBeUndefined();
      expect(await storage.read('chunks', 'a')).toBeUndefined();
      expect(await logOf(storage)).toEqual([]);
      expect(await storage.chunks()).toEqual([]);
    });

    test('soleHolder tells whether another handle is open', async ({ skip }) => {
      const { site, name, storage } = await fresh();
      if (storage.soleHolder === undefined) return skip('this storage does not know who else has it open');
      expect(await storage.soleHolder()).toBe(true);
      const other = await open(site, name);
      expect(await Promise.all([storage.soleHolder(), other.soleHolder?.()])).toEqual([false, false]);
      await storage.close();
      expect(await Promise.all([storage.soleHolder(), other.soleHolder?.()])).toEqual([false, true]);
      const next = await open(site, name);
      await other.close();
      expect(await next.soleHolder?.()).toBe(true);
    });

    test('hasOthers tells whether another handle is open', async ({ skip }) => {
      const { site, name, storage } = await fresh();
      const canTell = storage.hasOthers !== undefined && (await storage.soleHolder?.()) === true;
      if (!canTell) return skip('this storage does not know who else has it open');
      expect(await storage.hasOthers?.(0)).toBe(false);
      const other = await open(site, name);
      expect(await Promise.all([storage.hasOthers?.(0), other.hasOthers?.(0)])).toEqual([true, true]);
      // In IndexedDB, the answer waits for the other handle. The other storages answer at once.
      const waiting = storage.kind === 'indexeddb' ? storage.hasOthers?.(600_000) : false;
      await other.close();
      expect(await waiting).toBe(false);
      expect(await storage.hasOthers?.(600_000)).toBe(false);
    });

    test.each([false, true])('committed values can be read, and deleted values cannot (strict: %s)', async (strict) => {
      const { storage } = await fresh();
      const put = [
        ['head', 0, bytes(1)],
        ['log', 7, bytes(7, 7)],
        ['log', 10, bytes()],
        ['log', 9, bytes(9)],
        ['chunks', 'a/b', bytes(1, 2)],
        ['chunks', 'ä.%', bytes(3)],
      ] as const;
      expect(await storage.commit({ put, strict })).toBe(true);
      expect(await storage.read('head', 0)).toEqual(bytes(1));
      expect(await storage.read('log', 7)).toEqual(bytes(7, 7));
      expect(await storage.read('chunks', 'ä.%')).toEqual(bytes(3));
      expect(await logOf(storage)).toEqual([
        [7, [7, 7]],
        [9, [9]],
        [10, []],
      ]);
      expect(await logOf(storage, 7)).toEqual([
        [9, [9]],
        [10, []],
      ]);
      expect((await storage.chunks()).sort()).toEqual(['a/b', 'ä.%']);

      const gone = [
        ['log', 7],
        ['log', 8],
        ['chunks', 'a/b'],
        ['chunks', 'never'],
      ] as const;
      expect(await storage.commit({ put: [['log', 9, bytes(8)]], delete: gone, strict })).toBe(true);
      expect(await logOf(storage)).toEqual([
        [9, [8]],
        [10, []],
      ]);
      expect(await storage.chunks()).toEqual(['ä.%']);
      expect(await storage.read('chunks', 'a/b')).toBeUndefined();
    });

    test('a commit that expects a different head changes nothing', async () => {
      const { storage } = await fresh();
      const put = [
        ['head', 0, bytes(2)],
        ['log', 1, bytes(1)],
        ['chunks', 'a', bytes(1)],
      ] as const;
      expect(await storage.commit({ expect: bytes(1), put })).toBe(false);
      expect(await storage.read('head', 0)).toBeUndefined();
      expect(await logOf(storage)).toEqual([]);
      expect(await storage.commit({ expect: null, put })).toBe(true);
      expect(await storage.commit({ expect: null, put: [['head', 0, bytes(9)]], delete: [['log', 1]] })).toBe(false);
      expect(await storage.commit({ expect: bytes(2, 2), delete: [['log', 1]] })).toBe(false);
      expect(await storage.read('head', 0)).toEqual(bytes(2));
      expect(await logOf(storage)).toEqual([[1, [1]]]);
      expect(await storage.commit({ expect: bytes(2), delete: [['log', 1]] })).toBe(true);
      expect(await logOf(storage)).toEqual([]);
    });

    test('if several commits expect the same head, a single commit is applied', async () => {
      const { storage } = await fresh();
      const race = Array.from({ length: 8 }, (_, i) =>
        storage.commit({
          expect: null,
          put: [
            ['head', 0, bytes(i)],
            ['log', i + 1, bytes(i)],
          ],
        }),
      );
      expect((await Promise.all(race)).filter(Boolean)).toHaveLength(1);
      expect(await logOf(storage)).toHaveLength(1);
    });

    test('a commit that requires a missing chunk changes nothing', async () => {
      const { storage } = await fresh();
      await storage.commit({
        put: [
          ['chunks', 'a', bytes(1)],
          ['head', 0, bytes(1)],
        ],
      });
      const put = [['head', 0, bytes(2)]] as const;
      expect(await storage.commit({ requires: ['a', 'b'], put })).toBe(false);
      expect(await storage.read('head', 0)).toEqual(bytes(1));
      expect(await storage.commit({ expect: bytes(1), requires: ['a'], put, strict: true })).toBe(true);
      expect(await storage.read('head', 0)).toEqual(bytes(2));
    });

    test('a view is stored without the rest of its buffer, and a reader gets a copy', async () => {
      const { storage } = await fresh();
      const shared = new Uint8Array(1000).fill(5);
      await storage.commit({
        put: [
          ['log', 1, shared.subarray(10, 13)],
          ['chunks', 'a', shared.subarray(1, 3)],
        ],
      });
      for (const again of [1, 2]) {
        const value = await storage.read('log', 1);
        expect(value, `read ${again}`).toEqual(bytes(5, 5, 5));
        expect(value?.buffer.byteLength).toBe(3);
        value?.fill(7);
        (await storage.read('chunks', 'a'))?.fill(7);
      }
      expect(await storage.read('chunks', 'a')).toEqual(bytes(5, 5));
    });

    test('large values and long logs', async () => {
      const { storage } = await fresh();
      const large = Uint8Array.from({ length: 1 << 20 }, (_, i) => i * 31);
      await storage.commit({ put: [['chunks', 'large', large]] });
      const put = Array.from({ length: 100 }, (_, i) => ['log', i + 1, large.subarray(i, i + 5000)] as const);
      await storage.commit({ put });
      expect(sameBytes((await storage.read('chunks', 'large')) as Uint8Array, large)).toBe(true);
      const areSame = (entries: [number, Uint8Array][], from: number): boolean =>
        entries.length === put.length - from &&
        entries.every(([key, value], i) => key === from + i + 1 && sameBytes(value, put[from + i]?.[2] as Uint8Array));
      expect(areSame(await bytesOf(storage), 0)).toBe(true);
      // Values are replaced and deleted often, so the storage tidies up while some values are still
      // in use.
      const live = put.slice(90);
      for (let round = 0; round < 6; round++) {
        await storage.commit({ put: [['head', 0, bytes(round)], ...put.slice(0, 90)], strict: round === 2 });
        const reading = bytesOf(storage, 90);
        await storage.commit({ delete: put.slice(0, 90).map(([, key]) => ['log', key] as const) });
        expect(areSame(await reading, 90)).toBe(true);
        expect(await storage.read('head', 0)).toEqual(bytes(round));
      }
      expect((await logOf(storage)).map(([key]) => key)).toEqual(live.map(([, key]) => key));
    });

    test('a closed storage refuses every call', async () => {
      const { storage } = await fresh();
      await storage.close();
      await storage.close();
      expect(await codeOf(storage.read('head', 0))).toBe('CLOSED');
      expect(await codeOf(storage.commit({ put: [['head', 0, bytes(1)]] }))).toBe('CLOSED');
      expect(await codeOf(logOf(storage))).toBe('CLOSED');
      expect(await codeOf(storage.chunks())).toBe('CLOSED');
    });

    test('written values are there after the storage is opened again', async () => {
      const { site, name, storage } = await fresh();
      const put = [
        ['head', 0, bytes(1)],
        ['log', 3, bytes(3)],
        ['chunks', 'a', bytes(4)],
      ] as const;
      await storage.commit({ put });
      await storage.commit({ put: [['log', 4, bytes(5)]], delete: [['log', 3]] });
      await storage.close();
      const reopened = await open(again?.(site) ?? site, name);
      expect(await reopened.read('head', 0)).toEqual(bytes(1));
      expect(await logOf(reopened)).toEqual([[4, [5]]]);
      expect(await reopened.read('chunks', 'a')).toEqual(bytes(4));
    });

    test('sites list and drop databases by name, and databases do not influence each other', async () => {
      const { site, name, storage } = await fresh();
      const others = [`${name}/../x`, `${name}.y`, `${name} ä`, `${name}*`, name.toUpperCase(), 'con'];
      for (const other of others) {
        const second = await open(site, other);
        expect(await second.read('head', 0)).toBeUndefined();
        await second.commit({ put: [['head', 0, bytes(2)]] });
        await second.close();
      }
      await storage.commit({ put: [['head', 0, bytes(1)]] });
      expect(await storage.read('head', 0)).toEqual(bytes(1));
      expect(await site.list()).toEqual(expect.arrayContaining([name, ...others]));
      await storage.close();
      await site.drop(name);
      expect(await site.list()).not.toContain(name);
      const anew = await open(site, name);
      expect(await anew.read('head', 0)).toBeUndefined();
      await site.drop(`${name} never`);
    });

    test('all holders see a commit, and the fence lets a single holder commit', async () => {
      const { site, name, storage } = await fresh();
      const other = await open(site, name);
      await storage.commit({
        put: [
          ['head', 0, bytes(1)],
          ['log', 1, bytes(1)],
        ],
      });
      expect(await logOf(other)).toEqual([[1, [1]]]);
      const commit = (one: StorageBackend, i: number) =>
        one.commit({ expect: bytes(1), put: [['head', 0, bytes(1, i)]] });
      const passed = await Promise.all([commit(storage, 1), commit(other, 2), commit(storage, 3), commit(other, 4)]);
      expect(passed.filter(Boolean)).toHaveLength(1);
    });

    test('holders of a dropped storage learn that the storage is gone', async () => {
      const { site, name, storage } = await fresh();
      let gone = 0;
      const other = await open(site, name, () => {
        gone++;
      });
      await storage.close();
      await site.drop(name);
      expect(gone).toBe(1);
      expect(await codeOf(other.read('head', 0))).toBe('CLOSED');
    });
  });
}
