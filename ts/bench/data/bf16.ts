/** A bfloat16 is the upper half of a float32, so widening is a shift, and loses nothing. */

/**
 * Widens the first `columns` values of each row.
 *
 * @param bits row by row, `stride` values a row
 */
export function widenBf16(bits: Uint16Array, stride: number, columns: number): Float32Array {
  const rows = bits.length / stride;
  const wide = new Uint32Array(rows * columns);
  for (let row = 0, to = 0; row < rows; row++) {
    const from = row * stride;
    for (let column = 0; column < columns; column++) wide[to++] = (bits[from + column] as number) << 16;
  }
  return new Float32Array(wide.buffer);
}
