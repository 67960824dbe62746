// Time slices, with a clock driven by the work.

import { describe, expect, test } from 'vitest';
import { type Clock, SLICE_MS, Slices } from '../../../src/base/time-slices.js';
import { Collection } from '../../../src/collection/collection.js';
import { Database } from '../../../src/database/database.js';
import { InMemoryReplica } from '../../../src/database/replica.js';
import { inlineEngine } from '../../../src/engine/inline.js';
import { startEngine } from '../../../src/engine/instantiate.js';
import { MemorySite } from '../../../src/storage/memory.js';
import { clustered, random } from '../../support/vectors.js';

/** A clock moved by steps. The clock records the begin and the end of each slice. */
class FakeClock implements Clock {
  time = 0;
  /** Time spent between two turns of the event loop. */
  readonly spent: number[] = [];
  #began = 0;
  #turns: (() => void)[] = [];

  now(): number {
    return this.time;
  }

  turn(): Promise<void> {
    return new Promise((resolve) => this.#turns.push(resolve));
  }

  pause(): Promise<void> {
    return this.turn();
  }

  /** Turns the event loop until no job waits. */
  async run(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      this.spent.push(this.time - this.#began);
      this.#began = this.time;
      const turns = this.#turns;
      if (turns.length === 0) return;
      this.#turns = [];
      for (const resolve of turns) resolve();
    }
  }
}

/** A job with a number of steps, and a cost for each step. */
function job(clock: FakeClock, steps: number, cost: () => number, note: () => void = () => {}): () => boolean {
  let left = steps;
  return () => {
    clock.time += cost();
    note();
    return --left === 0;
  };
}

describe('Slices', () => {
  test('no slice exceeds its limit if steps are even', async () => {
    const clock = new FakeClock();
    const done = new Slices(clock).run(job(clock, 1000, () => 0.7));
    await clock.run();
    await done;
    expect(clock.time).toBeCloseTo(700);
    expect(Math.max(...clock.spent)).toBeLessThanOrEqual(SLICE_MS);
  });

  test('uneven steps overrun by less than a step', async () => {
    const clock = new FakeClock();
    const next = random(1);
    const done = new Slices(clock).run(job(clock, 1000, () => next() * 3));
    await clock.run();
    await done;
    expect(Math.max(...clock.spent)).toBeLessThanOrEqual(SLICE_MS + 3);
  });

  test('a step longer than the limit has a slice to itself', async () => {
    const clock = new FakeClock();
    const done = new Slices(clock).run(job(clock, 10, () => 20));
    await clock.run();
    await done;
    expect(clock.spent.filter((spent) => spent > 0)).toEqual(Array.from({ length: 10 }, () => 20));
  });

  test('a thousand jobs started in the same turn share a slice', async () => {
    const clock = new FakeClock();
    const slices = new Slices(clock);
    const done = Promise.all(Array.from({ length: 1000 }, () => slices.run(job(clock, 1, () => 1))));
    await clock.run();
    await done;
    expect(Math.max(...clock.spent)).toBeLessThanOrEqual(SLICE_MS);
  });

  test('jobs take turns', async () => {
    const clock = new FakeClock();
    const slices = new Slices(clock);
    const order: string[] = [];
    const steps = (name: string) =>
      job(
        clock,
        20,
        () => 1,
        () => void order.push(name),
      );
    const jobs = ['a', 'b', 'c'].map((name) => slices.run(steps(name)));
    await clock.run();
    await Promise.all(jobs);
    // The first job has a slice for itself, because the others start later. From then on the jobs
    // alternate.
    const counted = (name: string) => order.slice(SLICE_MS, SLICE_MS + 30).filter((other) => other === name).length;
    expect(['a', 'b', 'c'].map(counted)).toEqual([10, 10, 10]);
  });

  test('a job of short steps gets as much time as a job of long steps', async () => {
    const clock = new FakeClock();
    const slices = new Slices(clock);
    const long = slices.run(job(clock, 100, () => 1)).then(() => clock.time);
    const short = slices.run(job(clock, 5_000, () => 0.01)).then(() => clock.time);
    await clock.run();
    expect(await short).toBeLessThan(110);
    expect(await long).toBeCloseTo(150);
  });

  test('a throwing step ends its own job only', async () => {
    const clock = new FakeClock();
    const slices = new Slices(clock);
    const bad = slices.run(() => {
      throw new Error('broken');
    });
    const good = slices.run(job(clock, 50, () => 1));
    await expect(bad).rejects.toThrow('broken');
    await clock.run();
    await good;
  });

  test('a database links, searches and compacts within slices, and answers calls between slices', async () => {
    const clock = new FakeClock();
    const { module } = await inlineEngine();
    const options = {
      dimensions: 8,
      metric: 'cosine',
      m: 16,
      efConstruction: 50,
      seed: 0,
      precision: 'float32',
    } as const;
    const engine = await startEngine(module, options);
    // A row takes 3 ms to link, a query 2 ms, a row 0.05 ms to show or remove: the work is real,
    // the time is not.
    let longest = 0;
    const timed = <T>(cost: number, call: () => T): T => {
      clock.time += cost;
      longest = Math.max(longest, cost);
      return call();
    };
    const { searcher, link, compact, publish, remove } = engine;
    const { search } = searcher;
    engine.link = (budget) => timed(3 * budget, () => link.call(engine, budget));
    searcher.search = (...query) => timed(2, () => search.apply(searcher, query));
    engine.compact = (budget, renews) => timed(budget, () => compact.call(engine, budget, renews));
    engine.publish = (slot) => timed(0.05, () => publish.call(engine, slot));
    engine.remove = (slot) => timed(0.05, () => remove.call(engine, slot));
    const database = new Database(new InMemoryReplica({ collection: new Collection(engine) }, new Slices(clock)), {
      engine: options,
      recall: 0.95,
      site: async () => new MemorySite(),
    });
    const rows = clustered(2304, 8);
    let linked = 0;
    for (let start = 0; start < rows.length; start += 256) {
      const part = rows.slice(start, start + 256);
      const vectors = new Float32Array(256 * 8);
      part.forEach((row, i) => {
        vectors.set(row, i * 8);
      });
      const ids = part.map(() => undefined);
      const request = {
        transaction: 1,
        kind: 'insert',
        first: start === 0,
        last: start + 256 === rows.length,
        strict: false,
      } as const;
      void database.write({ ...request, part: { start, ids, vectors } }).then(() => linked++);
    }
    await clock.run();
    expect(linked).toBe(9);
    expect(await database.stats()).toMatchObject({ rows: 2304, unlinked: 0, hidden: 0 });
    const many = database.search({
      queries: new Float32Array(800).fill(1),
      k: 1,
      ef: 10,
      recall: undefined,
      exact: false,
      vectors: false,
    });
    await clock.run();
    expect(await many).toHaveLength(100);
    const deletion = database.delete({ ids: Array.from({ length: 1000 }, (_, i) => i + 1), strict: false });
    await clock.run();
    expect((await deletion).result).toBe(1000);
    const compaction = database.compact();
    await clock.run();
    await compaction;
    expect((await database.stats()).tombstones).toBe(0);
    // 64 rows are shown between two looks at the clock: 3.2 ms.
    expect(longest).toBe(3);
    expect(Math.max(...clock.spent)).toBeLessThanOrEqual(SLICE_MS + 3.2);
    database.close();
  });
});
