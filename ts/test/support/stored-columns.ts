// Stored databases with columns, for the tests of stored columns.

import { expect } from 'vitest';
import type { Clause } from '../../src/base/clause.js';
import { crc32c } from '../../src/base/crc32c.js';
import type { Columns } from '../../src/collection/columns/columns.js';
import { matches } from '../../src/filter/match.js';
import { decodeHead } from '../../src/format/head.js';
import { decodeManifest, encodeManifest, type Manifest } from '../../src/format/manifest.js';
import { is } from './columns.js';
import { Disk, FaultySite } from './disk.js';
import { Process, type Row } from './process.js';

export const DIMENSIONS = 1;
export const start = (disk: Disk): Promise<Process> => Process.start(new FaultySite(disk), DIMENSIONS);
export const below = (field: string, value: number): Clause => ({
  op: 'range',
  path: [field],
  to: { value, open: true },
});

/** Rows with a number, and with a text for each row. */
export const some = (from: number, to: number, prefix = 'text'): Row[] =>
  Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    return { id: n, n, more: { even: n % 2 === 0, text: `${prefix} ${n}.` } };
  });

export function manifestOf(disk: Disk): Manifest {
  const { checkpoint } = decodeHead(disk.get('head', 0) as Uint8Array);
  return decodeManifest(disk.get('chunks', checkpoint) as Uint8Array);
}

/** The names of the chunks of each stored column, by field. */
export function storedOn(disk: Disk): Record<string, string[]> {
  const { columns = [] } = manifestOf(disk);
  return Object.fromEntries(columns.map(({ path, chunks }) => [path.join('.'), chunks.map(({ name }) => name)]));
}

/** Changes the manifest in place. */
export function changeManifest(disk: Disk, change: (manifest: Manifest) => Manifest): void {
  const { checkpoint } = decodeHead(disk.get('head', 0) as Uint8Array);
  disk.commit({ put: [['chunks', checkpoint, encodeManifest(change(manifestOf(disk)))]] });
}

/** Replaces the bytes of all chunks of columns, with right checksums unless `crc` is given. */
export function replaceChunks(disk: Disk, change: (bytes: Uint8Array) => Uint8Array, crc?: number): void {
  changeManifest(disk, (manifest) => ({
    ...manifest,
    columns: (manifest.columns ?? []).map(({ path, chunks }) => ({
      path,
      chunks: chunks.map((ref) => {
        const bytes = change(disk.get('chunks', ref.name) as Uint8Array);
        disk.commit({ put: [['chunks', ref.name, bytes]] });
        return { ...ref, bytes: bytes.length, crc: crc ?? crc32c(bytes) };
      }),
    })),
  }));
}

/** A closed database of 300 rows with a column of each field of `some`. */
export async function saved(rows = some(0, 300)): Promise<Disk> {
  const disk = new Disk();
  const process = await start(disk);
  await process.write('insert', rows);
  await expectRight(process, rows);
  await process.save();
  await process.close();
  return disk;
}

export const CLAUSES: readonly Clause[] = [
  is('even', true),
  below('n', 150),
  { op: 'startsWith', path: ['text'], prefix: 'text 1' },
  { op: 'not', of: is('text', 'text 7.', 'other 7.') },
];

export async function expectRight(process: Process, rows: readonly Row[], clauses = CLAUSES): Promise<void> {
  for (const clause of clauses) {
    const expected = rows.filter(({ n, more }) => matches(clause, { n, ...more })).map(({ id }) => id);
    expect(await process.matching(clause)).toEqual(expected);
  }
}

/** Opens the database again, and looks where the columns came from. */
export async function expectReopened(
  disk: Disk,
  rows: readonly Row[],
  made: Columns['made'] = { ofStored: 3, ofMetadata: 0 },
): Promise<void> {
  const process = await start(disk);
  await expectRight(process, rows);
  expect(process.columns.made).toEqual(made);
  await process.close();
}

export async function rowsOf(process: Process): Promise<Row[]> {
  const rows = await process.rows();
  const metadata = await process.metadata(rows.map(({ id }) => id));
  return rows.map((row, i) => ({ ...row, more: metadata[i] }));
}
