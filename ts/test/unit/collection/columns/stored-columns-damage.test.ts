// Stored columns are never needed: damage, failures of the storage, files, earlier versions. And no
// stored column keeps a deleted value.

import { describe, expect, test } from 'vitest';
import type { Clause } from '../../../../src/base/clause.js';
import { encodeStart } from '../../../../src/format/export-file.js';
import { decodeHead, encodeHead } from '../../../../src/format/head.js';
import { decodeManifest, encodeManifest } from '../../../../src/format/manifest.js';
import { Disk, type Fault, FaultySite } from '../../../support/disk.js';
import { Process } from '../../../support/process.js';
import {
  CLAUSES,
  changeManifest,
  DIMENSIONS,
  expectReopened,
  expectRight,
  manifestOf,
  replaceChunks,
  rowsOf,
  saved,
  some,
  start,
  storedOn,
} from '../../../support/stored-columns.js';

describe('A damaged column is made of metadata, without a word, and stored again', () => {
  const damages: readonly (readonly [string, (disk: Disk) => void])[] = [
    ['a wrong checksum', (disk) => replaceChunks(disk, (bytes) => bytes, 1)],
    ['a flipped bit, and a right checksum', (disk) => replaceChunks(disk, (bytes) => bytes.with(20, 15))],
    ['a cut', (disk) => replaceChunks(disk, (bytes) => bytes.subarray(0, -1))],
    ['no bytes', (disk) => replaceChunks(disk, () => new Uint8Array())],
    ['an unknown layout', (disk) => replaceChunks(disk, (bytes) => bytes.with(4, 2))],
    ['another magic', (disk) => replaceChunks(disk, (bytes) => bytes.with(0, 0))],
    [
      'missing chunks',
      (disk) => {
        const names = Object.values(storedOn(disk)).flat();
        disk.commit({ delete: names.map((name) => ['chunks', name]) });
      },
    ],
    [
      'no chunk listed',
      (disk) =>
        changeManifest(disk, (manifest) => ({
          ...manifest,
          columns: manifest.columns?.map(({ path }) => ({ path, chunks: [] })) ?? [],
        })),
    ],
  ];

  test.each(damages)('%s', async (_, damage) => {
    const disk = await saved();
    damage(disk);
    const process = await start(disk);
    await expectRight(process, some(0, 300));
    expect(process.columns.made).toEqual({ ofStored: 0, ofMetadata: 3 });
    await process.save();
    expect(process.events).toEqual([]);
    await process.close();
    await expectReopened(disk, some(0, 300));
  });

  test('a damaged column that no filter needs hinders no checkpoint', async () => {
    for (const [, damage] of damages) {
      const disk = await saved();
      damage(disk);
      const process = await start(disk);
      await process.save();
      await process.write('insert', some(300, 310));
      await process.save();
      expect(process.events).toEqual([]);
      await process.close();
      const again = await start(disk);
      await expectRight(again, some(0, 310));
      await again.close();
    }
  });

  test('another tab has stored the columns again, and this tab keeps the columns', async () => {
    const disk = await saved();
    replaceChunks(disk, (bytes) => bytes, 1);
    const [process, other] = [await start(disk), await start(disk)];
    await expectRight(other, some(0, 300));
    await other.save();
    await process.save();
    await process.close();
    await other.close();
    await expectReopened(disk, some(0, 300));
  });

  test('the storage fails to give a column, and the filter is answered', async () => {
    const disk = await saved();
    const site = new FaultySite(disk);
    const process = await Process.start(site, DIMENSIONS);
    const names = new Set(Object.values(storedOn(disk)).flat());
    site.fault = { call: 1, how: 'loses the connection', of: (key) => names.has(String(key)) };
    await expectRight(process, some(0, 300));
    expect(process.columns.made).toEqual({ ofStored: 0, ofMetadata: 3 });
    await process.close();
  });
});

const FAULTS: readonly Fault[] = ['dies', 'dies after', 'throws', 'throws after', 'quota'];

test.each(FAULTS)('A checkpoint with columns at which a call %s leaves right answers', async (how) => {
  const before = await saved(some(0, 50));
  let tried = 0;
  for (let isOver = false; !isOver; tried++) {
    const disk = before.fork();
    const site = new FaultySite(disk);
    const process = await Process.start(site, DIMENSIONS);
    await process.write('upsert', some(40, 60, 'other'));
    await process.delete([3]);
    await process.compact();
    const rows = await rowsOf(process);
    // Half of the time, the checkpoint itself reads the stored columns.
    if (tried % 2 === 0) await expectRight(process, rows);
    site.fault = { call: site.calls + 1 + tried, how };
    const end = process.save().then(
      () => 'done',
      () => 'failed',
    );
    while (!site.dead && (await Promise.race([end, turn()])) === undefined);
    isOver = site.calls < site.fault.call;
    const again = await start(disk);
    await expectRight(again, rows);
    await again.save();
    expect(again.events).toEqual([]);
    await expectRight(again, rows);
    await again.close();
    if (!site.dead) await process.close();
  }
  expect(tried).toBeGreaterThan(8);
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Deleted means gone', () => {
  /** Whether any stored value holds the text. */
  const holds = (disk: Disk, text: string): boolean =>
    (['head', 'log', 'chunks'] as const).some((store) =>
      disk.keys(store).some((key) => Buffer.from(disk.get(store, key) as Uint8Array).includes(text)),
    );

  test.each([
    ['the column is in use', true],
    ['nobody has read the column', false],
  ])('%s', async (_, isUsed) => {
    const rows = some(0, 300).map((row) => ({ ...row, more: { ...row.more, tags: [`tag ${row.n}.`] } }));
    const tagged: Clause = { op: 'contains', path: ['tags'], values: ['tag 7.'], every: false };
    const disk = new Disk();
    const first = await start(disk);
    await first.write('insert', rows);
    await expectRight(first, rows, [...CLAUSES, tagged]);
    await first.save();
    await first.close();
    const process = await start(disk);
    if (isUsed) await expectRight(process, rows, [...CLAUSES, tagged]);
    const chunks = Object.values(storedOn(disk)).flat();
    const columns = (text: string): boolean =>
      chunks.some((name) => Buffer.from(disk.get('chunks', name) as Uint8Array).includes(text));
    for (const text of ['text 7.', 'tag 7.', 'text 9.', 'tag 9.']) expect(columns(text)).toBe(true);
    await process.delete([7]);
    await process.updateMatching({ n: 9 }, { text: 'new', tags: [] });
    await process.compact();
    await process.save();
    for (const text of ['text 7.', 'tag 7.', 'text 9.', 'tag 9.']) expect(holds(disk, text)).toBe(false);
    for (const text of ['text 8.', 'tag 8.']) expect(holds(disk, text)).toBe(true);
    expect(Object.keys(storedOn(disk)).sort()).toEqual(['even', 'n', 'tags', 'text']);
    await process.close();
  });
});

async function exported(process: Process): Promise<Buffer> {
  const file = await process.export();
  const all: Uint8Array[] = [];
  for (let piece = await file.next(); piece !== undefined; piece = await file.next()) all.push(piece);
  return Buffer.concat(all);
}

describe('Files and copies', () => {
  test('have no columns, and an export is the same with columns and without', async () => {
    const disk = await saved();
    const process = await start(disk);
    const withColumns = await exported(process);
    changeManifest(disk, ({ columns: _, ...manifest }) => manifest);
    await process.close();
    const without = await start(disk);
    expect(withColumns.equals(await exported(without))).toBe(true);
    await without.close();
    const imported = new Disk();
    const copy = await Process.import(new FaultySite(imported), withColumns);
    expect(manifestOf(imported).columns).toBeUndefined();
    await expectRight(copy, some(0, 300));
    await copy.close();
  });
});

test('A file of an earlier version may list columns without their chunks, and is imported without columns', async () => {
  const disk = await saved();
  const { columns = [] } = manifestOf(disk);
  const process = await start(disk);
  const file = await exported(process);
  await process.close();
  const length = 16 + file.readUInt32LE(8);
  const begin = encodeStart(encodeManifest({ ...decodeManifest(file.subarray(16, length)), columns }));
  const imported = new Disk();
  const copy = await Process.import(new FaultySite(imported), Buffer.concat([begin, file.subarray(length)]));
  expect(manifestOf(imported).columns).toBeUndefined();
  await expectRight(copy, some(0, 300));
  await copy.close();
});

describe('Versions', () => {
  test('a head and a manifest of version 1 list the columns, so that earlier versions read both', async () => {
    const disk = await saved();
    const head = disk.get('head', 0) as Uint8Array;
    expect(encodeHead(decodeHead(head))).toEqual(head);
    const { checkpoint } = decodeHead(head);
    const manifest = disk.get('chunks', checkpoint) as Uint8Array;
    expect(new DataView(manifest.buffer, manifest.byteOffset).getUint32(4, true)).toBe(1);
    expect(Object.keys(JSON.parse(new TextDecoder().decode(manifest.subarray(16)))).at(-1)).toBe('columns');
  });

  test('an earlier version has deleted the chunks as orphans: a checkpoint is made all the same', async () => {
    const disk = await saved();
    disk.commit({
      delete: Object.values(storedOn(disk))
        .flat()
        .map((name) => ['chunks', name]),
    });
    const process = await start(disk);
    await process.save();
    await process.close();
    const again = await start(disk);
    await expectRight(again, some(0, 300));
    await again.close();
  });
});
