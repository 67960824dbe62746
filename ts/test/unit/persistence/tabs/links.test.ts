// A tab that writes waits for the links of its own rows, and not for the links of rows that other
// tabs write meanwhile. Each turn of the event loop has a single step of a job, so the counts of
// steps do not depend on time.

import { describe, expect, test } from 'vitest';
import { Disk, FaultySite } from '../../../support/disk.js';
import { Process, type Row } from '../../../support/process.js';
import { singleSteps } from '../../../support/slices.js';

/** A part of a write has at most 512 rows. */
const DIMENSIONS = 512;
const FEW = 10;

const many = (count: number, prefix: string): Row[] =>
  Array.from({ length: count }, (_, n) => ({ id: `${prefix} ${n}`, n }));

/** Two tabs without messages: each looks for the writes of the other when it is asked. */
async function twoTabs(exactThreshold: number): Promise<readonly [Process, Process]> {
  const disk = new Disk();
  const open = () => Process.start(new FaultySite(disk), DIMENSIONS, undefined, { exactThreshold }, singleSteps());
  return [await open(), await open()];
}

/** The ids of the rows filled with `n`, in order. */
const found = async (tab: Process, n: number): Promise<unknown[]> => [...(await tab.find(n))].sort();

describe('A tab that writes', () => {
  test('does not wait for the links of rows of another tab', async () => {
    const [a, b] = await twoTabs(FEW);
    await a.write('upsert', many(1000, 'a'));
    await b.flush();
    const before = await b.unlinked();
    expect(before).toBeGreaterThan(900);
    await b.write('upsert', [{ id: 'b', n: 1 }]);
    // The steps of the linker while the write is logged and shown.
    expect(before - (await b.unlinked())).toBeLessThan(100);
    expect(await found(b, 1)).toEqual(['a 1', 'b']);
    // At rest the rows of the other tab follow.
    await b.compact();
    expect(await b.unlinked()).toBe(0);
    await Promise.all([a.close(), b.close()]);
  });

  test('is not held up by another tab that writes more and more between its parts', async () => {
    const [a, b] = await twoTabs(FEW);
    let parts = 0;
    // The last part waits until the other tab has written, and this tab has applied that.
    const isWritten = (async () => {
      for (; parts < 3; parts++) {
        await a.write('upsert', many(400, `a ${parts}`));
        await b.flush();
      }
    })();
    await b.write('upsert', many(600, 'b'), false, isWritten);
    // Of the 1,200 rows at most one for three of the 600 own rows, and those linked while nothing
    // of the write waits.
    expect(await b.unlinked()).toBeGreaterThan(300);
    expect(await b.count()).toBe(1800);
    await b.compact();
    expect(await b.unlinked()).toBe(0);
    await Promise.all([a.close(), b.close()]);
  });

  test('does not wait for the links that the checkpoint of another tab lacks', async () => {
    const [a, b] = await twoTabs(500);
    // So few rows have no graph.
    await a.write('upsert', many(500, 'a'));
    await a.save();
    await b.write('upsert', [{ id: 'b 1', n: 1 }]);
    expect(b.isReloaded).toBe(true);
    const before = await b.unlinked();
    await b.write('upsert', [{ id: 'b 2', n: 1 }]);
    expect(await b.unlinked()).toBeGreaterThan(300);
    expect(before).toBeGreaterThan(400);
    expect(await found(b, 1)).toEqual(['a 1', 'b 1', 'b 2']);
    await b.compact();
    expect(await b.unlinked()).toBe(0);
    await Promise.all([a.close(), b.close()]);
  });
});
