// @ts-nocheck The packages are no dependencies of this repository.
/**
 * Makes the Parquet files beside this script. The files were made once:
 *
 *     npm install --no-save hyparquet-writer@0.17.0
 *     node ts/test/files/make.mjs
 */
import { writeFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';

/** The numbers of a row: ts/test/suites/import.ts computes the same numbers. */
const vectorOf = (row, dimensions) => Array.from({ length: dimensions }, (_, i) => ((row * 31 + i * 7) % 64) / 8 - 4);
const rows = (count, make) => Array.from({ length: count }, (_, row) => make(row));
const write = (name, options) =>
  writeFileSync(new URL(`${name}.parquet`, import.meta.url), new Uint8Array(parquetWriteBuffer(options)));

/** A column of lists, as Arrow's libraries write lists. */
const list = (name, type, { isOptional = true, logical } = {}) => [
  { name, repetition_type: isOptional ? 'OPTIONAL' : 'REQUIRED', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type, repetition_type: isOptional ? 'OPTIONAL' : 'REQUIRED', ...logical },
];

const mixed = (count) => ({
  columnData: [
    { name: 'key', data: rows(count, (row) => `row ${row}`) },
    { name: 'embedding', data: rows(count, (row) => vectorOf(row, 6)) },
    { name: 'year', data: rows(count, (row) => BigInt(1900 + row)) },
    { name: 'big', data: rows(count, (row) => 2n ** 60n + BigInt(row)) },
    { name: 'read', data: rows(count, (row) => row % 3 === 0) },
    { name: 'when', data: rows(count, (row) => new Date(row * 86_400_000)) },
    { name: 'note', data: rows(count, (row) => (row % 2 ? null : `note ${row % 5}`)) },
    { name: 'more', data: rows(count, (row) => ({ a: row, b: [`t${row % 4}`] })) },
  ],
  schema: [
    { name: 'root', num_children: 8 },
    { name: 'key', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    ...list('embedding', 'FLOAT'),
    { name: 'year', type: 'INT64', repetition_type: 'REQUIRED' },
    { name: 'big', type: 'INT64', repetition_type: 'REQUIRED' },
    { name: 'read', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
    { name: 'when', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
    { name: 'note', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'more', type: 'BYTE_ARRAY', converted_type: 'JSON', repetition_type: 'OPTIONAL' },
  ],
});

// Several row groups, and pages of a few rows.
write('mixed', { ...mixed(700), rowGroupSize: [100, 300], pageSize: 512 });
// A codec that every platform can undo: each bit is turned over.
write('turned', { ...mixed(60), codec: 'LZO', compressors: { LZO: (bytes) => bytes.map((byte) => byte ^ 0xff) } });
write('plain', { ...mixed(60), codec: 'UNCOMPRESSED', statistics: false });

// Lists without null, of doubles and of integers, and two columns that may be the vectors.
write('lists', {
  columnData: [
    { name: 'doubles', data: rows(5, (row) => vectorOf(row, 3)) },
    { name: 'integers', data: rows(5, (row) => [row, row + 1].map(BigInt)) },
    { name: 'words', data: rows(5, (row) => [`a${row}`, 'b']) },
    { name: 'id', data: rows(5, (row) => BigInt(row) + (row === 4 ? 2n ** 60n : 0n)) },
  ],
  schema: [
    { name: 'root', num_children: 4 },
    ...list('doubles', 'DOUBLE', { isOptional: false }),
    ...list('integers', 'INT64', { isOptional: false }),
    ...list('words', 'BYTE_ARRAY', { logical: { converted_type: 'UTF8' } }),
    { name: 'id', type: 'INT64', repetition_type: 'REQUIRED' },
  ],
});

// Rows without a vector, and a vector with a null.
write('holes', {
  columnData: [
    { name: 'first', data: [[1, 2], null, [3, 4]] },
    {
      name: 'second',
      data: [
        [1, 2],
        [5, null],
        [3, 4],
      ],
    },
    { name: 'name', data: ['a', null, 'c'] },
  ],
  schema: [
    { name: 'root', num_children: 3 },
    ...list('first', 'FLOAT'),
    ...list('second', 'FLOAT'),
    { name: 'name', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  ],
});
