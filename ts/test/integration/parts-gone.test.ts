// Parts of a large write are missing when the write is about to be logged.

import { expect, test } from 'vitest';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';

const many = (count: number, prefix: string, n: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, n }));

/** Enough rows to send the first parts of the write to storage. */
const LARGE = 100;

test('fail their own write only, and not the writes logged beside it', async () => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const process = await Process.start(site);
  await process.write('upsert', many(1, 'a', 1));

  let goOn = (): void => {};
  const turn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  // Delays the log, so later writes wait for the next append.
  let isHeld = false;
  const appends: number[] = [];
  site.onCommit = async ({ put = [] }) => {
    const entries = put.filter(([store]) => store === 'log').length;
    if (entries === 0) return;
    appends.push(entries);
    if (isHeld) return;
    isHeld = true;
    await turn;
  };
  const first = process.write('upsert', many(1, 'b', 2));
  const writes = [
    process.write('upsert', many(1, 'c', 3)),
    process.write('upsert', many(LARGE, 'd', 4)),
    process.delete(['a0']),
    process.write('upsert', many(1, 'e', 5)),
    process.write('upsert', many(LARGE, 'f', 6)),
    process.write('upsert', many(1, 'g', 7)),
  ];
  const ending = Promise.allSettled(writes);
  // A part of each large write is stored.
  while (strayOn(disk).length < 2) await new Promise((resolve) => setImmediate(resolve));
  const [part] = strayOn(disk);
  disk.commit({ delete: [['chunks', part as string]] });
  goOn();
  await first;
  const ended = await ending;
  const refused = ended.map((one) => (one.status === 'rejected' ? one.reason.code : 'done'));
  const lost = refused.indexOf('STORAGE_FAILED');
  expect([1, 4]).toContain(lost);
  expect(refused).toEqual(writes.map((_, i) => (i === lost ? 'STORAGE_FAILED' : 'done')));
  // The writes were about to be logged together.
  expect(Math.max(...appends)).toBeGreaterThan(1);
  const there = ['b0', 'c0', 'e0', 'g0', ...many(LARGE, lost === 1 ? 'f' : 'd', 0).map(({ id }) => id)];
  expect((await process.rows()).map(({ id }) => id).sort()).toEqual([...there].sort());
  await process.close();
  const again = await Process.start(new FaultySite(disk));
  expect((await again.rows()).map(({ id }) => id).sort()).toEqual([...there].sort());
  await again.close();
});
