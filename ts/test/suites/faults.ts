// Whatever fails, and whenever: what was acknowledged is there, and nothing else but what was asked
// for.

import { describe, expect, test } from 'vitest';
import { Disk, type Fault, FaultySite, LOSSES, type Loss } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';

/** A step of the story: what it does to a process, and to the rows. */
interface Step {
  readonly strict?: boolean;
  run(process: Process): Promise<unknown>;
  apply(rows: Map<unknown, number>): void;
}

const set = (rows: Map<unknown, number>, written: readonly Row[]): void => {
  for (const { id, n } of written) rows.set(id, n);
};
const upsert = (written: readonly Row[], strict = false): Step => ({
  strict,
  run: (process) => process.write('upsert', written, strict),
  apply: (rows) => set(rows, written),
});
const remove = (ids: readonly (string | number)[], strict = false): Step => ({
  strict,
  run: (process) => process.delete(ids, strict),
  apply: (rows) => ids.forEach((id) => void rows.delete(id)),
});
/** Ends the process, and starts another. */
const restart = 'restart';
const save: Step = { strict: true, run: (process) => process.save(), apply: () => {} };
const flush: Step = { strict: true, run: (process) => process.flush(), apply: () => {} };
const many = (count: number, prefix: string, n: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, n }));

/** Rows from which on there is a graph: few, since each fault is met by a story of its own. */
const EXACT_THRESHOLD = 100;

const start = (site: FaultySite): Promise<Process> =>
  Process.start(site, undefined, undefined, { exactThreshold: EXACT_THRESHOLD });

/**
 * Small and large writes, strict ones, deletions, checkpoints with and without a log behind them.
 */
const STORY: readonly (Step | typeof restart)[] = [
  upsert([{ id: 1, n: 1 }]),
  upsert([{ id: 2, n: 2 }], true),
  upsert(many(3, 'a', 3)),
  save,
  remove([1]),
  // More than a frame takes: its parts are stored before it is. And enough for a graph.
  upsert(many(EXACT_THRESHOLD + 30, 'big', 4)),
  upsert([{ id: 2, n: 5 }]),
  flush,
  restart,
  remove(['a0', 'big3']),
  save,
  upsert([{ id: 'last', n: 6 }]),
  restart,
  upsert([{ id: 1, n: 7 }]),
];

const said = (rows: ReadonlyMap<unknown, number> | readonly Row[]): string =>
  JSON.stringify(rows instanceof Map ? [...rows] : (rows as readonly Row[]).map(({ id, n }) => [id, n]));

interface Told {
  /** What may be there now, in the end, as far as the callers know. */
  readonly now: readonly Map<unknown, number>[];
  /** What may be there after a power failure. */
  readonly afterFailure: ReadonlySet<string>;
  /** What the process itself shows; undefined where there is none any more. */
  readonly shown: string | undefined;
  /** What a call that hangs may still do, and when that is over. */
  readonly late: Step | undefined;
  readonly settled: Promise<unknown>;
}

/** Tells the story to a process until it dies, or hangs, or the story ends. */
async function tell(site: FaultySite): Promise<Told> {
  let possible = [new Map<unknown, number>()];
  let since = new Set([said(new Map())]);
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
    // Who has seen that it is over sees it before anything that happens later.
    while (outcome === undefined && !isOver()) await new Promise((resolve) => setImmediate(resolve));
    return outcome ?? 'over';
  };
  const open = async (): Promise<void> => {
    // One that fails to open is opened again.
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
    // Told that it failed, or told nothing: it may be there or not.
    possible = outcome === 'done' ? after : distinct([...possible, ...after]);
    since = new Set([...(outcome === 'done' && step.strict ? [] : since), ...possible.map(said)]);
    if (outcome === 'over') late = step;
  }
  const shown = site.dead || process === undefined ? undefined : said(await (process as Process).rows());
  return { now: possible, afterFailure: since, shown, late, settled };
}

function distinct(maps: Map<unknown, number>[]): Map<unknown, number>[] {
  return [...new Map(maps.map((rows) => [said(rows), rows])).values()];
}

/** What the disk may be once it is over: without a power failure, and after one of each kind. */
function leftOf(disk: Disk, how: Fault): readonly (readonly [Loss | undefined, Disk])[] {
  // What hangs goes on, on this disk. Whoever goes on has seen no power failure.
  if (how === 'hangs') return [[undefined, disk]];
  const losses = how.startsWith('dies') ? LOSSES : [undefined, 'dropped' as const];
  const left: [Loss | undefined, Disk][] = [];
  for (const loss of losses) {
    const copy = disk.fork();
    if (loss !== undefined) copy.fail(loss);
    // Most often several losses leave the same: then the first of them is looked at.
    if (!left.some(([, other]) => other.holdsSame(copy))) left.push([loss, copy]);
  }
  return left;
}

/**
 * Tells the story in which this call goes wrong. Returns on how many different disks it was
 * checked.
 */
async function check(fault: { call: number; how: Fault }): Promise<number> {
  const disk = new Disk();
  const site = new FaultySite(disk);
  site.fault = fault;
  const told = await tell(site);
  const label = `call ${fault.call} ${fault.how}`;
  if (told.shown !== undefined) expect(told.now.map(said), `${label}: what is shown`).toContain(told.shown);
  // Whatever goes on in it is over, unless it hangs.
  if (fault.how !== 'hangs') site.dead = true;
  const left = leftOf(disk, fault.how);
  for (const [loss, copy] of left) await goOn(site, copy, told, loss, `${label}, ${loss ?? 'no power failure'}`);
  return left.length;
}

/** Opens what is left of the disk, and goes on with it. */
async function goOn(
  site: FaultySite,
  disk: Disk,
  { now, afterFailure, late, settled }: Told,
  loss: Loss | undefined,
  label: string,
): Promise<void> {
  const again = await start(new FaultySite(disk));
  const found = await again.rows();
  const isKnown = loss === undefined ? now.some((rows) => said(rows) === said(found)) : afterFailure.has(said(found));
  expect(isKnown, `${label}: what is found`).toBe(true);
  // And it goes on.
  await again.write('upsert', [{ id: 'more', n: 9 }]);
  await again.save();
  if (site.wake !== undefined) {
    site.wake();
    await settled;
  }
  await again.flush();
  const then = said((await again.rows()).filter(({ id }) => id !== 'more'));
  const changed = new Map(found.map(({ id, n }) => [id as unknown, n]));
  late?.apply(changed);
  expect([said(found), said(changed)], `${label}: what is found later`).toContain(then);
  await again.close();
  const third = await start(new FaultySite(disk));
  const rows = await third.rows();
  expect(said(rows.filter(({ id }) => id !== 'more')), `${label}: what is found in the end`).toBe(then);
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
      expect(now.map(said)).toEqual([shown]);
    });

    test.each(faults)('every call of the story, one after the other: %s', async (how) => {
      const counting = new FaultySite(new Disk());
      await tell(counting);
      const { calls } = counting;
      let disks = 0;
      for (let call = 1; call <= calls; call++) disks += await check({ call, how });
      console.log(`${how}: each of ${calls} calls, ${disks} disks looked at`);
      expect(calls).toBeGreaterThan(30);
      expect(disks).toBeGreaterThanOrEqual(calls);
    });
  });
}
