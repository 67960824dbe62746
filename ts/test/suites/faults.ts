// Makes every storage call fail in every way. After each fault, the database has every acknowledged
// write, and nothing that the callers did not write.

import { describe, expect, test } from 'vitest';
import { Disk, FAULTS, type Fault, FaultySite, LOSSES, type Loss } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { sampled } from '../support/soak.js';

/** A step of the story: a call to a process, and the effect of the call on the rows. */
interface Step {
  readonly name: string;
  readonly strict?: boolean;
  run(process: Process): Promise<unknown>;
  apply(rows: Map<unknown, number>): void;
}

const set = (rows: Map<unknown, number>, written: readonly Row[]): void => {
  for (const { id, n } of written) rows.set(id, n);
};
const upsert = (written: readonly Row[], strict = false): Step => ({
  name: 'upsert',
  strict,
  run: (process) => process.write('upsert', written, strict),
  apply: (rows) => set(rows, written),
});
const remove = (ids: readonly (string | number)[], strict = false): Step => ({
  name: 'delete',
  strict,
  run: (process) => process.delete(ids, strict),
  apply: (rows) => ids.forEach((id) => void rows.delete(id)),
});
/** The rows of a source: the rows with the name of the source before their number. */
const replace = (source: string, written: readonly Row[], strict = false): Step => ({
  name: 'replace',
  strict,
  run: (process) => process.replace(source, written, strict),
  apply: (rows) => {
    for (const id of [...rows.keys()]) {
      const isOfSource = typeof id === 'string' && id.startsWith(source);
      if (isOfSource && !written.some((row) => row.id === id)) rows.delete(id);
    }
    set(rows, written);
  },
});
/** Ends the process, and starts another. */
const restart = 'restart';
const save: Step = { name: 'save', strict: true, run: (process) => process.save(), apply: () => {} };
const flush: Step = { name: 'flush', strict: true, run: (process) => process.flush(), apply: () => {} };
const many = (count: number, prefix: string, n: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, n }));

/**
 * From this many rows on the engine builds a graph. The number is small, because the story runs
 * once for each fault.
 */
const EXACT_THRESHOLD = 50;

const start = (site: FaultySite): Promise<Process> =>
  Process.start(site, undefined, undefined, { exactThreshold: EXACT_THRESHOLD });

/**
 * Small and large writes, strict writes, deletions, and checkpoints with and without later log
 * entries.
 */
const STORY: readonly (Step | typeof restart)[] = [
  upsert([{ id: 1, n: 1 }]),
  upsert([{ id: 2, n: 2 }], true),
  upsert(many(3, 'a', 3)),
  save,
  remove([1]),
  // The rows exceed a single frame, so the process stores parts before the entry. The rows are also
  // enough for a graph.
  upsert(many(EXACT_THRESHOLD + 30, 'big', 4)),
  upsert([{ id: 2, n: 5 }]),
  flush,
  restart,
  remove(['a0', 'big3']),
  save,
  upsert([{ id: 'last', n: 6 }]),
  replace('doc', many(6, 'doc', 2)),
  restart,
  // Kept, changed, new and removed rows, and parts before the entry.
  replace('doc', [...many(3, 'doc', 2), { id: 'doc4', n: 8 }, ...many(70, 'doc/', 3)], true),
  replace('doc', many(2, 'doc/', 3)),
  upsert([{ id: 1, n: 7 }]),
];

const inWords = (rows: ReadonlyMap<unknown, number> | readonly Row[]): string =>
  JSON.stringify(rows instanceof Map ? [...rows] : (rows as readonly Row[]).map(({ id, n }) => [id, n]));

interface Told {
  /** The possible rows at the end, as far as the callers know. */
  readonly now: readonly Map<unknown, number>[];
  /** The possible rows after a power failure. */
  readonly afterFailure: ReadonlySet<string>;
  /** The rows that the process returns, or undefined if the process is dead. */
  readonly shown: string | undefined;
  /**
   * The step of a hanging call. The call may still apply the step. `settled` resolves after the
   * call.
   */
  readonly late: Step | undefined;
  readonly settled: Promise<unknown>;
}

/** Runs the story until the story ends, or the process dies or hangs. */
async function tell(site: FaultySite): Promise<Told> {
  let possible = [new Map<unknown, number>()];
  let since = new Set([inWords(new Map())]);
  let process: Process | undefined;
  let late: Step | undefined;
  let settled: Promise<unknown> = Promise.resolve();
  const isOver = (): boolean => site.dead || site.wake !== undefined;
  const outcomeOf = async (running: Promise<unknown>): Promise<'done' | 'failed' | 'over'> => {
    let outcome: 'done' | 'failed' | undefined;
    settled = running.then(
      () => {
        outcome = 'done';
      },
      () => {
        outcome = 'failed';
      },
    );
    // Polls the outcome, because a process that dies or hangs settles no promise.
    while (outcome === undefined && !isOver()) await new Promise((resolve) => setImmediate(resolve));
    return outcome ?? 'over';
  };
  const open = async (): Promise<void> => {
    site.during = 'open';
    // If the process fails to open, the test opens the process again.
    for (let attempt = 0; attempt < 2 && process === undefined && !isOver(); attempt++) {
      const starting = async (): Promise<void> => {
        process = await start(site);
      };
      await outcomeOf(starting());
    }
  };
  await open();
  for (const step of STORY) {
    if (isOver() || process === undefined) break;
    site.during = step === restart ? 'close' : step.name;
    if (step === restart) {
      await outcomeOf((process as Process).close());
      process = undefined;
      await open();
      continue;
    }
    const outcome = await outcomeOf(step.run(process));
    const after = possible.map((rows) => {
      const next = new Map(rows);
      step.apply(next);
      return next;
    });
    // After a failure or without an answer, the write may be stored or not.
    possible = outcome === 'done' ? after : distinct([...possible, ...after]);
    since = new Set([...(outcome === 'done' && step.strict ? [] : since), ...possible.map(inWords)]);
    if (outcome === 'over') late = step;
  }
  const shown = site.dead || process === undefined ? undefined : inWords(await (process as Process).rows());
  return { now: possible, afterFailure: since, shown, late, settled };
}

function distinct(maps: Map<unknown, number>[]): Map<unknown, number>[] {
  return [...new Map(maps.map((rows) => [inWords(rows), rows])).values()];
}

/**
 * The possible states of the disk at the end: without a power failure, and after each kind of loss.
 */
function leftOf(disk: Disk, how: Fault): readonly (readonly [Loss | undefined, Disk])[] {
  // After a hang, the next process works on the same disk, without a power failure.
  if (how === 'hangs') return [[undefined, disk]];
  const losses = how.startsWith('dies') ? LOSSES : [undefined, 'dropped' as const];
  const left: [Loss | undefined, Disk][] = [];
  for (const loss of losses) {
    const copy = disk.fork();
    if (loss !== undefined) copy.fail(loss);
    // Several losses often leave the same values. The test then checks the first loss only.
    if (!left.some(([, other]) => other.holdsSame(copy))) left.push([loss, copy]);
  }
  return left;
}

/** Runs the story with the fault, and returns the number of different disks that were checked. */
async function check(fault: { call: number; how: Fault }): Promise<number> {
  const disk = new Disk();
  const site = new FaultySite(disk);
  site.fault = fault;
  const told = await tell(site);
  const label = `call ${fault.call} ${fault.how}`;
  if (told.shown !== undefined) expect(told.now.map(inWords), `${label}: what is shown`).toContain(told.shown);
  // The process ends here, unless a call of the process hangs.
  if (fault.how !== 'hangs') site.dead = true;
  const left = leftOf(disk, fault.how);
  for (const [loss, copy] of left) await goOn(site, copy, told, loss, `${label}, ${loss ?? 'no power failure'}`);
  return left.length;
}

/** Opens the remaining disk, checks the rows, and writes on. */
async function goOn(
  site: FaultySite,
  disk: Disk,
  { now, afterFailure, late, settled }: Told,
  loss: Loss | undefined,
  label: string,
): Promise<void> {
  const again = await start(new FaultySite(disk));
  const found = await again.rows();
  const isKnown =
    loss === undefined ? now.some((rows) => inWords(rows) === inWords(found)) : afterFailure.has(inWords(found));
  expect(isKnown, `${label}: what is found`).toBe(true);
  // The database accepts further writes.
  await again.write('upsert', [{ id: 'more', n: 9 }]);
  await again.save();
  if (site.wake !== undefined) {
    site.wake();
    await settled;
  }
  await again.flush();
  const then = inWords((await again.rows()).filter(({ id }) => id !== 'more'));
  const changed = new Map(found.map(({ id, n }) => [id as unknown, n]));
  late?.apply(changed);
  expect([inWords(found), inWords(changed)], `${label}: what is found later`).toContain(then);
  await again.close();
  const third = await start(new FaultySite(disk));
  const rows = await third.rows();
  expect(inWords(rows.filter(({ id }) => id !== 'more')), `${label}: what is found in the end`).toBe(then);
  expect(rows).toContainEqual({ id: 'more', n: 9 });
  expect(
    [...again.events, ...third.events].filter(({ type }) => type !== 'log-damaged'),
    label,
  ).toEqual([]);
  await third.close();
}

export function defineFaultSuite(faults: readonly Fault[]): void {
  describe('Faults', () => {
    test('the story itself', async () => {
      const disk = new Disk();
      const { now, shown } = await tell(new FaultySite(disk));
      expect(now.map(inWords)).toEqual([shown]);
    });

    test.each(faults)('the story survives a fault in every kind of call: %s', async (how) => {
      const counting = new FaultySite(new Disk());
      await tell(counting);
      const { calls, kinds } = counting;
      // Each fault takes other calls of a kind.
      const positions = sampled(kinds, FAULTS.indexOf(how));
      let disks = 0;
      for (const position of positions) disks += await check({ call: position + 1, how });
      console.log(`${how}: ${positions.length} of ${calls} calls, ${disks} disks looked at`);
      expect(calls).toBeGreaterThan(30);
      expect(positions.length).toBeGreaterThanOrEqual(new Set(kinds).size);
      expect(disks).toBeGreaterThanOrEqual(positions.length);
    });
  });
}
