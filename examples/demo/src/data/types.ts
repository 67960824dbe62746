/** What the page stores with a row. Synthetic rows have a cluster, rows of a data set what its jsonl says. */
export interface RowMetadata {
  cluster?: number;
  text?: string;
  author?: string;
  work?: string;
  section?: string;
  /** With row 0 only. */
  set?: DataSet;
  [field: string]: unknown;
}

export interface SyntheticSource {
  kind: 'synthetic';
  rows: number;
  dimensions: number;
  seed: number;
}

/** A folder as described in drop.ts. `rows` and `dimensions` take the first of each. */
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
 * Which set the stored rows are of, and how many it has. It is stored with row 0, so it comes and goes together with the rows: a build
 * that was cut short can be told, and gone on with.
 */
export type DataSet = Pick<SyntheticSource, 'kind' | 'rows' | 'seed'> | Pick<FolderSource, 'kind' | 'rows' | 'name'>;

/** Rows packed one after the other, so that a batch crosses threads as one transferred buffer. */
export interface Batch {
  rows: number;
  vectors: Float32Array<ArrayBuffer>;
  metadata: (RowMetadata | null)[];
}

/** A source opened inside the data worker. */
export interface Reader {
  /** The next rows, or null at the end. */
  next(limit: number): Promise<Batch | null>;
  /** Vectors that are not stored, for use as queries: up to `limit`, after `skip` of them. */
  queries(skip: number, limit: number): Promise<Batch>;
  close(): void;
}
