/** Seeded random numbers from -1 to 1, as bfloat16. */
export function bfloat16(rows: number, columns: number, seed: number): Buffer {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const bits = new Uint32Array(Float32Array.from({ length: rows * columns }, next).buffer);
  return Buffer.from(Uint16Array.from(bits, (word) => word >>> 16).buffer);
}
