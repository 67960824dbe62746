// A write is rolled back while the checkpoint of another tab replaces the rows. Each turn of the
// event loop has a single step of a job, so the order of the steps does not depend on time.

import { expect, test } from 'vitest';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { singleSteps } from '../support/slices.js';

/** A part of a write has 512 rows, and a rollback of a part takes eight steps. */
const DIMENSIONS = 512;
const PART = 512;
/** A vector filled with this number is refused. */
const REFUSED = Number.NaN;

const rows: readonly Row[] = Array.from({ length: 20 }, (_, n) => ({ id: `b ${n}`, n }));

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A tab whose write has stored a part, while another tab has made a checkpoint. */
async function behind(): Promise<{
  readonly tab: Process;
  readonly refuse: () => void;
  readonly write: Promise<unknown>;
}> {
  const disk = new Disk();
  const open = () => Process.start(new FaultySite(disk), DIMENSIONS, undefined, {}, singleSteps());
  const [tab, other] = [await open(), await open()];
  let refuse = (): void => {};
  const last = new Promise<void>((resolve) => {
    refuse = resolve;
  });
  const some = Array.from({ length: PART }, (_, n) => ({ id: `a ${n}`, n }));
  const write = tab.write('upsert', [...some, { id: 'refused', n: REFUSED }], false, last);
  write.catch(() => {});
  while ((await tab.hidden()) < PART) await turns(1);
  await other.write('upsert', rows);
  await other.save();
  await other.close();
  return { tab, refuse, write };
}

test('a refused write fails with its cause, at whatever moment the rows are replaced', async () => {
  let during = 0;
  for (let turn = 0; turn < 14; turn++) {
    const { tab, refuse, write } = await behind();
    let isRefused = false;
    const refused = write.catch((error) => {
      isRefused = true;
      return error;
    });
    const looking = tab.flush();
    await turns(turn);
    refuse();
    while (!isRefused && !tab.isReloaded) await turns(1);
    if (tab.isReloaded && !isRefused) during++;
    expect(await refused, `turn ${turn}`).toMatchObject({ code: 'NOT_FINITE' });
    await looking;
    expect(await tab.rows()).toEqual(rows);
    expect(await tab.hidden()).toBe(0);
    await tab.write('upsert', [{ id: 'more', n: 1 }]);
    expect(await tab.count()).toBe(rows.length + 1);
    await tab.close();
  }
  expect(during).toBeGreaterThan(0);
});
