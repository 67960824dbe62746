// The content of an export during other writes, and the fate of the chunks that the export reads.

import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { inlineEngine } from '../../src/engine/inline.js';
import { namesOf } from '../../src/format/contents.js';
import { decodeHead } from '../../src/format/head.js';
import { decodeManifest } from '../../src/format/manifest.js';
import { EdgeVec, EdgeVecError } from '../../src/index.js';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { hasty } from '../support/slices.js';
import { streamingDisk } from '../support/streaming.js';

const DIMENSIONS = 512;
const many = (n: number): Row[] => Array.from({ length: 700 }, (_, i) => ({ id: `row${i}`, n }));

/** Two tabs with the same disk. */
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

/** The distinct values of all rows in a file. */
async function valuesIn(pieces: readonly Uint8Array[]): Promise<unknown[]> {
  const db = await EdgeVec.import(new Blob(pieces as Uint8Array<ArrayBuffer>[]), { worker: false });
  const found = new Set<unknown>();
  for await (const { metadata } of db.scan()) found.add((metadata as { n: number }).n);
  expect(await db.count()).toBe(700);
  await db.close();
  return [...found];
}

test('a file shows a single moment, even if another tab replaces every chunk during the export', async () => {
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
  expect(await valuesIn(pieces)).toEqual([1]);

  // No export reads the chunks any more.
  await b.save();
  expect(disk.keys('chunks').toSorted()).toEqual(spoken(disk));
  expect(await valuesIn(await rest(await a.export()))).toEqual([3]);
});

test('an export releases its chunks if a reader cancels the export or the database closes', async () => {
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

test('an export reports chunks that were taken away by a tab without locks', async () => {
  const { disk, a, b } = await tabs();
  const file = await a.export();
  await file.next();
  const held = disk.keys('chunks');
  await b.write('upsert', many(2));
  await b.save();
  const dead = held.filter((name) => !spoken(disk).includes(name as string));
  disk.commit({ delete: dead.map((name) => ['chunks', name as string]) });
  await expect(rest(file)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  // The ended export protects no chunk any more.
  await b.save();
  expect(disk.keys('chunks').toSorted()).toEqual(spoken(disk));
});

test('an ended export rejects further reads, and never reports the end of the file', async () => {
  const { disk, sites, a } = await tabs();
  const given = await a.export();
  await given.next();
  given.end();
  await expect(given.next()).rejects.toMatchObject({ code: 'INTERNAL' });

  const read = await a.export();
  await rest(read);
  await expect(read.next()).rejects.toMatchObject({ code: 'INTERNAL' });

  // The same holds for a copy in memory, even if the export ends while a piece is being made.
  await a.write('upsert', many(2));
  sites[0].quota = disk.used;
  const copied = await a.export();
  await copied.next();
  const piece = copied.next();
  copied.end();
  await expect(piece).rejects.toMatchObject({ code: 'INTERNAL' });
});

test('an export does not save again if everything is saved already', async () => {
  const { sites, a } = await tabs();
  await a.save();
  let commits = 0;
  sites[0].onCommit = async () => void commits++;
  expect(await valuesIn(await rest(await a.export()))).toEqual([1]);
  expect(commits).toBe(0);
});

test('an import reports rows that cannot be read back, and leaves nothing behind', async () => {
  const disk = await streamingDisk();
  const file = await rest(await (await Process.start(new FaultySite(disk))).export());
  const into = new Disk();
  const site = new FaultySite(into);
  site.list = async () => [];
  // An import names chunks by their positions in the file. Rows come first.
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

test('an import reports a chunk that differs from the written chunk', async () => {
  const { disk, a } = await tabs();
  const file = await a.export();
  await file.next();
  for (const name of disk.keys('chunks') as string[]) {
    disk.commit({ put: [['chunks', name, new Uint8Array(disk.get('chunks', name)?.length ?? 0)]] });
  }
  await expect(rest(file)).rejects.toMatchObject({ code: 'DAMAGED' });
});

test('without room for a checkpoint, an export reads a copy in memory', async () => {
  const { disk, sites, a } = await tabs();
  sites[0].quota = disk.used;
  const chunks = disk.keys('chunks');
  expect(await valuesIn(await rest(await a.export()))).toEqual([1]);
  expect(disk.keys('chunks')).toEqual(chunks);
});
