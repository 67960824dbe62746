// Live queries without a database: when a query runs, and what is told.

import { expect, onTestFinished, test, vi } from 'vitest';
import { Changes } from '../../../src/api/changes.js';
import { beginLive } from '../../../src/api/live.js';
import type { Session } from '../../../src/api/session.js';
import { ALL_ROWS } from '../../../src/base/changed-rows.js';
import type { LiveOptions } from '../../../src/base/live.js';
import { failure } from '../../support/open.js';

/** A live query whose runs end on command, and all that it tells. */
function begun(options: LiveOptions = {}) {
  const runs: { resolve: (value: unknown) => void; reject: (reason: unknown) => void }[] = [];
  const told: unknown[] = [];
  const changes = new Changes();
  const ended = new AbortController();
  const session = { changes, host: { ended: ended.signal } } as unknown as Session;
  const query = () => new Promise((resolve, reject) => void runs.push({ resolve, reject }));
  const onError = ({ message }: Error) => told.push(`error: ${message}`);
  const live = beginLive({}, session, query, (result) => told.push(result), { onError, ...options });
  return {
    live,
    runs,
    told,
    changes,
    ended,
    /** Ends the last run. */
    async answer(result: unknown): Promise<void> {
      runs.at(-1)?.resolve(result);
      await settle();
    },
    async fail(reason: unknown): Promise<void> {
      runs.at(-1)?.reject(reason);
      await settle();
    },
  };
}

/** Runs everything that waits for promises that are settled. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

test('any number of changes during a run lead to a single further run', async () => {
  const { runs, told, changes, answer } = begun();
  expect(runs).toHaveLength(1);
  for (let i = 0; i < 5; i++) changes.note(ALL_ROWS);
  expect(runs).toHaveLength(1);
  await answer('first');
  expect([runs.length, told]).toEqual([2, ['first']]);
  await answer('second');
  expect([runs.length, told]).toEqual([2, ['first', 'second']]);
  changes.note(ALL_ROWS);
  changes.note(ALL_ROWS);
  expect(runs).toHaveLength(3);
});

test('a change that comes while a result is told leads to a further run', async () => {
  const changes = new Changes();
  const session = { changes, host: { ended: new AbortController().signal } } as unknown as Session;
  let n = 0;
  const told: number[] = [];
  const onResult = (result: number): void => {
    told.push(result);
    if (result < 3) changes.note(ALL_ROWS);
  };
  const { close } = beginLive({}, session, async () => ++n, onResult);
  await settle();
  close();
  expect(told).toEqual([1, 2, 3]);
});

test('a result that equals the last one is not told again, and neither is an error', async () => {
  const { told, changes, answer, fail } = begun();
  await answer([{ id: 1, metadata: { at: new Date(1) } }]);
  for (const metadata of [{ at: new Date(1) }, { at: new Date(2) }, { at: new Date(2) }]) {
    changes.note(ALL_ROWS);
    await answer([{ id: 1, metadata }]);
  }
  expect(told).toHaveLength(2);
  for (const message of ['a', 'a', 'b']) {
    changes.note(ALL_ROWS);
    await fail(new Error(message));
  }
  changes.note(ALL_ROWS);
  await answer([{ id: 1, metadata: { at: new Date(2) } }]);
  expect(told.slice(2)).toEqual(['error: a', 'error: b', [{ id: 1, metadata: { at: new Date(2) } }]]);
});

test('an error of a run is told, and the next change runs the query again', async () => {
  const { runs, told, changes, answer, fail } = begun();
  await fail(new Error('no'));
  changes.note(ALL_ROWS);
  await fail('thrown');
  changes.note(ALL_ROWS);
  await fail(Object.create(null));
  changes.note(ALL_ROWS);
  await answer(1);
  expect([runs.length, told]).toEqual([4, ['error: no', 'error: thrown', 'error: an object', 1]]);
});

test('without onError, errors go to reportError', async () => {
  const reported = vi.fn();
  vi.stubGlobal('reportError', reported);
  onTestFinished(() => void vi.unstubAllGlobals());
  const { fail } = begun({ onError: undefined as never });
  const error = new Error('nobody listens');
  await fail(error);
  expect(reported.mock.calls).toEqual([[error]]);
});

test('errors of the two functions are reported, and end nothing', async () => {
  const reported: unknown[] = [];
  vi.stubGlobal('reportError', ({ message }: Error) => reported.push(message));
  onTestFinished(() => void vi.unstubAllGlobals());
  const changes = new Changes();
  const session = { changes, host: { ended: new AbortController().signal } } as unknown as Session;
  let n = 0;
  const query = async (): Promise<number> => {
    if (++n === 3) throw new Error('run');
    return n;
  };
  const onResult = (result: number): unknown => {
    if (result === 1) throw new Error('at once');
    return Promise.reject(new Error('later'));
  };
  const onError = ({ message }: Error): never => {
    throw new Error(`handler of ${message}`);
  };
  const { close } = beginLive({}, session, query, onResult, { onError });
  for (let i = 0; i < 3; i++) {
    await settle();
    changes.note(ALL_ROWS);
  }
  await settle();
  close();
  expect(reported).toEqual(['at once', 'later', 'handler of run', 'later']);
});

for (const [how, end] of [
  ['close', ({ live }: Begun) => live.close()],
  ['the signal', ({ controller }: Begun) => controller.abort()],
  ['the end of the subscriptions of the database', ({ changes }: Begun) => changes.clear()],
] as const) {
  test(`${how} ends a query before its first result, between runs, during a run, and when a run is due`, async () => {
    const open = (): Begun => {
      const controller = new AbortController();
      return { controller, ...begun({ signal: controller.signal }) };
    };
    const first = open();
    end(first);
    await first.answer('late');
    const between = open();
    await between.answer('told');
    end(between);
    const during = open();
    await during.answer('told');
    during.changes.note(ALL_ROWS);
    end(during);
    await during.fail(new Error('late'));
    const due = open();
    await due.answer('told');
    due.changes.note(ALL_ROWS);
    due.changes.note(ALL_ROWS);
    end(due);
    await due.answer('late');
    for (const one of [first, between, during, due]) {
      const runs = one.runs.length;
      one.changes.note(ALL_ROWS);
      end(one);
      one.live.close();
      await settle();
      expect([one.runs.length, one.told]).toEqual([runs, one === first ? [] : ['told']]);
    }
  });
}

type Begun = ReturnType<typeof begun> & { readonly controller: AbortController };

test('a query that its own result closes tells nothing more', async () => {
  const changes = new Changes();
  const session = { changes, host: { ended: new AbortController().signal } } as unknown as Session;
  const told: number[] = [];
  let n = 0;
  const live = beginLive(
    {},
    session,
    async () => ++n,
    (result) => {
      told.push(result);
      changes.note(ALL_ROWS);
      live.close();
    },
  );
  await settle();
  changes.note(ALL_ROWS);
  await settle();
  expect([n, told]).toEqual([1, [1]]);
});

test('a signal that is aborted already runs nothing', async () => {
  const { runs, changes } = begun({ signal: AbortSignal.abort() });
  changes.note(ALL_ROWS);
  expect(runs).toHaveLength(0);
});

test('a signal lets go of an ended query', () => {
  const { signal } = new AbortController();
  const remove = vi.spyOn(signal, 'removeEventListener');
  const { live } = begun({ signal });
  live.close();
  expect(remove).toHaveBeenCalledTimes(1);
});

test('after the end of the database, the error is told once, and nothing runs again', async () => {
  const { runs, told, changes, ended, fail } = begun();
  ended.abort();
  changes.note(ALL_ROWS);
  await fail(new Error('gone'));
  changes.note(ALL_ROWS);
  await settle();
  expect([runs.length, told]).toEqual([1, ['error: gone']]);
});

test('results that cannot be read, or that are no promises, are told as they are', async () => {
  const { told, changes, answer } = begun();
  const unreadable = () => ({
    get n(): never {
      throw new Error('unreadable');
    },
  });
  for (let i = 0; i < 3; i++) {
    await answer(unreadable());
    changes.note(ALL_ROWS);
  }
  expect(told).toHaveLength(3);
  const session = { changes: new Changes(), host: { ended: new AbortController().signal } } as unknown as Session;
  const now = vi.fn();
  const { close } = beginLive({}, session, (() => 7) as never, now);
  expect(now).not.toHaveBeenCalled();
  await settle();
  close();
  expect(now.mock.calls).toEqual([[7]]);
});

test.each<[string, unknown[], string]>([
  ['no function for results', [undefined], 'a function that takes results'],
  ['options that are no object', [() => {}, 5], 'an object with onError, signal'],
  ['an unknown option', [() => {}, { onerror: () => {} }], 'only onError, signal'],
  ['an onError that cannot be called', [() => {}, { onError: 'console' }], 'a function'],
  ['a signal that is none', [() => {}, { signal: {} }], 'an AbortSignal'],
])('%s is refused, and nothing runs', async (_, more, expected) => {
  const session = { changes: new Changes(), host: { ended: new AbortController().signal } } as unknown as Session;
  const query = vi.fn();
  const error = await failure(
    () => (beginLive as (...args: unknown[]) => unknown)({}, session, query, ...more),
    'INVALID_OPTIONS',
  );
  expect([error.expected, query.mock.calls.length]).toEqual([expected, 0]);
});
