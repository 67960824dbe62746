// Records out of .npy and Parquet files. ts/test/files/make.mjs has made the Parquet files.

import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type Id } from '../../src/index.js';
import { type FileRecords, type FileSource, readNpy, readParquet } from '../../src/integrations/import/index.js';
import { npyFile } from '../support/npy.js';
import { failure, QUICK_GRAPH } from '../support/open.js';

/** Hides the type of a value, for calls possible only in plain JavaScript. */
const loose = (value: unknown): never => value as never;

interface Row {
  readonly id?: Id;
  readonly vector: unknown;
  readonly metadata?: unknown;
}

async function rowsOf(records: FileRecords<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const record of records) rows.push(record);
  expect(rows).toHaveLength(records.rows);
  return rows;
}

const vectorsOf = (rows: readonly Row[]): number[][] => rows.map(({ vector }) => [...(vector as Float32Array)]);

/** The bytes as every kind of source that works on all platforms. */
function sourcesOf(bytes: Uint8Array<ArrayBuffer>): Record<string, () => FileSource> {
  const padded = new Uint8Array(bytes.length + 9);
  padded.set(bytes, 5);
  const stream = (size: number): ReadableStream<Uint8Array> => {
    let at = 0;
    return new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, at + size));
        at += size;
      },
    });
  };
  return {
    Blob: () => new Blob([bytes]),
    File: () => new File([bytes], 'file'),
    ArrayBuffer: () => bytes.slice().buffer,
    'a view': () => padded.subarray(5, 5 + bytes.length),
    Response: () => new Response(bytes.slice()),
    'a stream': () => stream(997),
    'a stream of single bytes': () => stream(1),
  };
}

/** The numbers of ts/test/files/make.mjs. */
const numbersOf = (row: number, dimensions: number): number[] =>
  Array.from({ length: dimensions }, (_, i) => ((row * 31 + i * 7) % 64) / 8 - 4);

/** @param fileOf reads a file of ts/test/files */
export function defineImportSuite(label: string, fileOf: (name: string) => Promise<Uint8Array<ArrayBuffer>>): void {
  const parquet = async (name: string): Promise<Blob> => new Blob([await fileOf(`${name}.parquet`)]);

  describe(`.npy, ${label}`, () => {
    const matrix = [
      [1, -2, 3.5],
      [0, 100, -0.25],
    ];

    test('every kind of source gives the rows', async () => {
      const rows = Array.from({ length: 40 }, (_, row) => numbersOf(row, 5));
      for (const isFortran of [false, true]) {
        const bytes = npyFile(rows, { descr: '<f4', isFortran });
        for (const [kind, source] of Object.entries(sourcesOf(bytes))) {
          const records = await readNpy(source());
          expect([kind, records.rows, records.dimensions]).toEqual([kind, 40, 5]);
          expect(vectorsOf(await rowsOf(records)), kind).toEqual(rows);
        }
      }
    });

    test.each(['<f2', '>f2', '<f4', '>f4', '<f8', '>f8', '<i2', '>i2', '<i4', '>i4', '<i8', '>i8', '|i1'])(
      'numbers of the kind %s',
      async (descr) => {
        const signed = descr.includes('i') ? matrix.map((row) => row.map(Math.trunc)) : matrix;
        for (const isFortran of [false, true]) {
          const records = await readNpy(new Blob([npyFile(signed, { descr, isFortran })]));
          expect(vectorsOf(await rowsOf(records))).toEqual(signed.map((row) => row.map((value) => value + 0)));
        }
      },
    );

    test.each(['|u1', '<u2', '>u4', '<u8', '|b1'])('numbers of the kind %s', async (descr) => {
      const rows = descr === '|b1' ? [[1, 0, 1]] : [[0, 1, 255]];
      expect(vectorsOf(await rowsOf(await readNpy(npyFile(rows, { descr }))))).toEqual(rows);
    });

    test('16-bit floats at the ends of their range', async () => {
      const bits = [0x0001, 0x03ff, 0x0400, 0x7bff, 0xfbff, 0x3c00, 0x8000, 0x7c00, 0xfc00, 0x7e00];
      const file = npyFile([bits], { descr: '<u2' });
      const text = new TextDecoder('latin1').decode(file);
      file[text.indexOf('<u2') + 1] = 'f'.charCodeAt(0);
      expect(vectorsOf(await rowsOf(await readNpy(file)))[0]).toEqual([
        2 ** -24,
        1023 * 2 ** -24,
        2 ** -14,
        65504,
        -65504,
        1,
        -0,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        Number.NaN,
      ]);
    });

    test('versions 1 to 3, a single vector, and no rows', async () => {
      for (const version of [1, 2, 3] as const) {
        const records = await readNpy(npyFile(matrix, { descr: '<f4', version }));
        expect(vectorsOf(await rowsOf(records))).toEqual(matrix);
      }
      const single = await readNpy(npyFile([[1, 2, 3]], { descr: '<f4', shape: '(3,)' }));
      expect([single.rows, single.dimensions]).toEqual([1, 3]);
      expect(vectorsOf(await rowsOf(single))).toEqual([[1, 2, 3]]);
      const empty = await readNpy(npyFile([], { descr: '<f4', shape: '(0, 3)' }));
      expect([empty.rows, empty.dimensions, await rowsOf(empty)]).toEqual([0, 3, []]);
      // As Python 2 has written sizes, and other programs have written keys.
      const old = npyFile(matrix, {
        descr: '<f4',
        header: `{"shape": (2L, 3L), "descr": "<f4", "fortran_order": False}`,
      });
      expect(vectorsOf(await rowsOf(await readNpy(old)))).toEqual(matrix);
    });

    test('ids and metadata, as arrays and as functions', async () => {
      const file = npyFile(matrix, { descr: '<f4' });
      const arrays = await readNpy(file, { ids: ['a', 7], metadata: [{ title: 'A' }, { title: 'B' }] });
      expect(await rowsOf(arrays)).toEqual([
        { id: 'a', vector: Float32Array.from(matrix[0] ?? []), metadata: { title: 'A' } },
        { id: 7, vector: Float32Array.from(matrix[1] ?? []), metadata: { title: 'B' } },
      ]);
      const functions = await readNpy(file, { ids: (row) => `row ${row}`, metadata: (row) => ({ row }) });
      expect((await rowsOf(functions)).map(({ id, metadata }) => [id, metadata])).toEqual([
        ['row 0', { row: 0 }],
        ['row 1', { row: 1 }],
      ]);
      await failure(() => readNpy(file, { ids: ['a'] }), 'INVALID_OPTIONS');
      await failure(() => readNpy(file, { metadata: [] }), 'INVALID_OPTIONS');
      await failure(() => readNpy(file, loose({ id: ['a', 'b'] })), 'INVALID_OPTIONS');
    });

    test('records go into a database, in batches', async () => {
      const rows = Array.from({ length: 3000 }, (_, row) => numbersOf(row, 4).map((value) => value + row / 4096 + 1));
      const db = await EdgeVec.open({ dimensions: 4, metric: 'euclidean', ...QUICK_GRAPH });
      onTestFinished(() => db.close());
      const file = new Blob([npyFile(rows, { descr: '<f8' })]);
      const records = await readNpy(file, { ids: (row) => `row ${row}`, metadata: (row) => ({ row }) });
      expect(await db.upsert(records)).toHaveLength(3000);
      // The file can be read again. Its rows replace the rows of the database.
      await db.upsert(records);
      expect(await db.count()).toBe(3000);
      expect([...((await db.get('row 2999'))?.vector ?? [])]).toEqual(rows[2999]?.map(Math.fround));
      const ids = await db.insert(await readNpy(file));
      expect(ids).toHaveLength(3000);
    });

    test('other files, other kinds of numbers and other shapes are refused', async () => {
      const error = (bytes: FileSource) => failure(() => readNpy(bytes), 'UNSUPPORTED_FORMAT');
      const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
      expect((await error(text('PK\x03\x04 and so on'))).remedy).toContain('npz');
      expect((await error(await parquet('mixed'))).remedy).toContain('readParquet');
      await error(text('id,vector'));
      await error(new Uint8Array());
      const later = npyFile(matrix, { descr: '<f4' });
      later[6] = 4;
      await error(later);
      const objects = await error(npyFile(matrix, { descr: '<f4', dtype: '|O' }));
      expect([objects.got, objects.remedy]).toEqual(['pickled Python objects', expect.stringContaining('np.stack')]);
      for (const dtype of ['<c8', '<U5', '|V2', '<M8[ns]', '|f4', '=f4', '<f16']) {
        expect((await error(npyFile(matrix, { descr: '<f4', dtype }))).got).toContain(dtype);
      }
      const fields = `{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2, 3), }`;
      await error(npyFile(matrix, { descr: '<f4', header: fields }));
      for (const shape of ['()', '(1, 2, 3)', '(6, 0)', '(0,)']) {
        const wrong = await error(npyFile(matrix, { descr: '<f4', shape }));
        expect(wrong.remedy).toContain('reshape');
      }
    });

    test('files that are cut or go on are refused, wherever they end', async () => {
      for (const isFortran of [false, true]) {
        const whole = npyFile(matrix, { descr: '<f8', isFortran });
        for (let length = 8; length < whole.length; length++) {
          await failure(() => readNpy(whole.slice(0, length)), 'DAMAGED');
          const streamed = async () => rowsOf(await readNpy(new Response(whole.slice(0, length))));
          await failure(streamed, 'DAMAGED');
        }
        const longer = new Uint8Array([...whole, 0]);
        await failure(() => readNpy(longer), 'DAMAGED');
        await failure(async () => rowsOf(await readNpy(new Response(longer))), 'DAMAGED');
      }
      for (const header of [`{'descr': '<f4'}`, `{'descr': '<f4', 'fortran_order': False, 'shape': (2, x)}`, '']) {
        await failure(() => readNpy(npyFile(matrix, { descr: '<f4', header })), 'DAMAGED');
      }
      const db = await EdgeVec.open({ dimensions: 3 });
      onTestFinished(() => db.close());
      const cut = npyFile(matrix, { descr: '<f4' }).slice(0, -1);
      expect((await failure(async () => db.insert(await readNpy(new Response(cut))), 'DAMAGED')).written).toBe(0);
    });

    test('a stream is read once', async () => {
      const records = await readNpy(new Response(npyFile(matrix, { descr: '<f4' })));
      await rowsOf(records);
      await failure(() => rowsOf(records), 'SOURCE_FAILED');
    });

    test('a stream is let go when the reader stops, and a failed stream tells its error', async () => {
      let isCancelled = false;
      const file = npyFile(matrix, { descr: '<f4' });
      const endless = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(file),
        cancel: () => {
          isCancelled = true;
        },
      });
      for await (const record of await readNpy(endless)) {
        expect(record.vector).toEqual(Float32Array.from(matrix[0] ?? []));
        break;
      }
      expect(isCancelled).toBe(true);
      const broken = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error('no line')) });
      expect((await failure(() => readNpy(broken), 'SOURCE_FAILED')).message).toContain('no line');
      await failure(() => readNpy(new Response('', { status: 404 })), 'SOURCE_FAILED');
      await failure(
        () => readNpy(new Response('text').body?.pipeThrough(new TextDecoderStream()) as never),
        'INVALID_OPTIONS',
      );
      for (const wrong of [undefined, null, 5, {}, Promise.resolve(), new URL('data:,x')]) {
        await failure(() => readNpy(loose(wrong)), 'INVALID_OPTIONS');
      }
    });
  });

  describe(`Parquet, ${label}`, () => {
    const record = (row: number) => ({
      id: `row ${row}`,
      vector: Float32Array.from(numbersOf(row, 6)),
      metadata: {
        year: 1900 + row,
        big: 2n ** 60n + BigInt(row),
        read: row % 3 === 0,
        when: new Date(row * 86_400_000),
        note: row % 2 ? null : `note ${row % 5}`,
        more: { a: row, b: [`t${row % 4}`] },
      },
    });

    test('vectors, ids and metadata, over row groups and pages, from every kind of source', async () => {
      const expected = Array.from({ length: 700 }, (_, row) => record(row));
      for (const [kind, source] of Object.entries(sourcesOf(await fileOf('mixed.parquet')))) {
        const records = await readParquet(source(), { vector: 'embedding', id: 'key' });
        expect([kind, records.rows, records.dimensions]).toEqual([kind, 700, 6]);
        expect(await rowsOf(records), kind).toEqual(expected);
      }
    });

    test('the only column of lists of floats is the vector, and all other columns are metadata', async () => {
      const [first] = await rowsOf(await readParquet(await parquet('mixed')));
      const { id, vector, metadata } = record(0);
      expect(first).toEqual({ vector, metadata: { key: id, ...metadata } });
      const [few] = await rowsOf(await readParquet(await parquet('mixed'), { metadata: ['note', 'key'], id: 'key' }));
      expect(few).toEqual({ id, vector, metadata: { note: 'note 0', key: id } });
      expect((await rowsOf(await readParquet(await parquet('mixed'), { metadata: [] })))[0]).toEqual({
        vector,
        metadata: {},
      });
    });

    test('records go into a database, and filters know the columns', async () => {
      const records = await readParquet(await parquet('mixed'), { id: 'key' });
      const db = await EdgeVec.open({ dimensions: records.dimensions, metric: 'euclidean' });
      onTestFinished(() => db.close());
      await db.upsert(records);
      await db.upsert(records);
      expect(await db.count()).toBe(700);
      expect(await db.count({ filter: { year: { $gte: 2000 }, read: true } })).toBe(200);
      expect(await db.keys({ filter: { 'more.a': 5 } })).toEqual(['row 5']);
    });

    test('no compression, and no statistics', async () => {
      const expected = Array.from({ length: 60 }, (_, row) => record(row));
      expect(await rowsOf(await readParquet(await parquet('plain'), { id: 'key' }))).toEqual(expected);
    });

    test('other codecs need a function of the caller', async () => {
      const error = await failure(async () => readParquet(await parquet('turned')), 'UNSUPPORTED_FORMAT');
      expect([error.problem, error.remedy]).toEqual([
        'The Parquet file is compressed with LZO',
        expect.stringContaining('npm install hyparquet-compressors'),
      ]);
      const compressors = { LZO: (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0xff) };
      const records = await readParquet(await parquet('turned'), { id: 'key', compressors });
      expect((await rowsOf(records))[59]).toEqual(record(59));
    });

    test('lists of doubles and of integers, and ids of 64 bits', async () => {
      const doubles = await rowsOf(await readParquet(await parquet('lists'), { id: 'id' }));
      expect(doubles.map(({ id }) => id)).toEqual([0, 1, 2, 3, String(2n ** 60n + 4n)]);
      expect(vectorsOf(doubles)).toEqual([0, 1, 2, 3, 4].map((row) => numbersOf(row, 3)));
      expect(doubles[1]?.metadata).toEqual({ integers: [1, 2], words: ['a1', 'b'] });
      const integers = await readParquet(await parquet('lists'), { vector: 'integers', metadata: [] });
      expect([integers.dimensions, vectorsOf(await rowsOf(integers))[2]]).toEqual([2, [2, 3]]);
    });

    test('columns that do not fit are refused', async () => {
      const unclear = await failure(async () => readParquet(await parquet('holes')), 'INVALID_OPTIONS');
      expect(unclear.remedy).toContain('first, second');
      for (const wrong of [{ vector: 'x' }, { id: 'x' }, { metadata: ['x'] }, { vector: 'words' }, { vector: 'id' }]) {
        await failure(async () => readParquet(await parquet('lists'), wrong), 'INVALID_OPTIONS');
      }
      await failure(async () => readParquet(await parquet('lists'), loose({ vectors: 'doubles' })), 'INVALID_OPTIONS');
    });

    test('rows without a vector, a number or an id are refused, and the error tells the row', async () => {
      const read = async (options: { vector: string; id?: string }) =>
        rowsOf(await readParquet(await parquet('holes'), options));
      expect((await failure(() => read({ vector: 'first' }), 'INVALID_VECTOR')).row).toBe(1);
      expect((await failure(() => read({ vector: 'second' }), 'INVALID_VECTOR')).row).toBe(1);
    });

    test('other files and cut files are refused', async () => {
      const file = await fileOf('plain.parquet');
      await failure(() => readParquet(npyFile([[1]], { descr: '<f4' })), 'UNSUPPORTED_FORMAT');
      await failure(() => readParquet(new Uint8Array()), 'UNSUPPORTED_FORMAT');
      await failure(() => readParquet(file.slice(0, -1)), 'UNSUPPORTED_FORMAT');
      // The end of the file is whole, and the pages before the end are gone.
      file.fill(0, 4, 1500);
      const cut = async () => rowsOf(await readParquet(file));
      await expect(cut()).rejects.toMatchObject({ name: 'EdgeVecError', code: 'DAMAGED' });
    });
  });
}
