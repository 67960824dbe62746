// What a file holds while others write, and what becomes of the chunks it is read from.

import { expect, test } from 'vitest';
import { decodeManifest, namesOf } from '../../src/checkpoint/manifest.js';
import { EdgeVec } from '../../src/index.js';
import { decodeHead } from '../../src/log/head.js';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';

const DIMENSIONS = 512;
const many = (n: number): Row[] => Array.from({ length: 700 }, (_, i) => ({ id: `row${i}`, n }));

/** Two tabs, and the disk they share. */
async function tabs() {
  const disk = new Disk();
  const sites = [new FaultySite(disk), new FaultySite(disk)] as const;
  const [a, b] = [await Process.start(sites[0], DIMENSIONS), await Process.start(sites[1], DIMENSIONS)];
  await a.write('upsert', many(1));
  return { disk, sites, a, b };
}

/** The chunks of the checkpoint. */
function spoken(disk: Disk): string[] {
  const { checkpoint } = decodeHead(disk.get('head', 0) as Uint8Array);
  return [checkpoint, ...namesOf(decodeManifest(disk.get('chunks', checkpoint) as Uint8Array))].toSorted();
}

type Exported = Awaited<ReturnType<Process['export']>>;

async function rest({ next }: Exported): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (let piece = await next(); piece !== undefined; piece = await next()) pieces.push(piece);
  return pieces;
}

/** What all rows in a file say, each once. */
async function said(pieces: readonly Uint8Array[]): Promise<unknown[]> {
  const db = await EdgeVec.import(new Blob(pieces as Uint8Array<ArrayBuffer>[]), { worker: false });
  const found = new Set<unknown>();
  for await (const { metadata } of db.scan()) found.add((metadata as { n: number }).n);
  expect(await db.count()).toBe(700);
  await db.close();
  return [...found];
}

test('a file is of one moment, though another tab replaces every chunk while it is read', async () => {
  const { disk, a, b } = await tabs();
  const file = await a.export();
  const pieces = [await file.next(), await file.next()] as Uint8Array[];
  const held = disk.keys('chunks');
  for (const n of [2, 3]) {
    await b.write('upsert', many(n));
    await b.save();
  }
  for (const name of held) expect(disk.keys('chunks')).toContain(name);
  pieces.push(...(await rest(file)));
  expect(await said(pieces)).toEqual([1]);

  // Nobody reads any more.
  await b.save();
  expect(disk.keys('chunks').toSorted()).toEqual(spoken(disk));
  expect(await said(await rest(await a.export()))).toEqual([3]);
});

test('a file that is given up, or whose database is closed, lets the chunks go', async () => {
  for (const give of [async (_: Process, file: Exported) => file.end(), (tab: Process) => tab.close()]) {
    const { disk, a, b } = await tabs();
    const file = await a.export();
    await file.next();
    await give(a, file);
    await b.write('upsert', many(2));
    await b.save();
    expect(disk.keys('chunks').toSorted()).toEqual(spoken(disk));
    await b.close();
  }
});

test('a tab that knows of no locks may take the chunks away, which is told', async () => {
  const { disk, a, b } = await tabs();
  const file = await a.export();
  await file.next();
  const held = disk.keys('chunks');
  await b.write('upsert', many(2));
  await b.save();
  disk.commit({ delete: held.map((name) => ['chunks', name as string]) });
  await expect(rest(file)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
});

test('a chunk that is not what was written is told', async () => {
  const { disk, a } = await tabs();
  const file = await a.export();
  await file.next();
  for (const name of disk.keys('chunks') as string[]) {
    disk.commit({ put: [['chunks', name, new Uint8Array(disk.get('chunks', name)?.length ?? 0)]] });
  }
  await expect(rest(file)).rejects.toMatchObject({ code: 'DAMAGED' });
});

test('where there is no room for a checkpoint, a copy in memory is the file', async () => {
  const { disk, sites, a } = await tabs();
  sites[0].quota = disk.used;
  const chunks = disk.keys('chunks');
  expect(await said(await rest(await a.export()))).toEqual([1]);
  expect(disk.keys('chunks')).toEqual(chunks);
});
