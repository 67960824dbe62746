import { expect, test, vi } from 'vitest';
import { onAbort } from '../../../src/base/on-abort.js';

test('all listeners of a signal are called once, by a single listener of the signal', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const added = vi.spyOn(signal, 'addEventListener');
  const [first, second, removed] = [vi.fn(), vi.fn(), vi.fn()];
  onAbort(signal, first);
  onAbort(signal, second);
  onAbort(signal, second);
  onAbort(signal, removed)();
  controller.abort();
  controller.abort();
  expect([first, second, removed].map(({ mock }) => mock.calls.length)).toEqual([1, 2, 0]);
  expect(added).toHaveBeenCalledTimes(1);
});

test('the last removed listener leaves the signal, and a later listener is added again', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const removals = vi.spyOn(signal, 'removeEventListener');
  const forget = onAbort(signal, () => {});
  forget();
  forget();
  expect(removals).toHaveBeenCalledTimes(1);
  const later = vi.fn();
  onAbort(signal, later);
  forget();
  controller.abort();
  expect(later).toHaveBeenCalledTimes(1);
});

test('a listener may remove another, and without a signal nothing happens', () => {
  const controller = new AbortController();
  const other = vi.fn();
  let forget = (): void => {};
  onAbort(controller.signal, () => forget());
  forget = onAbort(controller.signal, other);
  controller.abort();
  expect(other).not.toHaveBeenCalled();
  onAbort(undefined, other)();
});
