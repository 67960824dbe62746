// Linking and compaction take turns. The engine of this test only counts.

import { expect, test } from 'vitest';
import type { Slices } from '../../../src/base/time-slices.js';
import type { LiveState } from '../../../src/database/live-state.js';
import { Maintenance } from '../../../src/database/maintenance.js';

test('a write does not wait for later rows in place of rows that a compaction took out of the queue', async () => {
  let queue = 5;
  const engine = {
    link(budget: number) {
      queue -= budget;
      return queue;
    },
    unlinked: () => queue,
    postponed: () => 0,
    sketching: () => 0,
    tombstones: () => 0,
    // The first step takes the removed rows out of the queue.
    compact() {
      queue = 1;
      return 1;
    },
  };
  const jobs: (() => boolean)[] = [];
  const slices = {
    run(job: () => boolean) {
      jobs.push(job);
      return new Promise<void>(() => {});
    },
  };
  const live = { engine, assertOpen: () => {} };
  const maintenance = new Maintenance(live as unknown as LiveState, slices as unknown as Slices);

  let isLinked = false;
  void maintenance.linked()?.then(() => {
    isLinked = true;
  });
  void maintenance.compact();
  // The compaction begins in a later microtask.
  await new Promise((resolve) => setImmediate(resolve));
  const [link, compact] = jobs as [() => boolean, () => boolean];
  compact();
  // Another write comes in before the next link.
  queue += 10;
  link();
  await new Promise((resolve) => setImmediate(resolve));
  expect([isLinked, queue]).toEqual([true, 10]);
});
