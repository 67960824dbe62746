// A write whose append to the log has failed, without an answer whether the log has the write.

import { expect, test } from 'vitest';
import { EdgeVecError } from '../../src/base/errors.js';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';

/** Enough rows to send the first parts of the write to storage. */
const LARGE: readonly Row[] = Array.from({ length: 400 }, (_, id) => ({ id, n: 1 }));

const puts = (batch: Parameters<FaultySite['onCommit']>[0], wanted: string): boolean =>
  (batch.put ?? []).some(([store]) => store === wanted);

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
