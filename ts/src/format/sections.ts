// The engine's sections by the format's numbers (docs/format.md), in the order of saving and
// reading. Sections for the walk of a search come before sections that only rank the candidates.

export const SECTIONS: readonly number[] = [3, 4, 8, 9, 10, 2, 5, 6, 7, 1];

/** Full rows. If the index has codes too, rows only rank candidates, and may be read last. */
export const ROWS = 1;
export const LENGTHS = 2;
export const CODES = 3;
export const FACTORS = 4;

/** Further bits and the scales of rows that are kept as codes, in place of full rows. */
export const RESIDUAL_NIBBLES = 5;
export const RESIDUAL_BYTES = 6;
export const SCALES = 7;

/** The limits of a chunk: as many rows as fit into the bytes, a power of two. */
const CHUNK_BYTES = 1 << 20;
const MOST_CHUNK_ROWS = 1 << 13;

/** The bytes of a row in a section that is no part of the graph. */
export function rowBytes(section: number, dimensions: number): number {
  const padded = roundedUp(dimensions, 128);
  if (section === CODES || section === RESIDUAL_NIBBLES) return padded / 2;
  if (section === RESIDUAL_BYTES) return padded;
  return section === SCALES ? 4 : section === FACTORS || section === LENGTHS ? 8 : 4 * roundedUp(dimensions, 16);
}

/** The number of rows in a chunk of a section that is no part of the graph. */
export function chunkRows(section: number, dimensions: number): number {
  const most = Math.min(MOST_CHUNK_ROWS, Math.max(1, Math.floor(CHUNK_BYTES / rowBytes(section, dimensions))));
  return 2 ** Math.floor(Math.log2(most));
}

function roundedUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Sections that the engine can rebuild from the other sections. */
export const GRAPH_SECTIONS: readonly number[] = [8, 9, 10];
