// The kinds of numbers in .npy files.

import { EdgeVecError } from '../../../index.js';

/** A kind of number: the bytes of a number, and how to read a number. */
export interface Numbers {
  /** In bytes. */
  readonly size: number;
  read(view: DataView, at: number): number;
}

type Reader = (view: DataView, at: number, isLittle: boolean) => number;

const READERS: Readonly<Record<string, Reader>> = {
  f2: (view, at, isLittle) => halfFloat(view.getUint16(at, isLittle)),
  f4: (view, at, isLittle) => view.getFloat32(at, isLittle),
  f8: (view, at, isLittle) => view.getFloat64(at, isLittle),
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  b1: (view, at) => view.getUint8(at),
  i2: (view, at, isLittle) => view.getInt16(at, isLittle),
  u2: (view, at, isLittle) => view.getUint16(at, isLittle),
  i4: (view, at, isLittle) => view.getInt32(at, isLittle),
  u4: (view, at, isLittle) => view.getUint32(at, isLittle),
  i8: (view, at, isLittle) => Number(view.getBigInt64(at, isLittle)),
  u8: (view, at, isLittle) => Number(view.getBigUint64(at, isLittle)),
};

/**
 * @param descr numpy's name of the kind, such as `<f4`
 * @throws `UNSUPPORTED_FORMAT`
 */
export function numbersOf(descr: string): Numbers {
  const [, order, kind = ''] = /^([<>|])([a-z]\d)$/.exec(descr) ?? [];
  const read = READERS[kind];
  const size = Number(kind.slice(1));
  // Only single bytes need no order.
  if (read === undefined || (order === '|' && size !== 1)) throw unknown(descr);
  const isLittle = order !== '>';
  return { size, read: (view, at) => read(view, at, isLittle) };
}

/** The value of a 16-bit float: a sign, five bits of exponent, ten bits of fraction. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function unknown(descr: string): EdgeVecError {
  const isPickled = descr.includes('O');
  return new EdgeVecError('UNSUPPORTED_FORMAT', 'The .npy file holds no numbers that EdgeVec knows', {
    expected: 'floats of 16, 32 or 64 bits, or integers of 8 to 64 bits: f2, f4, f8, i1 to i8, u1 to u8',
    got: isPickled ? 'pickled Python objects' : `the dtype ${JSON.stringify(descr)}`,
    remedy: isPickled
      ? "In Python, write np.save(path, np.stack(array).astype('float32'))."
      : "In Python, write np.save(path, array.astype('float32')).",
  });
}
