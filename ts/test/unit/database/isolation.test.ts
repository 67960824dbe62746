// Changes, reads and calls in need of rest do not disturb each other.

import { beforeEach, expect, test } from 'vitest';
import { Slices } from '../../../src/base/time-slices.js';
import { Isolation } from '../../../src/database/isolation.js';
import type { LiveState } from '../../../src/database/live-state.js';

const live = { assertOpen() {}, assertAlive() {} } as LiveState;
const told: string[] = [];
let isolation: Isolation;

beforeEach(() => {
  told.length = 0;
  isolation = new Isolation(live, new Slices());
});

/** Steps with a record of begin and end. */
function* steps(name: string): Generator<undefined, void> {
  told.push(`${name} begins`);
  yield;
  told.push(`${name} ends`);
}

/** A task that continues until `go`. */
function held(name: string): { run: () => Promise<void>; begun: Promise<void>; go: () => void } {
  let begin = (): void => {};
  let go = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  const run = async (): Promise<void> => {
    told.push(`${name} begins`);
    begin();
    await gone;
    told.push(`${name} ends`);
  };
  return { run, begun, go };
}

test('a call that needs rest runs after the current change, and before the next change', async () => {
  const { run, begun, go } = held('change');
  const change = isolation.change(run);
  await begun;
  const rest = isolation.atRest(steps('rest'));
  await isolation.run(steps('other work'));
  expect(told).toEqual(['change begins', 'other work begins', 'other work ends']);
  go();
  await change;
  await isolation.change(async () => void told.push('next'));
  await rest;
  expect(told.slice(3)).toEqual(['change ends', 'rest begins', 'rest ends', 'next']);
});

test('a change that lends its turn lets waiting calls with a need for rest run', async () => {
  const before = held('change');
  const change = isolation.change(async () => {
    await before.run();
    await isolation.lend(async () => {
      told.push('lent');
      await isolation.atRest(steps('lent rest'));
    });
    told.push('over');
  });
  await before.begun;
  const rest = isolation.atRest(steps('rest'));
  before.go();
  await Promise.all([change, rest]);
  expect(told).toEqual([
    'change begins',
    'change ends',
    'lent',
    'rest begins',
    'rest ends',
    'lent rest begins',
    'lent rest ends',
    'over',
  ]);
});

test('nothing comes in at rest', async () => {
  const rest = isolation.atRest(
    (function* () {
      told.push(String(isolation.rest !== undefined));
      yield;
      told.push(String(isolation.rest !== undefined));
    })(),
  );
  await rest;
  expect(told).toEqual(['true', 'true']);
  expect(isolation.rest).toBeUndefined();
});

test('a failed rest blocks no later call', async () => {
  const failing = isolation.atRest(
    // biome-ignore lint/correctness/useYield: fails at once
    (function* () {
      throw new Error('mine');
    })(),
  );
  await expect(failing).rejects.toThrow('mine');
  await isolation.change(async () => void told.push('change'));
  await isolation.atRest(steps('rest'));
  expect(told).toEqual(['change', 'rest begins', 'rest ends']);
  expect(isolation.rest).toBeUndefined();
});

test('a commit in slices waits for current reads, and new reads wait for the commit', async () => {
  const read = isolation.read(steps('read'));
  const commit = isolation.alone(steps('commit'));
  const late = isolation.read(steps('late read'));
  await Promise.all([read, commit, late]);
  expect(told).toEqual([
    'read begins',
    'read ends',
    'commit begins',
    'commit ends',
    'late read begins',
    'late read ends',
  ]);
  expect(isolation.gate).toBeUndefined();
});
