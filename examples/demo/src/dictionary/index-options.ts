/**
 * How the dictionary is indexed. The numbers of a vector of 256 dimensions are all of about the
 * same size, so a byte for each number loses little, and takes a quarter of the memory.
 * `npm run bench:dictionary` measures the recall. README.md has the number.
 */
export const INDEX = { precision: 'int8', recall: 0.95 } as const;
