// Files as numpy's `np.save` writes files: the header is filled up with spaces to a multiple of 64
// bytes, and ends with a line break.

interface NpyFileOptions {
  /** numpy's name of the kind of numbers, such as `<f4`. */
  readonly descr: string;
  readonly isFortran?: boolean;
  readonly version?: 1 | 2 | 3;
  /** Written into the header in place of the true shape. */
  readonly shape?: string;
  /** Written into the header in place of `descr`. */
  readonly dtype?: string;
  /** The whole header. */
  readonly header?: string;
}

type Write = (view: DataView, at: number, value: number, isLittle: boolean) => void;

const WRITERS: Readonly<Record<string, Write>> = {
  f2: (view, at, value, isLittle) => view.setUint16(at, halfFloat(value), isLittle),
  f4: (view, at, value, isLittle) => view.setFloat32(at, value, isLittle),
  f8: (view, at, value, isLittle) => view.setFloat64(at, value, isLittle),
  i1: (view, at, value) => view.setInt8(at, value),
  u1: (view, at, value) => view.setUint8(at, value),
  b1: (view, at, value) => view.setUint8(at, value),
  i2: (view, at, value, isLittle) => view.setInt16(at, value, isLittle),
  u2: (view, at, value, isLittle) => view.setUint16(at, value, isLittle),
  i4: (view, at, value, isLittle) => view.setInt32(at, value, isLittle),
  u4: (view, at, value, isLittle) => view.setUint32(at, value, isLittle),
  i8: (view, at, value, isLittle) => view.setBigInt64(at, BigInt(value), isLittle),
  u8: (view, at, value, isLittle) => view.setBigUint64(at, BigInt(value), isLittle),
};

/** Values that a 16-bit float holds exactly, away from the ends of its range. */
function halfFloat(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  if ((bits & 0x7fffffff) === 0) return bits >>> 16;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

export function npyFile(
  rows: readonly (readonly number[])[],
  { descr, isFortran = false, version = 1, dtype = descr, ...given }: NpyFileOptions,
): Uint8Array<ArrayBuffer> {
  const dimensions = rows[0]?.length ?? 0;
  const shape = given.shape ?? `(${rows.length}, ${dimensions})`;
  const order = isFortran ? 'True' : 'False';
  const dictionary = given.header ?? `{'descr': '${dtype}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const before = version === 1 ? 10 : 12;
  const length = Math.ceil((before + dictionary.length + 1) / 64) * 64 - before;
  const size = Number(descr.slice(2));
  const bytes = new Uint8Array(before + length + rows.length * dimensions * size);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, length, true);
  else view.setUint32(8, length, true);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`), before);
  const isLittle = !descr.startsWith('>');
  for (const [row, vector] of rows.entries()) {
    for (const [column, value] of vector.entries()) {
      const at = isFortran ? column * rows.length + row : row * dimensions + column;
      WRITERS[descr.slice(1)]?.(view, before + length + at * size, value, isLittle);
    }
  }
  return bytes;
}
