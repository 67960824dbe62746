// The records of a file, as the writing calls of a database take records. Types only.

/**
 * The records of a file. Pass the records to `insert` or `upsert`, which read the file in pieces
 * and write the records in batches.
 */
export interface FileRecords<R> extends AsyncIterable<R> {
  /** Number of records in the file. */
  readonly rows: number;
  /** Numbers in each vector, for `EdgeVec.open`. */
  readonly dimensions: number;
}
