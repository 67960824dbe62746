// A part of a large write cannot be stored. The write fails at once, with the error of the storage.

import { expect, test } from 'vitest';
import { kindOf } from '../../src/storage/names.js';
import type { Batch } from '../../src/storage/storage.js';
import { Disk, type Fault, FaultySite, strayOn } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';

const PARTS = 6;
/** Each part of 64 rows is a chunk, also the last part. */
const LARGE: readonly Row[] = Array.from({ length: 64 * PARTS }, (_, id) => ({ id, n: 1 }));

const isPart = ({ put = [] }: Batch): boolean =>
  put.some(([store, key]) => store === 'chunks' && kindOf(key) === 'part');
const isLogged = ({ put = [] }: Batch): boolean => put.some(([store]) => store === 'log');

test.each<[Fault, object]>([
  ['throws', { code: 'STORAGE_FAILED', problem: 'The storage failed, as the test wants' }],
  ['throws after', { code: 'STORAGE_FAILED', problem: 'The storage failed afterwards, as the test wants' }],
  ['quota', { code: 'QUOTA', problem: 'There is no room, as the test wants' }],
])('a write fails with the error of any part of it, and leaves nothing behind: the storage %s', async (how, error) => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const process = await Process.start(site);
  await process.write('insert', [{ id: 'before', n: 0 }]);
  // Without entries in the log, no checkpoint can make room.
  await process.save();
  for (let failing = 1; failing <= PARTS; failing++) {
    let parts = 0;
    let logged = 0;
    site.onCommit = async (batch) => {
      if (isPart(batch) && ++parts === failing) site.fault = { call: site.calls + 1, how };
      if (isLogged(batch)) logged++;
    };
    await expect(process.write('insert', LARGE), `part ${failing}`).rejects.toMatchObject(error);
    expect([parts, logged]).toEqual([failing, 0]);
    expect(await process.count()).toBe(1);
    expect(await process.hidden()).toBe(0);
  }
  site.onCommit = async () => {};
  await process.write('insert', LARGE);
  await process.close();
  expect(strayOn(disk)).toEqual([]);
  const next = await Process.start(new FaultySite(disk));
  expect(await next.rows()).toEqual([{ id: 'before', n: 0 }, ...LARGE]);
  await next.close();
});

test('a write fails if a part still finds no room after a checkpoint has made room', async () => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const process = await Process.start(site);
  await process.write('insert', [{ id: 'before', n: 0 }]);
  let tries = 0;
  site.onCommit = async (batch) => {
    if (!isPart(batch)) return;
    tries++;
    site.fault = { call: site.calls + 1, how: tries === 1 ? 'quota' : 'throws' };
  };
  await expect(process.write('insert', LARGE)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(tries).toBe(2);
  // The checkpoint has taken the place of the log.
  expect(disk.keys('log')).toEqual([]);
  await process.close();
});
