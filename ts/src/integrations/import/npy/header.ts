// The beginning of an .npy file: six bytes of magic, two of version, the length of the header, and
// the header itself, a dictionary in Python's notation.

import { EdgeVecError } from '../../../index.js';
import type { Bytes } from '../file/bytes.js';
import { type Numbers, numbersOf } from './numbers.js';

/** What the header of a file tells. */
export interface NpyHeader {
  /** Bytes before the first number. */
  readonly start: number;
  readonly numbers: Numbers;
  readonly rows: number;
  readonly dimensions: number;
  /** Whether the first numbers of all rows come first, then all second numbers, and so on. */
  readonly isFortran: boolean;
}

const MAGIC = '\x93NUMPY';
/** Headers of numpy take less than 10,000 bytes. */
const LONGEST = 1 << 16;

/** @throws `UNSUPPORTED_FORMAT`, `DAMAGED` */
export async function readHeader(bytes: Bytes): Promise<NpyHeader> {
  const beginning = await bytes.take(8);
  const magic = latin1(beginning.subarray(0, 6));
  if (magic !== MAGIC) throw notNpy(magic);
  const version = beginning[6] ?? 0;
  if (version < 1 || version > 3) {
    throw new EdgeVecError('UNSUPPORTED_FORMAT', 'The .npy file has an unknown version', {
      expected: 'version 1, 2 or 3',
      got: `version ${version}`,
    });
  }
  const width = version === 1 ? 2 : 4;
  const counted = await bytes.take(width);
  if (counted.length < width) throw cut('in the header');
  const view = new DataView(counted.buffer, counted.byteOffset, width);
  const length = version === 1 ? view.getUint16(0, true) : view.getUint32(0, true);
  if (length > LONGEST) throw wrongHeader(`${length} bytes of header`);
  const header = await bytes.take(length);
  if (header.length < length) throw cut('in the header');
  const text = version === 3 ? new TextDecoder().decode(header) : latin1(header);
  return { start: 8 + width + length, ...shapeOf(text) };
}

function shapeOf(text: string): Omit<NpyHeader, 'start'> {
  const [, order] = /["']fortran_order["']\s*:\s*(True|False)/.exec(text) ?? [];
  const [, shape] = /["']shape["']\s*:\s*\(([^)]*)\)/.exec(text) ?? [];
  const [, quoted, structured] = /["']descr["']\s*:\s*(?:["']([^"']*)["']|(\[))/.exec(text) ?? [];
  if (order === undefined || shape === undefined || (quoted ?? structured) === undefined) throw wrongHeader(text);
  // Python 2 has written sizes such as 3L.
  const sizes = shape.split(',').map((size) => size.trim().replace(/L$/, ''));
  if (sizes.at(-1) === '') sizes.pop();
  const axes = sizes.map((size) => (/^\d+$/.test(size) ? Number(size) : Number.NaN));
  if (!axes.every((size) => Number.isSafeInteger(size))) throw wrongHeader(text);
  const numbers = numbersOf(quoted ?? 'a structure with named fields');
  // An array of one axis is a single vector.
  const [rows, dimensions, ...more] = axes.length === 1 ? [1, ...axes] : axes;
  if (rows === undefined || dimensions === undefined || more.length > 0 || dimensions === 0) {
    throw new EdgeVecError('UNSUPPORTED_FORMAT', 'The array in the .npy file is not a list of vectors', {
      expected: 'the shape (rows, dimensions), or (dimensions,) for a single vector',
      got: `the shape (${axes.join(', ')})`,
      remedy: 'In Python, write np.save(path, array.reshape(rows, dimensions)).',
    });
  }
  return { numbers, rows, dimensions, isFortran: order === 'True' };
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function notNpy(magic: string): EdgeVecError {
  const remedy = magic.startsWith('PK')
    ? "The file looks like an archive (.npz). In Python, write np.save(path, np.load('file.npz')['name'])."
    : magic.startsWith('PAR1')
      ? 'The file looks like Parquet: read the file with readParquet.'
      : 'In Python, np.save(path, array) writes a file of this kind.';
  return new EdgeVecError('UNSUPPORTED_FORMAT', 'The file is not an .npy file', {
    expected: 'the six bytes \\x93NUMPY at the beginning',
    got: magic === '' ? 'an empty file' : JSON.stringify(magic),
    remedy,
  });
}

function wrongHeader(text: string): EdgeVecError {
  return new EdgeVecError('DAMAGED', 'The header of the .npy file cannot be read', {
    expected: "a dictionary with 'descr', 'fortran_order' and 'shape'",
    got: JSON.stringify(text.slice(0, 200)),
  });
}

/** @param where for people: in which part of the file */
export function cut(where: string): EdgeVecError {
  return new EdgeVecError('DAMAGED', `The .npy file ends ${where}`, {
    remedy: 'The file was not copied or downloaded to its end, or was not written to its end.',
  });
}
