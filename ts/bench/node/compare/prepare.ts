/**
 * Writes the files that every system reads: unit rows and exact neighbours. The page and native
 * processes share the files.
 */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dataset, load, loadTruth, type ReadHead } from '../../data/dataset';
import { exactNeighbours } from '../../measure/truth';
import type { Source } from '../source';
import { digest } from './store';

export interface Prepared {
  readonly dataset: Dataset;
  readonly folder: string;
  /** A fingerprint of the data. */
  readonly print: string;
}

/** Describes the result of `prepare`, without writing files. */
export function describePrepared({ dataset, folder }: Source, k: number, root: string): Prepared {
  const { name, n, dimensions, queries, warmup } = dataset;
  const there = dataset.source.kind === 'files' ? Math.min(queries + warmup, dataset.source.queries) : queries + warmup;
  return {
    dataset: { ...dataset, source: { kind: 'prepared', queries: there, width: k } },
    folder: join(root, '.bench/peers/data', `${name}-${dimensions}-${n}-${queries}`),
    print: printOf(dataset, folder, k),
  };
}

function printOf(dataset: Dataset, folder: string | null, k: number): string {
  if (folder === null) return JSON.stringify([dataset.source, k]);
  // The content of the files, not their times, since a copy of the same data is the same data.
  const files = digest(['base.bf16', 'queries.bf16'].map((file) => join(folder, file)));
  return JSON.stringify([dataset.source, k, files]);
}

export async function prepare(source: Source, k: number, root: string, log: (line: string) => void): Promise<Prepared> {
  const prepared = describePrepared(source, k, root);
  const { folder, print } = prepared;
  const stamp = join(folder, 'stamp.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return prepared;
  mkdirSync(folder, { recursive: true });
  writeFileSync(stamp, '');
  log(`preparing the data in ${folder}`);
  const readHead = headsOf(source.folder);
  const { base, queries } = await load(source.dataset, readHead);
  const count = source.dataset.queries;
  const truth = (await loadTruth(source.dataset, k, readHead)) ?? exactNeighbours(base, queries, count, k);
  writeFileSync(join(folder, 'base.f32'), base.values);
  writeFileSync(join(folder, 'queries.f32'), queries.values);
  writeFileSync(join(folder, 'truth.i32'), truth);
  writeFileSync(stamp, print);
  return prepared;
}

/** Reads the files of a folder. */
export function headsOf(folder: string | null): ReadHead {
  return async (file, bytes) => {
    if (folder === null) throw new Error(`${file}: a synthetic set has no files.`);
    const body = new ArrayBuffer(bytes);
    const descriptor = openSync(join(folder, file), 'r');
    try {
      if (fstatSync(descriptor).size < bytes) throw new Error(`${file}: expected ${bytes} bytes at least.`);
      for (let at = 0; at < bytes; ) at += readSync(descriptor, new Uint8Array(body, at));
    } finally {
      closeSync(descriptor);
    }
    return body;
  };
}
