// Strict changes that are logged together with changes that are not strict.

import { expect, test } from 'vitest';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';

const IDS = [1, 2, 3, 4];
const ROWS: readonly Row[] = IDS.map((id) => ({ id, n: 1 }));

test.each([
  ['write', [], (process: Process, id: number, strict: boolean) => process.write('insert', [{ id, n: 1 }], strict)],
  ['deletion', ROWS, (process: Process, id: number, strict: boolean) => process.delete([id], strict)],
] as const)('a strict %s survives a power failure, whichever of its group is strict', async (_, before, change) => {
  for (const strict of IDS) {
    const disk = new Disk();
    const site = new FaultySite(disk);
    const process = await Process.start(site, 8);
    if (before.length > 0) await process.write('insert', before, true);
    const groups: number[] = [];
    site.onCommit = async ({ put = [] }) => {
      groups.push(put.filter(([store]) => store === 'log').length);
    };
    await Promise.all(IDS.map((id) => change(process, id, id === strict)));
    expect(groups).toEqual([IDS.length]);
    disk.fail('dropped');
    site.dead = true;
    const left = await Process.start(new FaultySite(disk), 8);
    expect(await left.rows()).toEqual(before.length > 0 ? [] : ROWS);
    await left.close();
  }
});
