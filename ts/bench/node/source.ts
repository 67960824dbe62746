/**
 * Chooses the data of a run: the requested folder, the project's own data if present, or a
 * synthetic set.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Dataset } from '../data/dataset';
import type { Options } from './options';

const DEFAULT_FOLDER = '../shared/data/books';
const SYNTHETIC = { n: 20_000, dimensions: 384, seed: 1 };
const WARMUP = 50;

interface Meta {
  readonly n: number;
  readonly queries: number;
  readonly dim: number;
  readonly metric: string;
  /** Neighbours a query in the truth files. */
  readonly truth: number;
}

type SourceOptions = Pick<Options, 'data' | 'synthetic' | 'dimensions' | 'n' | 'queries'>;

export interface Source {
  readonly dataset: Dataset;
  /** The folder to serve. Null for a synthetic set. */
  readonly folder: string | null;
}

/** Whether a folder of data is requested, or the project's own data is present. */
export function hasFolder(data: string | null, root: string): boolean {
  return data !== null || existsSync(join(root, DEFAULT_FOLDER));
}

export function chooseSource(options: SourceOptions, root: string): Source {
  const usual = join(root, DEFAULT_FOLDER);
  const folder = options.data ? resolve(options.data) : !options.synthetic && existsSync(usual) ? usual : null;
  if (folder !== null) return { folder, dataset: describeFolder(folder, options) };
  const { queries } = options;
  const source = { kind: 'synthetic', seed: SYNTHETIC.seed } as const;
  const dimensions = options.dimensions ?? SYNTHETIC.dimensions;
  const dataset = { name: 'synthetic', n: options.n ?? SYNTHETIC.n, dimensions, queries, warmup: WARMUP, source };
  return { folder: null, dataset };
}

function describeFolder(folder: string, options: SourceOptions): Dataset {
  const file = join(folder, 'meta.json');
  if (!existsSync(file)) throw new Error(`${folder} is no data set: meta.json is missing.`);
  const meta = JSON.parse(readFileSync(file, 'utf8')) as Meta;
  if (meta.metric !== 'cosine') throw new Error(`${file}: the benchmark compares by cosine, not ${meta.metric}.`);
  const n = atMost('--n', options.n ?? meta.n, meta.n);
  const dimensions = atMost('--dim', options.dimensions ?? meta.dim, meta.dim);
  const queries = atMost('--queries', options.queries, meta.queries);
  checkSize(join(folder, 'base.bf16'), meta.n * meta.dim * 2);
  checkSize(join(folder, 'queries.bf16'), meta.queries * meta.dim * 2);
  const truthFile = `truth-${dimensions}.i32`;
  // The stored neighbours are valid only for all rows.
  const valid = n === meta.n && existsSync(join(folder, truthFile));
  const truth = valid ? { file: truthFile, width: meta.truth } : null;
  const source = { kind: 'files', columns: meta.dim, queries: meta.queries, truth } as const;
  return { name: basename(folder), n, dimensions, queries, warmup: WARMUP, source };
}

function atMost(name: string, asked: number, there: number): number {
  if (asked > there) throw new Error(`${name} is ${asked}, but the data set has ${there}.`);
  return asked;
}

function checkSize(file: string, expected: number): void {
  const size = existsSync(file) ? statSync(file).size : 0;
  if (size !== expected) throw new Error(`${file}: expected ${expected} bytes, found ${size}.`);
}
