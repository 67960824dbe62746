// The engine's sections by the format's numbers (docs/format.md), in the order of saving and
// reading. Sections for the walk of a search come before sections that only rank the candidates.

export const SECTIONS: readonly number[] = [3, 4, 8, 9, 10, 2, 5, 6, 7, 1];

/** Full rows. If the index has codes too, rows only rank candidates, and may be read last. */
export const ROWS = 1;
export const CODES = 3;

/** Further bits and the steps of rows that are kept as codes, in place of full rows. */
export const HALVES = 5;
export const BYTES = 6;
export const STEPS = 7;

/** The limits of a chunk: as many rows as fit into the bytes, a power of two. */
const CHUNK_BYTES = 1 << 20;
const MOST_CHUNK_ROWS = 1 << 13;

/** The number of rows in a chunk of a section with so many bytes for each row. */
export function chunkRows(rowBytes: number): number {
  const most = Math.min(MOST_CHUNK_ROWS, Math.max(1, Math.floor(CHUNK_BYTES / rowBytes)));
  return 2 ** Math.floor(Math.log2(most));
}

/** Sections that the engine can rebuild from the other sections. */
export const GRAPH_SECTIONS: readonly number[] = [8, 9, 10];
