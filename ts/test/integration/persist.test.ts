// The platform is a fake here: Node has neither IndexedDB nor a storage manager. The browsers' own
// are asked in ts/test/browser/persist.test.ts.

import { afterEach, describe, expect, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';

interface Manager {
  persist?(): Promise<boolean>;
  persisted?(): Promise<boolean>;
}

const saved = ['indexedDB', 'navigator', 'process'].map(
  (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
);

afterEach(() => {
  for (const [name, descriptor] of saved) {
    if (descriptor === undefined) delete (globalThis as Record<string, unknown>)[name];
    else Object.defineProperty(globalThis, name, descriptor);
  }
});

function put(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

function browser(storage: Manager | undefined): void {
  put('indexedDB', {});
  put('navigator', { storage });
}

describe('persist', () => {
  test('files count as persistent on every platform', async () => {
    expect(await EdgeVec.persist()).toBe(true);
    put('navigator', undefined);
    expect(await EdgeVec.persist()).toBe(true);
  });

  test('without a storage, nothing is persistent', async () => {
    const { process } = globalThis;
    put('process', undefined);
    const kept = await EdgeVec.persist();
    put('process', process);
    expect(kept).toBe(false);
  });

  test.each([true, false])('asks the browser, and returns the answer: %s', async (answer) => {
    let asked = 0;
    browser({
      persisted: async () => false,
      persist: async () => {
        asked++;
        return answer;
      },
    });
    expect(await EdgeVec.persist()).toBe(answer);
    expect(asked).toBe(1);
  });

  test('does not ask again if persistence is granted already', async () => {
    const persist = () => Promise.reject(new Error('asked'));
    browser({ persisted: async () => true, persist });
    expect(await EdgeVec.persist()).toBe(true);
  });

  test.each<[string, Manager | undefined]>([
    ['no storage manager', undefined],
    ['a storage manager without persistence', {}],
    ['a read-only storage manager, as in some workers', { persisted: async () => false }],
    [
      'a throwing storage manager, as in frames without an origin',
      { persist: () => Promise.reject(new TypeError()), persisted: () => Promise.reject(new TypeError()) },
    ],
  ])('false with %s', async (_, storage) => {
    browser(storage);
    expect(await EdgeVec.persist()).toBe(false);
  });
});
