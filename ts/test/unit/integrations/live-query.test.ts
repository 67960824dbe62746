// A live question, without a framework: which answers count, and how often the question is asked.

import { expect, test, vi } from 'vitest';
import { Changes } from '../../../src/api/changes.js';
import { beginLive } from '../../../src/api/live.js';
import type { Session } from '../../../src/api/session.js';
import { LiveQuery, type Question } from '../../../src/integrations/shared/live-query.js';

/** A database that changes on command, and a question whose answers come on command. */
function asked() {
  const changes = new Changes();
  const answers: { resolve: (value: string) => void; reject: (reason: unknown) => void }[] = [];
  const session = { changes, host: { ended: new AbortController().signal } } as unknown as Session;
  let open = 0;
  const question: Question<string> = {
    db: {
      live(query, onResult, options) {
        const live = beginLive({}, session, query, onResult, options);
        open++;
        return {
          close() {
            open--;
            live.close();
          },
        };
      },
    },
    run: () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
  };
  return { question, answers, change: changes.noteEnd, open: () => open };
}

/** Runs everything that waits for promises that are settled. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

test('each answer is shown, and an equal answer keeps the state', async () => {
  const query = new LiveQuery<string>();
  const { question, answers, change } = asked();
  const shown: unknown[] = [];
  query.subscribe(() => shown.push(query.getState().data));
  query.follow(question);
  for (const answer of ['first', 'second', 'second']) {
    answers.at(-1)?.resolve(answer);
    await settle();
    change();
  }
  expect([answers.length, shown]).toEqual([4, ['first', 'second']]);
});

test('an ended question tells nothing more, and lets go of the database', async () => {
  const query = new LiveQuery<string>();
  const first = asked();
  const end = query.follow(first.question);
  first.change();
  end();
  expect(first.open()).toBe(0);
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
