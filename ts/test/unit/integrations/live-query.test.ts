// A live question, without a framework: which answers count, and how often the question is asked.

import { expect, test, vi } from 'vitest';
import { LiveQuery, type Question } from '../../../src/integrations/shared/live-query.js';

/** A database that changes on command, and a question whose answers come on command. */
function asked() {
  const listeners = new Set<() => void>();
  const answers: { resolve: (value: string) => void; reject: (reason: unknown) => void }[] = [];
  const question: Question<string> = {
    db: {
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    run: () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
  };
  const change = () => listeners.forEach((listener) => void listener());
  return { question, answers, change, listeners };
}

/** Runs everything that waits for promises that are settled. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

test('many changes during an answer ask a single time more, and each answer is shown', async () => {
  const query = new LiveQuery<string>();
  const { question, answers, change } = asked();
  const shown: unknown[] = [];
  query.subscribe(() => shown.push(query.getState().data));
  query.follow(question);
  for (let i = 0; i < 5; i++) change();
  expect(answers).toHaveLength(1);
  answers[0]?.resolve('first');
  await settle();
  expect(answers).toHaveLength(2);
  answers[1]?.resolve('second');
  await settle();
  expect([answers.length, shown]).toEqual([2, ['first', 'second']]);
});

test('an ended question tells nothing more, and lets go of the database', async () => {
  const query = new LiveQuery<string>();
  const first = asked();
  const end = query.follow(first.question);
  first.change();
  end();
  expect(first.listeners.size).toBe(0);
  first.answers[0]?.resolve('late');
  await settle();
  expect(query.getState().data).toBeUndefined();
  expect(first.answers).toHaveLength(1);
  query.getState().refresh();
  expect(first.answers).toHaveLength(1);
});

test('the state of a question tells what is known before the question is asked', async () => {
  const query = new LiveQuery<string>();
  const [first, second] = [asked(), asked()];
  expect(query.stateOf(undefined)).toMatchObject({ status: 'idle', data: undefined });
  expect(query.stateOf(first.question)).toMatchObject({ status: 'loading', isStale: false, data: undefined });
  const end = query.follow(first.question);
  first.answers[0]?.resolve('first');
  await settle();
  expect(query.stateOf(first.question)).toMatchObject({ status: 'ready', data: 'first', isLoading: false });
  expect(query.stateOf(second.question)).toMatchObject({ status: 'loading', isStale: true, data: 'first' });
  end();
  query.follow(undefined);
  expect(query.stateOf(second.question)).toMatchObject({ status: 'loading', isStale: false, data: undefined });
});

test('refresh asks at once, although an answer hangs, and shows that an error is being mended', async () => {
  const query = new LiveQuery<string>();
  const { question, answers } = asked();
  query.follow(question);
  answers[0]?.reject('no reason');
  await settle();
  expect(query.getState()).toMatchObject({ status: 'error', error: new Error('no reason'), data: undefined });
  query.getState().refresh();
  expect(query.getState()).toMatchObject({ status: 'loading', error: undefined });
  query.getState().refresh();
  answers[2]?.resolve('third');
  await settle();
  answers[1]?.resolve('second');
  await settle();
  expect(query.getState()).toMatchObject({ status: 'ready', data: 'third' });
});

test('with debounce, a question waits, and changes meanwhile do not ask', () => {
  vi.useFakeTimers();
  try {
    const query = new LiveQuery<string>();
    const { question, answers, change } = asked();
    const end = query.follow({ ...question, debounce: 100 });
    change();
    vi.advanceTimersByTime(99);
    expect(answers).toHaveLength(0);
    end();
    query.follow({ ...question, debounce: 100 });
    vi.advanceTimersByTime(100);
    expect(answers).toHaveLength(1);
    const again = asked();
    query.follow({ ...again.question, debounce: 100 });
    query.getState().refresh();
    vi.advanceTimersByTime(1000);
    expect(again.answers).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});
