// Processes that die during a write leave chunks behind. The chunks are dropped as soon as no
// process can still name the chunks.

import { describe, expect, test } from 'vitest';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';

const many = (count: number, prefix: string, n: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, n }));

/** Enough rows to send the first parts of the write to storage. */
const LARGE = 400;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Kills a process after the process has written this many unnamed chunks. */
async function killed(disk: Disk, chunks: number, run: (process: Process) => Promise<unknown>): Promise<void> {
  const site = new FaultySite(disk);
  const process = await Process.start(site);
  const before = strayOn(disk).length;
  site.onCall = async () => {
    if (strayOn(disk).length >= before + chunks) site.dead = true;
  };
  void run(process);
  await until(() => site.dead);
}

async function saved(rows: readonly Row[]): Promise<Disk> {
  const disk = new Disk();
  const process = await Process.start(new FaultySite(disk));
  await process.write('upsert', rows);
  await process.save();
  await process.close();
  return disk;
}

describe('Unnamed chunks', () => {
  test.each([
    ['a write', (process: Process) => process.write('upsert', many(LARGE, 'b', 2))],
    [
      'a checkpoint',
      async (process: Process) => {
        await process.write('upsert', many(100, 'c', 3));
        await process.save();
      },
    ],
  ] as const)('of %s interrupted by a death are dropped when the database is opened', async (_, run) => {
    const rows = many(20, 'a', 1);
    const disk = await saved(rows);
    for (let kill = 1; kill <= 4; kill++) await killed(disk, 1, run);
    expect(strayOn(disk).length).toBeGreaterThan(0);
    const again = await Process.start(new FaultySite(disk));
    await until(() => strayOn(disk).length === 0);
    expect(await again.rows()).toEqual(expect.arrayContaining(rows));
    await again.close();
  });

  test('are kept while another tab may still name the chunks, and dropped by a checkpoint after the tab has ended', async () => {
    const disk = await saved(many(20, 'a', 1));
    const writing = await Process.start(new FaultySite(disk));
    let goOn = (): void => {};
    const pause = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const large = writing.write('upsert', many(LARGE, 'b', 2), false, pause);
    await until(() => strayOn(disk).length > 0);
    const parts = strayOn(disk);
    const other = await Process.start(new FaultySite(disk));
    await other.write('upsert', [{ id: 'x', n: 3 }]);
    await other.save();
    expect(disk.keys('chunks')).toEqual(expect.arrayContaining(parts));
    goOn();
    await large;
    expect(strayOn(disk)).toEqual([]);
    await killed(disk, 1, (process) => process.write('upsert', many(LARGE, 'c', 4)));
    expect(strayOn(disk).length).toBeGreaterThan(0);
    await other.save();
    // The first tab is still open.
    expect(strayOn(disk).length).toBeGreaterThan(0);
    await writing.close();
    await other.save();
    expect(strayOn(disk)).toEqual([]);
    expect((await other.rows()).length).toBe(20 + LARGE + 1);
    await other.close();
  });

  test('of a checkpoint with a failed last commit are dropped by the next checkpoint', async () => {
    const disk = await saved(many(20, 'a', 1));
    const site = new FaultySite(disk);
    const process = await Process.start(site);
    await process.write('upsert', many(20, 'b', 2));
    site.onCommit = async ({ put }) => {
      if (put?.some(([, key]) => String(key).endsWith('-manifest')))
        site.fault = { call: site.calls + 1, how: 'throws' };
    };
    await expect(process.save()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    site.onCommit = async () => {};
    expect(strayOn(disk).length).toBeGreaterThan(0);
    await process.save();
    expect(strayOn(disk)).toEqual([]);
    await process.close();
  });

  test('of copies that died midway are dropped by the next copy', async () => {
    const own = await saved(many(60, 'a', 1));
    const disk = new Disk();
    const [copy, last] = [new FaultySite(disk), new FaultySite(disk)];
    for (const [site, kills] of [
      [copy, true],
      [last, false],
    ] as const) {
      const near = new FaultySite(own);
      const process = await Process.start({
        kind: 'memory',
        open: (name) => (name === 'copy' ? site.open() : near.open()),
        inspect: (name) => (name === 'copy' ? site.inspect() : near.inspect()),
        list: () => near.list(),
        drop: () => near.drop(),
      });
      if (kills) {
        site.onCall = async () => {
          if (disk.keys('chunks').length >= 2) site.dead = true;
        };
      }
      const saving = process.save('copy');
      if (kills) await until(() => site.dead);
      else await saving;
    }
    expect(strayOn(disk)).toEqual([]);
  });
});
