/**
 * The first filtered search after a stored database was opened: with the columns of the checkpoint,
 * and without.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clause } from '../../src/base/clause.js';
import { Slices } from '../../src/base/time-slices.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open.js';
import { type NodePlatform, node } from '../../src/storage/files/node.js';
import { FilesSite } from '../../src/storage/files/site.js';
import { count, table } from './tables';

const DIMENSIONS = 16;
/** Rows of a part of a write. */
const PART = 1_000;
/** Each time is the median of so many openings. */
const OPENINGS = 5;
const ENGINE = {
  dimensions: DIMENSIONS,
  metric: 'euclidean',
  precision: 'float32',
  m: 16,
  efConstruction: 100,
  seed: 0,
} as const;

const AUTHOR: Clause = { op: 'in', path: ['author'], values: ['author 7'] };
const PRICE: Clause = { op: 'range', path: ['price'], from: { value: 40, open: false }, to: { value: 41, open: true } };
const TAGS: Clause = { op: 'contains', path: ['tags'], values: ['tag 3'], every: false };
const TITLE: Clause = { op: 'startsWith', path: ['title'], prefix: 'title 47' };
const FILTERS: readonly (readonly [string, Clause])[] = [
  ['author', AUTHOR],
  ['price', PRICE],
  ['tags', TAGS],
  ['title', TITLE],
  ['all four', { op: 'any', of: [AUTHOR, PRICE, TAGS, TITLE] }],
];

/**
 * The processor time of this process so far. Other work on the machine does not count, and waiting
 * for the disk neither.
 */
function spentMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

type Open = (name: string) => Promise<Database>;

/** The processor time of an opening, in milliseconds. */
interface Times {
  readonly open: number;
  readonly first: number;
  readonly second: number;
}

/** @param root the folder of the repository */
export async function openingTable(rows: number, root: string, metadataOf: (row: number) => object): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'edgevec-columns-'));
  const module = await WebAssembly.compile(readFileSync(join(root, 'rust/target/edgevec-wasm/simd128.wasm')));
  const open: Open = async (name) => {
    const around = {
      module,
      slices: new Slices(),
      site: async () => new FilesSite(node() as NodePlatform, directory),
      tell: () => {},
    };
    const stored = { name, elseInMemory: false };
    return (await openDatabase({ engine: ENGINE, given: ['dimensions'], recall: 0.95, stored }, around)).database;
  };
  try {
    const bytes = await write(open, rows, metadataOf);
    const lines: string[][] = [];
    for (const [name, filter] of FILTERS) {
      const times: Record<string, Times[]> = { without: [], with: [] };
      for (let i = 0; i < OPENINGS; i++) {
        for (const [kind, all] of Object.entries(times)) all.push(await opening(() => open(kind), filter));
      }
      const of = (kind: string, time: keyof Times): string =>
        count((times[kind] ?? []).map((each) => each[time]).sort((a, b) => a - b)[OPENINGS >> 1] as number, 1);
      lines.push([
        name,
        of('without', 'open'),
        of('with', 'open'),
        of('without', 'first'),
        of('with', 'first'),
        of('with', 'second'),
      ]);
    }
    const head = ['filter on', 'open, ms', 'with columns', 'first search, ms', 'with columns', 'second search, ms'];
    const sizes = `Stored: ${count((bytes['without'] as number) / 1e6, 1)} MB, with columns ${count((bytes['with'] as number) / 1e6, 1)} MB`;
    return `${table(head, lines)}\n\n${sizes}`;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Writes the same database twice, and saves one copy with columns. @returns the stored bytes */
async function write(
  open: Open,
  rows: number,
  metadataOf: (row: number) => object,
): Promise<Readonly<Record<string, number>>> {
  const bytes: Record<string, number> = {};
  for (const kind of ['without', 'with']) {
    const database = await open(kind);
    for (let start = 0; start < rows; start += PART) {
      const ids = Array.from({ length: Math.min(PART, rows - start) }, (_, i) => start + i);
      const vectors = Float32Array.from({ length: DIMENSIONS * ids.length }, (_, i) => Math.sin(start + i));
      const part = { start, ids, vectors, metadata: ids.map(metadataOf) };
      const last = start + PART >= rows;
      const write = { transaction: 1, kind: 'insert', first: start === 0, last, strict: false, rows, part } as const;
      await database.write(write);
    }
    if (kind === 'with') for (const [, filter] of FILTERS) await database.count({ filter });
    await database.save({ name: undefined });
    bytes[kind] = (await database.stored()).bytes;
    await database.close();
  }
  return bytes;
}

async function opening(open: () => Promise<Database>, filter: Clause): Promise<Times> {
  const start = spentMs();
  const database = await open();
  const opened = spentMs();
  const search = () =>
    database.search({
      queries: new Float32Array(DIMENSIONS).fill(0.5),
      k: 10,
      ef: undefined,
      recall: undefined,
      exact: false,
      vectors: false,
      filter,
    });
  await search();
  const first = spentMs();
  await search();
  const second = spentMs();
  await database.close();
  return { open: opened - start, first: first - opened, second: second - first };
}
