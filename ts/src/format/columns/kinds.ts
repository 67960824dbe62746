// The kinds of values in a column. Stored columns keep the numbers, so a number never changes its
// meaning.

/** The slot has no row, or the field of its row is missing. */
export const MISSING = 0;
export const NULL = 1;
export const FALSE = 2;
export const TRUE = 3;
export const NUMBER = 4;
export const DATE = 5;
export const TEXT = 6;
export const BIGINT = 7;
/** An array or a Set. */
export const LIST = 8;
/** Objects, maps, bytes: values that are there, and that no clause can name. */
export const OTHER = 9;
/**
 * Only in stored columns: the writer could not read the metadata of the row. The reader has to look
 * at the metadata.
 */
export const UNREAD = 10;
