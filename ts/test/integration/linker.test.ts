// A write waits until its rows are linked. The engine of these tests only counts.

import { expect, test } from 'vitest';
import type { Slices } from '../../src/base/time-slices.js';
import { Linker } from '../../src/database/write/linker.js';
import type { Engine } from '../../src/engine/engine.js';

/** An engine with a queue of rows. Steps of a calibration come before the next row. */
class Counting {
  rows = 0;
  /** Rows of other tabs: linked behind the others. */
  later = 0;
  learning = 0;
  /** Steps for sketches: after all rows. */
  sketches = 0;
  /** The number of rows that makes the calibration due. */
  dueAt = -1;

  link(budget: number): number {
    for (let step = 0; step < budget; step++) {
      if (this.learning > 0) this.learning--;
      else if (this.rows + this.later === 0) this.sketches = Math.max(0, this.sketches - 1);
      else if (this.rows === 0) this.later--;
      else if (--this.rows === this.dueAt) this.learning += 5;
    }
    return this.rows + this.later + this.learning + this.sketches;
  }

  sketching(): number {
    return this.sketches;
  }

  unlinked(): number {
    return this.rows + this.later;
  }

  postponed(): number {
    return this.later;
  }
}

function set(): { engine: Counting; linker: Linker; step: () => Promise<void> } {
  const engine = new Counting();
  let job: (() => boolean) | undefined;
  const slices = {
    run: (step: () => boolean) => {
      job = step;
      return new Promise<void>(() => {});
    },
  };
  const linker = new Linker(engine as unknown as Engine, slices as unknown as Slices);
  const step = async (): Promise<void> => {
    job?.();
    // A waiting write learns of the step in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { engine, linker, step };
}

/** The number of steps until a write may continue. */
async function steps({ engine, linker, step }: ReturnType<typeof set>, meanwhile: () => void): Promise<number> {
  let settled = false;
  void linker.linked()?.then(() => {
    settled = true;
  });
  await step();
  meanwhile();
  let taken = 1;
  while (!settled && engine.link(0) > 0) {
    await step();
    taken++;
  }
  expect(settled).toBe(true);
  return taken;
}

test('a write waits for its own rows only', async () => {
  const all = set();
  all.engine.rows = 3;
  expect(await steps(all, () => (all.engine.rows += 10))).toBe(3);
  expect(all.engine.rows).toBe(10);
});

test('a write waits for its rows even if a compaction makes a calibration due', async () => {
  const all = set();
  all.engine.rows = 3;
  expect(
    await steps(all, () => {
      all.engine.learning = 5;
      all.engine.rows += 10;
    }),
  ).toBe(8);
  expect(all.engine.rows).toBe(10);
});

test('a write waits for the calibration caused by its own rows', async () => {
  const all = set();
  all.engine.rows = 3;
  all.engine.dueAt = 10;
  expect(await steps(all, () => (all.engine.rows += 10))).toBe(8);
  expect([all.engine.rows, all.engine.learning]).toEqual([10, 0]);
});

test('a write does not wait if the engine has nothing to do', () => {
  expect(set().linker.linked()).toBeUndefined();
  expect(set().linker.settled()).toBeUndefined();
});

test('a write does not wait for rows of other tabs', async () => {
  const all = set();
  all.engine.later = 10;
  expect(all.linker.linked()).toBeUndefined();
  all.engine.rows = 3;
  expect(await steps(all, () => (all.engine.later += 10))).toBe(3);
  expect(all.engine.later).toBe(20);
});

test('a compaction waits for the rows of other tabs, and not for later rows', async () => {
  const { engine, linker, step } = set();
  engine.later = 3;
  let isSettled = false;
  void linker.settled()?.then(() => {
    isSettled = true;
  });
  engine.rows = 2;
  engine.later += 10;
  for (let taken = 0; taken < 4; taken++) await step();
  expect(isSettled).toBe(false);
  await step();
  expect([isSettled, engine.later]).toEqual([true, 10]);
});

test('a write waits for no row that a compaction has taken out of the queue', async () => {
  const all = set();
  all.engine.rows = 5;
  all.engine.later = 50;
  const taken = await steps(all, () => {
    // The compaction takes out three rolled-back rows, and later writes bring other rows.
    all.engine.rows = 1;
    all.linker.compacted();
    all.engine.rows += 10;
  });
  expect([taken, all.engine.rows]).toEqual([2, 10]);
});

test('a write does not wait for rows of other tabs after its own queue has become empty', async () => {
  const all = set();
  all.engine.rows = 5;
  all.engine.later = 50;
  expect(await steps(all, () => (all.engine.rows = 0))).toBe(2);
  expect(all.engine.later).toBe(49);
});

test('a write waits for no sketches, and the sketches are learnt after the write', async () => {
  const all = set();
  Object.assign(all.engine, { rows: 3, sketches: 4 });
  expect(await steps(all, () => {})).toBe(3);
  expect(all.engine.sketches).toBe(4);
  for (let step = 0; step < 4; step++) await all.step();
  expect(all.engine.sketches).toBe(0);
  expect(all.linker.settled()).toBeUndefined();
});

test('a compaction waits for no postponed row that was taken out of the queue', async () => {
  const { engine, linker, step } = set();
  engine.rows = 2;
  engine.later = 8;
  let isSettled = false;
  void linker.settled()?.then(() => {
    isSettled = true;
  });
  engine.later = 1;
  linker.compacted();
  engine.later += 10;
  for (let taken = 0; taken < 2; taken++) await step();
  expect(isSettled).toBe(false);
  await step();
  expect([isSettled, engine.later]).toEqual([true, 10]);
});

test('rows are linked in the background, and no more once the engine is replaced', async () => {
  const { engine, linker, step } = set();
  engine.later = 3;
  linker.start();
  await step();
  expect(engine.later).toBe(2);
  linker.release();
  await step();
  expect(engine.later).toBe(2);
});
