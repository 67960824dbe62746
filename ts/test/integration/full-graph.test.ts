// If the reserve cannot be whole beside the stored graph, new rows get the room of the graph.

import { expect, test } from 'vitest';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';

const DIMENSIONS = 16;
const ROWS = 3_000;
const DELETED = 1_000;
const BATCH = 100;

const numbered = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, i) => ({ id: from + i, n: from + i }));

/** A saved database with free slots. */
async function saved(): Promise<{ readonly disk: Disk; readonly site: FaultySite }> {
  const disk = new Disk();
  const site = new FaultySite(disk);
  site.quota = 1e8;
  const process = await Process.start(site, DIMENSIONS);
  await process.write('insert', numbered(0, ROWS));
  await process.save();
  await process.delete(numbered(0, DELETED).map(({ id }) => id));
  await process.compact();
  await process.save();
  await process.close();
  return { disk, site };
}

test('New rows take the slots of deleted rows although the graph has the room of the reserve', async () => {
  const { disk, site } = await saved();
  // Just too little room for the reserve that the next process needs.
  disk.reserve = 400_000;
  site.quota = disk.used + disk.reserve;

  let process = await Process.start(site, DIMENSIONS);
  for (let id = 0; id < DELETED; id += BATCH) await process.write('insert', numbered(id, id + BATCH));
  expect(await process.count()).toBe(ROWS);
  expect(process.events.map(({ type }) => type)).toEqual(['checkpoint-reduced']);
  await process.close();
  process = await Process.start(site, DIMENSIONS);
  expect(await process.count()).toBe(ROWS);
  await process.close();
});

test('A write gets the room of the graph if a checkpoint has made too little room', async () => {
  const { disk, site } = await saved();
  const process = await Process.start(site, DIMENSIONS);
  await process.write('insert', numbered(0, 1));
  // The free room is enough for a checkpoint with the graph.
  const free = 800_000;
  site.quota = disk.used + disk.reserve + free;
  const text = 'x'.repeat(free + 60_000);
  const checkpoints: number[] = [];
  site.onCommit = async ({ put = [] }) => {
    if (put.some(([, key]) => String(key).endsWith('-manifest'))) checkpoints.push(disk.keys('log').length);
    // Other data takes the room that the first checkpoint frees.
    else if (checkpoints.length === 1) site.quota = disk.used + disk.reserve + free;
  };
  await process.write('insert', [{ id: 1, n: 1, more: { text } }]);
  expect(checkpoints, 'a checkpoint of the log, and the checkpoint without the graph').toEqual([1, 0]);
  expect(await process.count()).toBe(ROWS - DELETED + 2);
  expect(process.events.map(({ type }) => type)).toEqual(['checkpoint-reduced']);
  await process.close();
});
