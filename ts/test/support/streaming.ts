// A database whose rows load after the database is open: with codes, and several chunks of rows.

import { Disk, FaultySite } from './disk.js';
import { Process, type Row } from './process.js';

/** The engine makes codes from 256 rows on. A chunk holds 64 rows. */
export const SAVED: readonly Row[] = Array.from({ length: 300 }, (_, n) => ({ id: `saved ${n}`, n }));
export const ROW_CHUNKS = 5;

/** Whether the key names a chunk of rows (docs/format.md). */
export const isRowChunk = (key: string | number | undefined): boolean => /-1-\d+$/.test(String(key));

/** A disk with a checkpoint of `SAVED`, and no log. */
export async function streamingDisk(): Promise<Disk> {
  const disk = new Disk();
  const process = await Process.start(new FaultySite(disk), undefined, undefined, { exactThreshold: 100 });
  await process.write('upsert', SAVED);
  await process.save();
  await process.close();
  const chunks = disk.keys('chunks').filter(isRowChunk).length;
  if (chunks !== ROW_CHUNKS || disk.keys('log').length > 0) throw new Error(`${chunks} chunks of rows`);
  const again = await Process.start(new FaultySite(disk));
  const streams = again.isStreaming;
  await again.close();
  if (!streams) throw new Error('its rows are there at once');
  return disk;
}
