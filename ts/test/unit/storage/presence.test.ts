// Finds other users of a storage by Web Locks.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { holdLock, lockName } from '../../../src/host/worker/liveness.js';
import { Presence } from '../../../src/storage/indexeddb/presence.js';
import { Locks } from '../../support/locks.js';

let locks: Locks;

beforeEach(() => {
  locks = new Locks();
  vi.stubGlobal('navigator', { locks });
});
afterEach(() => void vi.unstubAllGlobals());

test('A tab knows if it is alone, and sees other tabs with the same database', async () => {
  const first = await Presence.begin('db');
  expect(await first.isAlone()).toBe(true);
  const other = await Presence.begin('another');
  expect([await first.isAlone(), await other.isAlone()]).toEqual([true, true]);
  const second = await Presence.begin('db');
  expect([await first.isAlone(), await second.isAlone()]).toEqual([false, false]);
  second.end();
  await expect.poll(() => first.isAlone()).toBe(true);
  first.end();
});

test('The worker of a database is nobody else', async () => {
  const presence = await Presence.begin('db');
  expect(await holdLock(lockName())).toBe(true);
  expect(await presence.isAlone()).toBe(true);
});

test('While a worker of version 1.0.0-alpha.1 lives, nobody is alone', async () => {
  const presence = await Presence.begin('db');
  // Names as that version makes names: a random number in base 36, and a counter.
  let end = (): void => {};
  void locks.request('edgevec:1xk3f0p9a8b7c6d5e4:2', () => new Promise<void>((resolve) => (end = resolve)));
  expect(await presence.isAlone()).toBe(false);
  end();
  await expect.poll(() => presence.isAlone()).toBe(true);
});

test('Without Web Locks, or if these are refused, nobody can tell', async () => {
  vi.stubGlobal('navigator', {});
  expect(await (await Presence.begin('db')).isAlone()).toBe(false);
  const refuse = (): Promise<never> => Promise.reject(new DOMException('refused', 'SecurityError'));
  vi.stubGlobal('navigator', { locks: { request: refuse, query: refuse } });
  expect(await (await Presence.begin('db')).isAlone()).toBe(false);
});
