// The vectors of an .npy file, in blocks of rows.

import { EdgeVecError } from '../../../index.js';
import type { RandomAccess } from '../file/access.js';
import type { Bytes } from '../file/bytes.js';
import { cut, type NpyHeader } from './header.js';

/** Bytes of the file that are in memory at once, unless a single row takes more. */
const BLOCK = 1 << 20;

/** Rows of a block in Fortran order: each number of the rows is read with a read of its own. */
const FORTRAN_ROWS = 1024;

/** @throws `DAMAGED` if the file ends before its last row, or goes on after its last row */
export async function* rowsInOrder(
  bytes: Bytes,
  { numbers, rows, dimensions }: NpyHeader,
): AsyncGenerator<Float32Array> {
  const perBlock = Math.max(1, Math.floor(BLOCK / (dimensions * numbers.size)));
  for (let row = 0; row < rows; row += perBlock) {
    const count = Math.min(perBlock, rows - row) * dimensions;
    const block = await bytes.take(count * numbers.size);
    if (block.length < count * numbers.size) {
      throw cut(`in row ${row + Math.floor(block.length / (dimensions * numbers.size))} of ${rows}`);
    }
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = numbers.read(view, i * numbers.size);
    for (let at = 0; at < count; at += dimensions) yield values.subarray(at, at + dimensions);
  }
  if ((await bytes.take(1)).length > 0) throw more();
}

/** @throws `DAMAGED` */
export async function* rowsInFortranOrder(
  file: RandomAccess,
  { start, numbers, rows, dimensions }: NpyHeader,
): AsyncGenerator<Float32Array> {
  for (let row = 0; row < rows; row += FORTRAN_ROWS) {
    const count = Math.min(FORTRAN_ROWS, rows - row);
    const values = new Float32Array(count * dimensions);
    for (let column = 0; column < dimensions; column++) {
      const from = start + (column * rows + row) * numbers.size;
      const part = await file.read(from, from + count * numbers.size);
      if (part.length < count * numbers.size) throw cut(`in number ${column} of its rows`);
      const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
      for (let i = 0; i < count; i++) values[i * dimensions + column] = numbers.read(view, i * numbers.size);
    }
    for (let at = 0; at < values.length; at += dimensions) yield values.subarray(at, at + dimensions);
  }
}

/** @throws `DAMAGED` if the size of the file does not fit the header */
export function checkSize(size: number, { start, numbers, rows, dimensions }: NpyHeader): void {
  const expected = start + rows * dimensions * numbers.size;
  if (size > expected) throw more();
  if (size < expected) throw cut(`before its last row: ${expected} bytes are announced, and ${size} are there`);
}

function more(): EdgeVecError {
  return new EdgeVecError('DAMAGED', 'The .npy file goes on after its last row', {
    remedy: 'If the file holds several arrays, write each array to a file of its own.',
  });
}
