// Browsers grant persistence by their own rules, or by settings of the test runner
// (ts/test/support/projects.ts). So the tests compare with the browser's own answer.

import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';

test("persist returns the browser's answer, and stats agree", async () => {
  const granted = await EdgeVec.persist();
  expect(typeof granted).toBe('boolean');
  // WebKitGTK has no storage manager, so the test cannot ask.
  const manager: StorageManager | undefined = navigator.storage;
  expect(granted).toBe((await manager?.persisted()) ?? false);

  const name = `persist-${Date.now()}`;
  for (const worker of [true, false]) {
    const db = await EdgeVec.open({ name, dimensions: 1, worker });
    onTestFinished(() => EdgeVec.drop(name));
    expect((await db.stats()).storage.persistence).toBe(granted ? 'durable' : 'best-effort');
    await db.close();
  }
  // Asking again changes nothing.
  expect(await EdgeVec.persist()).toBe(granted);
});

test('a grant shows in stats', async () => {
  const name = `persist-granted-${Date.now()}`;
  const db = await EdgeVec.open({ name, dimensions: 1 });
  onTestFinished(async () => {
    delete (navigator as { storage?: unknown }).storage;
    await db.close();
    await EdgeVec.drop(name);
  });
  // Headless browsers do not all grant persistence. The test replaces this answer, and nothing
  // else.
  for (const [granted, persistence] of [
    [true, 'durable'],
    [false, 'best-effort'],
  ] as const) {
    Object.defineProperty(navigator, 'storage', { value: { persisted: async () => granted }, configurable: true });
    expect((await db.stats()).storage.persistence).toBe(persistence);
  }
});
