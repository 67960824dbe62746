import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { readNpy, readParquet } from '../../../src/integrations/import/index.js';
import { defineImportSuite } from '../../suites/import.js';
import { temporaryFolders } from '../../support/folders.js';
import { npyFile } from '../../support/npy.js';
import { failure } from '../../support/open.js';
import { cases } from '../../support/property.js';

const folder = temporaryFolders('import');
const pathOf = (name: string): string => fileURLToPath(new URL(`../../files/${name}`, import.meta.url));

defineImportSuite('Node', async (name) => new Uint8Array(readFileSync(pathOf(name))));

test('files by path and by file: URL', async () => {
  const path = join(folder(), 'vectors.npy');
  writeFileSync(path, npyFile([[1, 2]], { descr: '<f4' }));
  for (const source of [path, pathToFileURL(path)]) {
    const records = await readNpy(source);
    for (const time of [1, 2]) {
      for await (const { vector } of records) expect([time, ...(vector as Float32Array)]).toEqual([time, 1, 2]);
    }
  }
  expect((await readParquet(pathOf('plain.parquet'), { id: 'key' })).rows).toBe(60);
  expect((await readParquet(pathToFileURL(pathOf('plain.parquet')), { id: 'key' })).rows).toBe(60);
  expect((await failure(() => readNpy(`${path}.gone`), 'SOURCE_FAILED')).message).toContain('ENOENT');
});

const KINDS = ['<f4', '>f4', '<f8', '>f8', '<i4', '>i2', '|i1', '<u2', '<i8'];

test('any array of numbers comes back, in any kind, order and version', async () => {
  const shapes = fc.record({ rows: fc.integer({ min: 0, max: 40 }), dimensions: fc.integer({ min: 1, max: 40 }) });
  const how = fc.record({
    descr: fc.constantFrom(...KINDS),
    isFortran: fc.boolean(),
    version: fc.constantFrom(1 as const, 2 as const, 3 as const),
    isStream: fc.boolean(),
    seed: fc.integer({ min: 1, max: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(shapes, how, async ({ rows, dimensions }, { descr, isFortran, version, isStream, seed }) => {
      const matrix = Array.from({ length: rows }, (_, row) =>
        Array.from({ length: dimensions }, (_, column) => (row * seed + column * 7) % 100),
      );
      const file = npyFile(matrix, { descr, isFortran, version, shape: `(${rows}, ${dimensions})` });
      const records = await readNpy(isStream ? new Response(file) : file);
      const read: number[][] = [];
      for await (const { vector } of records) read.push([...(vector as Float32Array)]);
      expect([records.rows, records.dimensions, read]).toEqual([rows, dimensions, matrix]);
    }),
    cases(200),
  );
});

/** A server of one file. @returns the address, and the ranges that were asked for */
async function serving(file: Uint8Array, knowsRanges: boolean): Promise<{ url: URL; ranges: string[] }> {
  const ranges: string[] = [];
  const server = createServer(({ method, headers: { range = '' } }, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(knowsRanges ? range : '') ?? [];
    const part = from === undefined ? file : file.subarray(Number(from), Number(to) + 1);
    if (from !== undefined) ranges.push(range);
    response.writeHead(from === undefined ? 200 : 206, { 'Content-Length': part.length });
    response.end(method === 'HEAD' ? undefined : part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file`), ranges };
}

test('a file on a server: Parquet by ranges, if the server knows ranges', async () => {
  const file = readFileSync(pathOf('mixed.parquet'));
  for (const knowsRanges of [true, false]) {
    const { url, ranges } = await serving(file, knowsRanges);
    const records = await readParquet(url, { id: 'key', metadata: ['year'] });
    let rows = 0;
    for await (const { metadata } of records) expect(metadata).toEqual({ year: 1900 + rows++ });
    expect([rows, ranges.length > 0]).toEqual([700, knowsRanges]);
  }
  const vectors = await serving(npyFile([[1, 2]], { descr: '<f4' }), true);
  expect((await readNpy(vectors.url)).dimensions).toBe(2);
  const { url } = await serving(file, true);
  url.port = '1';
  await failure(() => readParquet(url), 'SOURCE_FAILED');
  await failure(() => readNpy(url), 'SOURCE_FAILED');
});
