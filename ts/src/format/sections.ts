// The engine's sections, by the numbers of the format (docs/format.md), in the order in which they are saved and read: what a search walks on comes
// before what only ranks its answers.

export const SECTIONS: readonly number[] = [3, 4, 8, 9, 10, 2, 5, 6, 7, 1];

/** Full rows. Where there are levels too, rows only rank answers, and may come after all else. */
export const ROWS = 1;
export const LEVELS = 3;

/** Those that can be made anew from the others. */
export const GRAPH_SECTIONS: readonly number[] = [8, 9, 10];
