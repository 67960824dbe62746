// The engine's sections by the format's numbers (docs/format.md), in the order of saving and
// reading. Sections for the walk of a search come before sections that only rank the candidates.

export const SECTIONS: readonly number[] = [3, 4, 8, 9, 10, 2, 5, 6, 7, 1];

/** Full rows. If the index has codes too, rows only rank candidates, and may be read last. */
export const ROWS = 1;
export const CODES = 3;

/** Sections that the engine can rebuild from the other sections. */
export const GRAPH_SECTIONS: readonly number[] = [8, 9, 10];
