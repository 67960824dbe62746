/**
 * Runs `npm run bench:sparse`: the cost of sparse vectors for writes, memory, openings and
 * searches, on seeded data in the shape of SPLADE's answers.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EdgeVec, SparseInput } from '../../src/index.js';
import { random } from '../../test/support/random.mjs';
import { describeMachine } from './machine';
import type { Ended } from './main';
import { whole } from './options';
import { count, table } from './tables';

export const USAGE = `npm run bench:sparse -- [options]

  --n N             rows (default 100000)`;

interface SparseOptions {
  /** The benchmark runs in Node alone. */
  readonly browsers: readonly [];
  readonly rows: number;
}

type Library = typeof import('../../src/index.js').EdgeVec;

const DIMENSIONS = 16;
/** The words of BERT, and about as many weights as SPLADE gives to a passage and to a question. */
const VOCABULARY = 30_522;
const OF_ROW = 120;
const OF_QUERY = 30;
const QUERIES = 500;
/** Rows of a single write. */
const WRITTEN = 10_000;

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): SparseOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: { n: { type: 'string', default: '100000' }, help: { type: 'boolean', default: false } },
  });
  return values.help ? null : { browsers: [], rows: whole('--n', values.n) };
}

export async function run({ rows }: SparseOptions, _: readonly string[], root: string): Promise<Ended> {
  const built = join(root, 'dist/cjs/index.js');
  if (!existsSync(built)) throw new Error('The library is not built: run "npm run build".');
  // The loader of benchmarks is closed by now, so `import()` cannot load the library.
  const { EdgeVec: library } = createRequire(built)(built) as { EdgeVec: Library };
  const { cpu, cores } = describeMachine();
  console.log(`\nSparse vectors of ${count(rows)} rows, Node ${process.versions.node}, ${cpu}, ${cores} cores`);
  console.log(`${OF_ROW} values a row and ${OF_QUERY} a query, of ${count(VOCABULARY)} indices\n`);
  const directory = mkdtempSync(join(tmpdir(), 'edgevec-bench-'));
  try {
    const plain = await written(library, rows, false, directory);
    await plain.db.close();
    const { db, seconds } = await written(library, rows, true, directory);
    const waited = await timed(() => db.search({ sparse: queryOf(0) }));
    const lines = [await searched('all rows', db, {}), await searched('a tenth of the rows', db, { part: 3 })];
    const { sparse } = (await db.stats()).memory;
    await db.save();
    await db.close();
    let opened: EdgeVec | undefined;
    const opening = await timed(async () => {
      opened = await library.open({ name: 'sparse', directory, worker: false, sparse: true });
      await opened.search({ sparse: queryOf(0) });
    });
    await opened?.close();
    console.log(
      table(
        ['', 'measured'],
        [
          ['writing the rows without sparse vectors, s', count(plain.seconds, 1)],
          ['writing the rows with sparse vectors, s', count(seconds, 1)],
          ['until all rows are in the index, s', count(waited / 1000, 1)],
          ['index in memory, MB', count(sparse / 1e6, 1)],
          ['opening, until the first search is answered, s', count(opening / 1000, 1)],
        ],
      ),
    );
    console.log(`\n${table(['the best 10 of', 'mean ms', 'p95 ms'], lines)}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return { ok: true };
}

async function written(library: Library, rows: number, hasSparse: boolean, directory: string) {
  const name = hasSparse ? 'sparse' : 'plain';
  const db = await library.open({ name, directory, dimensions: DIMENSIONS, worker: false, sparse: hasSparse });
  let ms = 0;
  for (let first = 0; first < rows; first += WRITTEN) {
    const records = Array.from({ length: Math.min(WRITTEN, rows - first) }, (_, i) => recordOf(first + i, hasSparse));
    ms += await timed(() => db.insert(records));
  }
  return { db, seconds: ms / 1000 };
}

function recordOf(id: number, hasSparse: boolean) {
  const next = random(id);
  const vector = Float32Array.from({ length: DIMENSIONS }, () => next() - 0.5);
  const metadata = { part: id % 10 };
  return hasSparse ? { id, vector, metadata, sparse: sparseOf(next, OF_ROW) } : { id, vector, metadata };
}

const queryOf = (i: number): SparseInput => sparseOf(random(1_000_000_007 + i), OF_QUERY);

/** Different indices, a few of them in many rows and most of them in few rows. */
function sparseOf(next: () => number, values: number): SparseInput {
  const indices = new Set<number>();
  while (indices.size < values) indices.add(Math.floor(VOCABULARY ** next()) - 1);
  return { indices: [...indices], values: Array.from(indices, () => -Math.log(1 - next()) / 2) };
}

async function searched(name: string, db: EdgeVec, filter: { part?: number }): Promise<string[]> {
  const times: number[] = [];
  for (let i = 0; i < QUERIES; i++) times.push(await timed(() => db.search({ sparse: queryOf(i), filter })));
  times.sort((a, b) => a - b);
  const mean = times.reduce((sum, ms) => sum + ms, 0) / QUERIES;
  return [name, count(mean, 2), count(times[Math.floor(QUERIES * 0.95)] as number, 2)];
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await call();
  return performance.now() - start;
}
