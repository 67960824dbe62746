/** Vectors of the same length, row by row, and the preparation before a benchmark. */

export interface Rows {
  readonly values: Float32Array;
  readonly count: number;
  readonly dimensions: number;
}

export function makeRows(values: Float32Array, dimensions: number): Rows {
  return { values, count: values.length / dimensions, dimensions };
}

/** A view of one row, not a copy. */
export function rowAt(rows: Rows, index: number): Float32Array {
  return rows.values.subarray(index * rows.dimensions, (index + 1) * rows.dimensions);
}

/** A view of `count` rows from `start`, or fewer at the end. */
export function slice(rows: Rows, start: number, count: number): Rows {
  const end = Math.min(start + count, rows.count);
  return makeRows(rows.values.subarray(start * rows.dimensions, end * rows.dimensions), rows.dimensions);
}

/**
 * Scales every row to unit length, in place. Sums the squares in double precision, and rounds the
 * quotient to float32.
 */
export function normalize(rows: Rows): Rows {
  const { values, count, dimensions } = rows;
  for (let row = 0; row < count; row++) {
    const start = row * dimensions;
    let sum = 0;
    for (let i = start; i < start + dimensions; i++) sum += (values[i] as number) ** 2;
    const norm = Math.sqrt(sum);
    if (norm === 0) throw new Error(`Row ${row} is all zeros: it has no direction.`);
    for (let i = start; i < start + dimensions; i++) values[i] = (values[i] as number) / norm;
  }
  return rows;
}
