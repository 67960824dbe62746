// A write whose effect has come out of the log, in a database that ends at that moment.

import { expect, it } from 'vitest';
import type { Effect } from '../../../src/base/calls.js';
import { EdgeVecError } from '../../../src/base/errors.js';
import { Slices } from '../../../src/base/time-slices.js';
import { Isolation } from '../../../src/database/isolation.js';
import type { LiveState } from '../../../src/database/live-state.js';
import { type Change, Committer } from '../../../src/database/write/committer.js';
import type { OwnWrites } from '../../../src/persistence/replica.js';
import type { PersistentStore } from '../../../src/persistence/store.js';

const crashed = new EdgeVecError('ENGINE_CRASHED', 'The engine has crashed', { remedy: 'Open the database again.' });

/** Steps that fail at once. */
function failing(error: Error): Generator<undefined, never> {
  return {
    next: () => {
      throw error;
    },
  } as unknown as Generator<undefined, never>;
}

/** A store that loses the answer to the first append, and then finds the write in the log. */
function storeOf(result: number): PersistentStore {
  return {
    writer: 'writer',
    watch: () => {},
    inTurn: (run: (others: boolean) => Promise<boolean>) => run(false),
    append: async () => {
      throw new EdgeVecError('STORAGE_FAILED', 'The storage failed', { remedy: 'Try again.' });
    },
    catchUp: ({ applied }: OwnWrites) => applied(1, { result, changed: undefined }),
  } as unknown as PersistentStore;
}

it('answers a write with the result out of the log, although the rows written twice cannot be removed', async () => {
  const live = { collection: {}, assertAlive: () => {}, assertOpen: () => {} } as unknown as LiveState;
  const committer = new Committer(live, new Isolation(live, new Slices()), storeOf(3));
  const change: Change<Effect<number>> = {
    ready: undefined,
    bytes: 0,
    isWhole: () => true,
    *check() {},
    foresee: () => {},
    entry: (origin) => ({ ...origin, kind: 'delete', ids: [] }),
    publish: () => failing(new Error('the rows are there already')),
    withdraw: () => failing(crashed),
  };
  const answer = committer.enqueue(change, false);
  // `settled` resolves after the write has left the queue, whether or not the write is answered.
  await committer.settled();
  const unanswered = Symbol('unanswered');
  expect(await Promise.race([answer, Promise.resolve(unanswered)])).toEqual({ result: 3, changed: undefined });
});
