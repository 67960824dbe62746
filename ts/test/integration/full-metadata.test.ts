// A database that holds little except metadata, in a storage without room. All changed chunks of
// metadata are written at once.

import { expect, test } from 'vitest';
import { Disk, FaultySite } from '../support/disk.js';
import { failure } from '../support/open.js';
import { Process, type Row } from '../support/process.js';

const MB = 1e6;
const QUOTA = 24 * MB;
/** Characters of each row's metadata: 256 rows fill a chunk. */
const TEXT = 4_000;
const BATCH = 64;
/** The rows of a block of ids (docs/format.md). */
const BLOCK = 1_024;

const batch = (from: number): Row[] => Array.from({ length: BATCH }, (_, i) => ({ id: from + i, n: from + i }));

test('Rows can be deleted at any time, and saved if the changed metadata fits into the reserve', async () => {
  const site = new FaultySite(new Disk());
  site.quota = QUOTA;
  const process = await Process.start(site, 2, undefined, { text: TEXT });
  const there = new Set<number>();
  for (let from = 0, isFull = false; !isFull; from += BATCH) {
    await process.write('insert', batch(from)).then(
      () => {
        for (const { n } of batch(from)) there.add(n);
      },
      (error) => {
        expect(error).toMatchObject({ code: 'QUOTA' });
        isFull = true;
      },
    );
  }
  expect(there.size * TEXT).toBeGreaterThan(0.3 * QUOTA);
  const remove = async (isDead: (n: number) => boolean): Promise<void> => {
    const dead = [...there].filter(isDead);
    expect(await process.delete(dead)).toBe(dead.length);
    for (const n of dead) there.delete(n);
  };
  const isAsAcknowledged = async (of: Process): Promise<void> => {
    expect(new Set((await of.rows()).map(({ n }) => n))).toEqual(there);
  };

  // Some rows of each chunk are deleted: the rest of each chunk must be written.
  await remove((n) => n % 4 === 0);
  await failure(() => process.save(), 'QUOTA');
  await isAsAcknowledged(process);
  const other = await Process.start(site, 2);
  await isAsAcknowledged(other);
  await other.close();
  // Whole blocks are deleted: nothing of these blocks must be written.
  await remove((n) => n >= BLOCK);
  await process.save();
  await isAsAcknowledged(process);
  await process.close();
  const again = await Process.start(site, 2);
  await isAsAcknowledged(again);
  // Now storage has room for other rows.
  for (let from = 1e6; from < 1e6 + 1_500; from += BATCH) await again.write('insert', batch(from));
  await again.close();
});
