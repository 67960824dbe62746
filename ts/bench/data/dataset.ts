/**
 * The data set of a benchmark, described in numbers that fit a message. `load` works wherever
 * `fetch` works.
 */
import { widenBf16 } from './bf16';
import { makeRows, normalize, type Rows } from './rows';
import { synthesize } from './synthetic';

export interface Dataset {
  readonly name: string;
  readonly n: number;
  readonly dimensions: number;
  /** The number of measured queries. */
  readonly queries: number;
  /**
   * The number of warm-up queries: further queries of the set, or the first queries again if the
   * set has no more.
   */
  readonly warmup: number;
  readonly source: FileSource | SyntheticSource | PreparedSource;
}

/** A folder of bfloat16 files, served below `/data/`. */
interface FileSource {
  readonly kind: 'files';
  /** Columns of the files. `dimensions` may be fewer: the first columns are used. */
  readonly columns: number;
  /** Rows of the queries file. */
  readonly queries: number;
  /** The file with the exact neighbours, if the file is valid for this `n` and these dimensions. */
  readonly truth: { readonly file: string; readonly width: number } | null;
}

export interface SyntheticSource {
  readonly kind: 'synthetic';
  readonly seed: number;
}

/**
 * The unit rows that all systems get, served below `/data/`: little-endian float32 in `base.f32`
 * and `queries.f32`, and the exact neighbours in `truth.i32`. The page and native processes read
 * the same files.
 */
interface PreparedSource {
  readonly kind: 'prepared';
  /** Rows of the queries file. */
  readonly queries: number;
  /** Neighbours a query in the truth file. */
  readonly width: number;
}

export interface Loaded {
  readonly base: Rows;
  /** The measured queries, then the warm-up queries. */
  readonly queries: Rows;
}

/** Reads the first bytes of a file in the data set's folder. */
export type ReadHead = (file: string, bytes: number) => Promise<ArrayBuffer>;

/** @param readHead reads the files. In a page, the default reads from the server's `/data/` */
export async function load(dataset: Dataset, readHead: ReadHead = fetchHead): Promise<Loaded> {
  const { source, n, dimensions } = dataset;
  const asked = dataset.queries + dataset.warmup;
  if (source.kind === 'synthetic') return synthesize({ n, queries: asked, dimensions, seed: source.seed });
  if (source.kind === 'prepared') {
    const read = async (file: string, rows: number): Promise<Rows> =>
      makeRows(new Float32Array(await readHead(file, rows * dimensions * 4)), dimensions);
    return { base: await read('base.f32', n), queries: await read('queries.f32', Math.min(asked, source.queries)) };
  }
  const read = async (file: string, rows: number): Promise<Rows> => {
    const bytes = await readHead(file, rows * source.columns * 2);
    const wide = widenBf16(new Uint16Array(bytes), source.columns, dimensions);
    return normalize(makeRows(wide, dimensions));
  };
  return { base: await read('base.bf16', n), queries: await read('queries.bf16', Math.min(asked, source.queries)) };
}

/**
 * The exact neighbours from the data set's own file, `k` a query. Null if the data set has no such
 * file.
 */
export async function loadTruth(
  dataset: Dataset,
  k: number,
  readHead: ReadHead = fetchHead,
): Promise<Int32Array | null> {
  const stored = storedTruth(dataset.source);
  if (!stored || stored.width < k) return null;
  const { file, width } = stored;
  const all = new Int32Array(await readHead(file, dataset.queries * width * 4));
  const truth = new Int32Array(dataset.queries * k);
  for (let query = 0; query < dataset.queries; query++) {
    truth.set(all.subarray(query * width, query * width + k), query * k);
  }
  return truth;
}

function storedTruth(source: Dataset['source']): FileSource['truth'] {
  if (source.kind === 'prepared') return { file: 'truth.i32', width: source.width };
  return source.kind === 'files' ? source.truth : null;
}

/** Reads from the server's `/data/`. */
export async function fetchHead(file: string, bytes: number): Promise<ArrayBuffer> {
  const response = await fetch(`/data/${file}`, { headers: { range: `bytes=0-${bytes - 1}` } });
  if (!response.ok) throw new Error(`${file}: HTTP ${response.status}`);
  const body = await response.arrayBuffer();
  if (body.byteLength !== bytes) throw new Error(`${file}: expected ${bytes} bytes, got ${body.byteLength}.`);
  return body;
}
