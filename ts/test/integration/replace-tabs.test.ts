// `replace` of a source by several tabs of one storage: what a tab keeps must still be there at the
// commit, and every tab and every replay of the log has the same rows.

import { expect, test } from 'vitest';
import { decodeFrame } from '../../src/format/entry.js';
import { summarize } from '../../src/persistence/summary.js';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { random } from '../support/random.mjs';

const rows = (count: number, n: number): Row[] => Array.from({ length: count }, (_, i) => ({ id: `doc${i}`, n }));

const start = (disk: Disk): Promise<Process> => Process.start(new FaultySite(disk));

test('a replacement is one entry of the log, and an equal replacement is none', async () => {
  const disk = new Disk();
  const process = await start(disk);
  await process.replace('doc', rows(3, 1));
  expect(await process.replace('doc', [...rows(2, 1), { id: 'doc9', n: 2 }])).toBe(2);
  const entries = disk.keys('log').length;
  expect(entries).toBe(2);
  expect(await process.replace('doc', [...rows(2, 1), { id: 'doc9', n: 2 }])).toBe(3);
  expect(disk.keys('log').length).toBe(entries);
  const storage = await new FaultySite(disk).open();
  for await (const [seq, bytes] of storage.scan(1)) {
    expect(decodeFrame(bytes, seq)).toMatchObject({ kind: 'replace', removed: ['doc2'] });
  }
  expect((await summarize(storage)).rows).toBe(3);
  const salvaged = await Process.salvage(new FaultySite(disk));
  expect(await salvaged.rows()).toEqual(await process.rows());
  expect(await (await start(disk.copy())).rows()).toEqual(await process.rows());
});

test('a kept row that another tab has changed is a conflict, also behind a checkpoint of the other tab', async () => {
  for (const saves of [false, true]) {
    const disk = new Disk();
    const [one, other] = [await start(disk), await start(disk)];
    await one.replace('doc', rows(3, 1));
    const between = async (): Promise<void> => {
      await other.write('upsert', [{ id: 'doc1', n: 7, more: { from: 'doc' } }]);
      if (saves) await other.save();
    };
    await expect(one.replace('doc', [...rows(2, 1), { id: 'new', n: 2 }], false, between)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await one.flush();
    expect(await one.rows()).toEqual(await other.rows());
    expect(await one.hidden()).toBe(0);
    // The next call compares with the rows of the other tab.
    expect(await one.replace('doc', [...rows(2, 1), { id: 'new', n: 2 }])).toBe(1);
  }
});

test('rows that another tab adds to the source are removed', async () => {
  const disk = new Disk();
  const [one, other] = [await start(disk), await start(disk)];
  await one.replace('doc', rows(3, 1));
  await other.write('upsert', [{ id: 'stray', n: 7, more: { from: 'doc' } }]);
  await one.replace('doc', rows(2, 1));
  await other.flush();
  for (const tab of [one, other, await start(disk.copy())]) expect(await tab.rows()).toEqual(rows(2, 1));
});

test('the next process has the old source whole if a process ends before the commit', async () => {
  const disk = new Disk();
  const process = await start(disk);
  await process.replace('doc', rows(3, 1));
  // Enough rows for chunks in storage.
  const large = Array.from({ length: 400 }, (_, i) => ({ id: `doc${i}`, n: 2 }));
  void process.replace('doc', large, false, () => new Promise(() => {}));
  while (disk.keys('chunks').filter((key) => String(key).endsWith('part')).length < 3) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const next = await start(disk.copy());
  expect(await next.rows()).toEqual(rows(3, 1));
  expect(next.events).toEqual([]);
});

test.each([1, 2, 3, 4])('two tabs that replace sources at once agree (seed %i)', async (seed) => {
  const draw = random(seed);
  const pick = (below: number): number => Math.floor(draw() * below);
  const disk = new Disk();
  const tabs = [await start(disk), await start(disk)];
  for (let round = 0; round < 10; round++) {
    const calls = tabs.flatMap((tab) =>
      [0, 1].map(async () => {
        const source = `s${pick(2)}`;
        const some = [...Array(6).keys()].filter(() => pick(2) === 0).map((i) => ({ id: `${source}${i}`, n: pick(3) }));
        await tab.replace(source, some).catch((error) => {
          expect(error.code).toBe('CONFLICT');
        });
      }),
    );
    await Promise.all(calls);
    if (pick(4) === 0) await tabs[pick(2)]?.save();
  }
  for (const tab of tabs) await tab.flush();
  for (const tab of tabs) await tab.flush();
  const [one, other] = await Promise.all(tabs.map((tab) => tab.rows()));
  expect(one).toEqual(other);
  expect(await (await start(disk.copy())).rows()).toEqual(one);
});
