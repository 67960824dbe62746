// What a file holds while others write, and what becomes of the chunks it is read from.

import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { inlineEngine } from '../../src/engine/inline.js';
import { decodeHead } from '../../src/format/head.js';
import { decodeManifest, namesOf } from '../../src/format/manifest.js';
import { EdgeVec, EdgeVecError } from '../../src/index.js';
import { Disk, FaultySite } from '../support/disk.js';
import { hasty, Process, type Row } from '../support/process.js';
import { streamingDisk } from '../support/streaming.js';

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
  const dead = held.filter((name) => !spoken(disk).includes(name as string));
  disk.commit({ delete: dead.map((name) => ['chunks', name as string]) });
  await expect(rest(file)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  // It keeps nothing from being dropped any more.
  await b.save();
  expect(disk.keys('chunks').toSorted()).toEqual(spoken(disk));
});

test('an export that has ended is an error to whoever asks on, never the end of the file', async () => {
  const { disk, sites, a } = await tabs();
  const given = await a.export();
  await given.next();
  given.end();
  await expect(given.next()).rejects.toMatchObject({ code: 'INTERNAL' });

  const read = await a.export();
  await rest(read);
  await expect(read.next()).rejects.toMatchObject({ code: 'INTERNAL' });

  // Of a copy in memory too, also if it is ended while a piece is made.
  await a.write('upsert', many(2));
  sites[0].quota = disk.used;
  const copied = await a.export();
  await copied.next();
  const piece = copied.next();
  copied.end();
  await expect(piece).rejects.toMatchObject({ code: 'INTERNAL' });
});

test('what is saved already is not saved again for a file', async () => {
  const { sites, a } = await tabs();
  await a.save();
  let commits = 0;
  sites[0].onCommit = async () => void commits++;
  expect(await said(await rest(await a.export()))).toEqual([1]);
  expect(commits).toBe(0);
});

test('an import whose rows cannot be read back says so, and leaves nothing', async () => {
  const disk = await streamingDisk();
  const file = await rest(await (await Process.start(new FaultySite(disk))).export());
  const into = new Disk();
  const site = new FaultySite(into);
  site.list = async () => [];
  // The chunks of a file are named by their places in it: rows come first.
  site.onCall = async (key) => {
    if (/-[1-5]$/.test(String(key)))
      throw new EdgeVecError('STORAGE_FAILED', 'The disk reads nothing, as the test wants');
  };
  const { module } = await inlineEngine();
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* file;
  }
  const engine = {
    dimensions: 0,
    metric: 'cosine',
    precision: 'float32',
    m: 16,
    efConstruction: 200,
    seed: 0,
  } as const;
  const options = { engine, given: [], recall: 0.95, stored: { name: 'db', elseInMemory: false } };
  const surroundings = { module, slices: hasty(), site: async () => site, tell: () => {}, source: source() };
  const opening = openDatabase(options, surroundings);
  await expect(opening).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(into.keys('chunks')).toEqual([]);
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
