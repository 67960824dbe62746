import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadline, withTimeout } from '../../../src/base/timeout.js';

const never = new Promise(() => {});

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** The duration of the call in milliseconds, by the clock of the test. */
async function timeOf(run: Promise<unknown>): Promise<number> {
  const start = performance.now();
  let end: number | undefined;
  void run.finally(() => {
    end = performance.now();
  });
  for (;;) {
    await vi.advanceTimersByTimeAsync(0);
    if (end !== undefined) return end - start;
    vi.advanceTimersByTime(10);
  }
}

test('hanging steps together take no longer than their deadline', async () => {
  const deadline = new Deadline(4_000);
  expect(await timeOf(deadline.within(never, 2_000))).toBe(2_000);
  expect(await timeOf(deadline.within(never, 1_000))).toBe(1_000);
  expect(await timeOf(deadline.within(never))).toBe(1_000);
  expect(await timeOf(deadline.within(never))).toBe(0);
});

test('a late step still gets the time left by earlier steps', async () => {
  const deadline = new Deadline(4_000);
  expect(await timeOf(deadline.within(Promise.resolve(), 2_000))).toBe(0);
  expect(await timeOf(deadline.within(never, 1_000))).toBe(3_000);
});

test('the wait rejects with the reason of the step', async () => {
  const reason = new Error('mine');
  await expect(withTimeout(1_000, Promise.reject(reason))).rejects.toBe(reason);
  await expect(new Deadline(1_000).within(Promise.reject(reason))).rejects.toBe(reason);
});
