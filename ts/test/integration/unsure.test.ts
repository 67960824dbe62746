// A commit that has failed without an answer, or whose answer was lost. Nobody but the storage
// knows whether the commit was applied.

import { describe, expect, test } from 'vitest';
import { EdgeVecError } from '../../src/base/errors.js';
import type { Batch } from '../../src/storage/storage.js';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { repeating } from '../support/repeating.js';

/** Enough rows to send the first parts of the write to storage. */
const LARGE: readonly Row[] = Array.from({ length: 400 }, (_, id) => ({ id, n: 1 }));

const puts = (batch: Batch, wanted: string): boolean => (batch.put ?? []).some(([store]) => store === wanted);

/** Whether a commit is a checkpoint, or a repair of the log. */
const replacesHead = (batch: Batch): boolean =>
  batch.expect instanceof Uint8Array && puts(batch, 'head') && puts(batch, 'chunks');

test('the next process has the whole write if the log has the write', async () => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const process = await Process.start(site);
  // The commit takes effect, but its answer is lost. From then on the head cannot be read.
  let isLost = false;
  site.onCommit = async (batch) => {
    if (!puts(batch, 'log')) return;
    site.fault = { call: site.calls + 1, how: 'throws after' };
    isLost = true;
  };
  site.onCall = async (key) => {
    if (isLost && key === 0) throw new EdgeVecError('STORAGE_FAILED', 'The head cannot be read, as the test wants');
  };
  await expect(process.write('insert', LARGE)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  // Before closing, the process decides about the parts of the write.
  await process.close();
  const next = await Process.start(new FaultySite(disk));
  expect(next.events).toEqual([]);
  expect(await next.rows()).toEqual(LARGE);
  await next.close();
});

test('the write leaves no part behind if the log has certainly refused the write', async () => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const process = await Process.start(site);
  let parts = 0;
  site.onCommit = async (batch) => {
    if (puts(batch, 'chunks')) parts++;
    if (puts(batch, 'log')) site.fault = { call: site.calls + 1, how: 'quota' };
  };
  await expect(process.write('insert', LARGE)).rejects.toMatchObject({ code: 'QUOTA' });
  expect(parts).toBeGreaterThan(0);
  await process.close();
  expect(strayOn(disk)).toEqual([]);
});

describe.each(['repeats the commit', 'fails after the commit'])(
  'A checkpoint is done if the storage %s, and loses the answer',
  (how) => {
    test('the next checkpoint shares the chunks, and no chunk is left behind', async () => {
      const disk = new Disk();
      const site = new FaultySite(disk);
      const isRepeated = how === 'repeats the commit';
      let lost = 0;
      const process = await Process.start(
        isRepeated ? repeating(site, (batch) => replacesHead(batch) && ++lost > 0) : site,
      );
      if (!isRepeated) {
        site.onCommit = async (batch) => {
          if (!replacesHead(batch)) return;
          site.fault = { call: site.calls + 1, how: 'throws after' };
          lost++;
        };
      }
      await process.write('insert', LARGE);
      await process.save();
      expect(lost).toBe(1);
      expect(disk.keys('log')).toEqual([]);
      expect(strayOn(disk)).toEqual([]);
      const before = new Set(disk.keys('chunks'));

      await process.write('upsert', [{ id: LARGE.length, n: 2 }]);
      await process.save();
      expect(lost).toBe(2);
      // All rows but the last are in chunks that have not changed.
      expect(disk.keys('chunks').filter((name) => before.has(name)).length).toBeGreaterThanOrEqual(6);
      expect(process.events).toEqual([]);
      await process.close();
    });

    test('the checkpoint survives a power failure', async () => {
      const disk = new Disk();
      const site = new FaultySite(disk);
      const process = await Process.start(how === 'repeats the commit' ? repeating(site, replacesHead) : site);
      await process.write('insert', [{ id: 1, n: 1 }]);
      // The commit that was interrupted has not reached the disk yet.
      site.onCommit = async (batch) => {
        if (!replacesHead(batch)) return;
        Object.assign(batch, { strict: false });
        if (how === 'fails after the commit') site.fault = { call: site.calls + 1, how: 'throws after' };
      };
      await process.save();
      disk.fail('dropped');
      site.dead = true;
      expect(disk.keys('log')).toEqual([]);
      const next = await Process.start(new FaultySite(disk));
      expect(await next.rows()).toEqual([{ id: 1, n: 1 }]);
      await next.close();
    });
  },
);

test('a checkpoint fails if nobody can tell whether the storage has the checkpoint', async () => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const process = await Process.start(site);
  await process.write('insert', [{ id: 1, n: 1 }]);
  site.onCommit = async (batch) => {
    if (replacesHead(batch)) site.fault = { call: site.calls + 1, how: 'loses the connection' };
  };
  await expect(process.save()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  await process.close();
  const next = await Process.start(new FaultySite(disk));
  expect(await next.rows()).toEqual([{ id: 1, n: 1 }]);
  await next.close();
});

test('a damaged log is reported if the answer to the repair is lost', async () => {
  const disk = new Disk();
  const first = await Process.start(new FaultySite(disk));
  for (let id = 1; id <= 3; id++) await first.write('insert', [{ id, n: id }]);
  await first.close();
  disk.commit({ put: [['log', 2, new Uint8Array(9)]] });
  const next = await Process.start(repeating(new FaultySite(disk), replacesHead));
  expect(next.events).toMatchObject([{ type: 'log-damaged', lost: 2 }]);
  expect(await next.rows()).toEqual([{ id: 1, n: 1 }]);
  await next.close();
});
