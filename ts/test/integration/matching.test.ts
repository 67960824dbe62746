// Deletions and updates by a filter are decided in the turn of the change, and logged by ids. So
// every tab, every later process and every replay of the log has the same rows.

import { expect, test } from 'vitest';
import type { Id } from '../../src/base/types.js';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { random } from '../support/random.mjs';

/** More rows than fit in one part of the logged update. */
const MANY = 700;

const rows = (count: number, nOf: (i: number) => number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: `row ${i}`, n: nOf(i) + 1 }));

async function marked(process: Process): Promise<[Id, unknown][]> {
  const ids = (await process.rows()).map(({ id }) => id);
  const metadata = await process.metadata(ids);
  return ids.map((id, i) => [id, (metadata[i] as { mark?: unknown }).mark]);
}

test('a later process has the same rows, from the log and from a checkpoint', async () => {
  const disk = new Disk();
  const first = await Process.start(new FaultySite(disk));
  await first.write(
    'upsert',
    rows(MANY, (i) => i % 5),
  );
  expect(await first.updateMatching({ n: { $gte: 3 } }, { mark: ['seen'] })).toBe((MANY / 5) * 3);
  expect(await first.deleteMatching({ n: 4 })).toBe(MANY / 5);
  expect(await first.deleteMatching({ n: 6 })).toBe(0);
  const wanted = rows(MANY, (i) => i % 5)
    .filter(({ n }) => n !== 4)
    .map(({ id, n }) => [id, n >= 3 ? ['seen'] : undefined]);
  expect(await marked(first)).toEqual(wanted);

  const second = await Process.start(new FaultySite(disk.copy()));
  expect(await marked(second)).toEqual(wanted);
  await first.save();
  const third = await Process.start(new FaultySite(disk.copy()));
  expect(await marked(third)).toEqual(wanted);
});

test('a change by filter counts rows that another tab has just written', async () => {
  const disk = new Disk();
  const [one, other] = [await Process.start(new FaultySite(disk)), await Process.start(new FaultySite(disk))];
  await one.write(
    'upsert',
    rows(20, () => 1),
  );
  // No message has told the other tab.
  expect(await other.deleteMatching({ n: 2 })).toBe(20);
  expect(await other.count()).toBe(0);
  await one.write(
    'upsert',
    rows(30, (i) => i % 2),
  );
  expect(await other.updateMatching({ n: 1 }, { mark: 1 })).toBe(15);
  // The turn comes behind the writes of the other tab, so the mark is there.
  expect(await one.deleteMatching({ mark: 1 })).toBe(15);
  await other.flush();
  expect(await other.count()).toBe(15);
});

test('a change by filter counts the rows of a checkpoint of another tab', async () => {
  const disk = new Disk();
  const [one, other] = [await Process.start(new FaultySite(disk)), await Process.start(new FaultySite(disk))];
  await other.deleteMatching({ n: 1 });
  await one.write(
    'upsert',
    rows(MANY, (i) => i % 3),
  );
  await one.save();
  expect(await other.updateMatching({ n: 2 }, { mark: true })).toBe(Math.ceil((MANY - 1) / 3));
  expect(other.isReloaded).toBe(true);
  expect(await other.deleteMatching({ mark: true })).toBe(Math.ceil((MANY - 1) / 3));
  const later = await Process.start(new FaultySite(disk.copy()));
  expect(await marked(later)).toEqual(await marked(other));
});

test.each([1, 2, 3, 4])('two tabs that change rows by filters at once agree (seed %i)', async (seed) => {
  const next = random(seed);
  const pick = (below: number): number => Math.floor(next() * below);
  const disk = new Disk();
  const tabs = [await Process.start(new FaultySite(disk)), await Process.start(new FaultySite(disk))];
  for (let round = 0; round < 12; round++) {
    await Promise.all(
      tabs.map((tab) =>
        Promise.all(
          Array.from({ length: 3 }, () => {
            const n = pick(4) + 1;
            const call = pick(4);
            if (call === 0) return tab.deleteMatching({ n, mark: { $exists: pick(2) === 0 } });
            if (call === 1) return tab.updateMatching({ n: { $lte: n } }, { mark: round });
            return tab.write('upsert', [{ id: `row ${pick(15)}`, n }]);
          }),
        ),
      ),
    );
    if (pick(4) === 0) await tabs[pick(2)]?.save();
  }
  for (const tab of tabs) await tab.updateMatching({ n: 0 }, { mark: 0 });
  const [one, other] = await Promise.all(tabs.map(marked));
  expect(one).toEqual(other);
  expect(await marked(await Process.start(new FaultySite(disk.copy())))).toEqual(one);
});
