/**
 * The metadata that the page stores with a row. Synthetic rows have a cluster, a direction and an
 * offset. Rows of a data set have the fields of its jsonl file, and the length of the text.
 */
export interface RowMetadata {
  /** The cluster that the row was drawn from. */
  cluster?: number;
  /** The direction along which the row is farthest from the centre of its cluster. */
  direction?: number;
  /** The Euclidean distance from the centre of the cluster, with two decimals. */
  offset?: number;
  text?: string;
  /** The number of words of the text. */
  words?: number;
  author?: string;
  work?: string;
  /** Only with row 0. */
  set?: DataSet;
  [field: string]: unknown;
}

export interface SyntheticSource {
  kind: 'synthetic';
  rows: number;
  dimensions: number;
  seed: number;
}

/** A folder as described in drop.ts. `rows` and `dimensions` may be less than the folder has. */
export interface FolderSource {
  kind: 'folder';
  name: string;
  rows: number;
  dimensions: number;
  columns: number;
  queryCount: number;
  base: File;
  queries: File | null;
  texts: File | null;
  queryTexts: File | null;
}

export type Source = SyntheticSource | FolderSource;

/**
 * The data set of the stored rows, and how many rows the data set has. The data set is stored with
 * row 0, so both appear and disappear together. The page can therefore recognise an unfinished
 * build, and continue.
 */
export type DataSet = Pick<SyntheticSource, 'kind' | 'rows' | 'seed'> | Pick<FolderSource, 'kind' | 'rows' | 'name'>;

/** Rows in sequence, in a single buffer. A batch crosses threads by a transfer of the buffer. */
export interface Batch {
  rows: number;
  vectors: Float32Array<ArrayBuffer>;
  metadata: (RowMetadata | null)[];
}

/** A source opened by the data worker. */
export interface Reader {
  /** The next rows, or null at the end. */
  next(limit: number): Promise<Batch | null>;
  /**
   * Vectors for queries, not stored in the index: up to `limit`, after the first `skip` vectors.
   */
  queries(skip: number, limit: number): Promise<Batch>;
  close(): void;
}
