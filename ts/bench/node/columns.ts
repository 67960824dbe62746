/** Runs `npm run bench:columns`: how long columns take to make, and clauses to evaluate. */
import { parseArgs } from 'node:util';
import type { Bound, Clause, Path } from '../../src/base/clause.js';
import type { FilterValue } from '../../src/base/filter-types.js';
import { BitsCache } from '../../src/collection/columns/cache.js';
import { Columns } from '../../src/collection/columns/columns.js';
import { Records } from '../../src/collection/records.js';
import type { LoadedChunk } from '../../src/collection/slot-store.js';
import { openingTable } from './columns-opening';
import { describeMachine } from './machine';
import type { Ended } from './main';
import { whole } from './options';
import { count, table } from './tables';

export const USAGE = `npm run bench:columns -- [options]

  --n N             rows (default 100000)`;

interface ColumnsOptions {
  /** The benchmark runs in Node alone. */
  readonly browsers: readonly [];
  readonly rows: number;
}

/** Each clause is evaluated so many times. */
const EVALUATIONS = 101;
const DAY = 86_400_000;

const is = (path: string, ...values: FilterValue[]): Clause => ({ op: 'in', path: [path], values });
const contains = (every: boolean, ...values: FilterValue[]): Clause => ({
  op: 'contains',
  path: ['tags'],
  values,
  every,
});
const between = (path: string, from: Bound['value'], to: Bound['value']): Clause => ({
  op: 'range',
  path: [path],
  from: { value: from, open: false },
  to: { value: to, open: true },
});

const CLAUSES: readonly (readonly [string, Clause])[] = [
  ["text of 200, equals: { author: 'author 7' }", is('author', 'author 7')],
  ["text of 3, equals half of the rows: { lang: 'en' }", is('lang', 'en')],
  [
    'text of 200, ten values: { author: { $in } }',
    is('author', ...Array.from({ length: 10 }, (_, i) => `author ${i}`)),
  ],
  ['distinct texts, equals: { title }', is('title', 'title 4711')],
  ['distinct texts, 11 %: { title: { $startsWith } }', { op: 'startsWith', path: ['title'], prefix: 'title 4' }],
  ['distinct texts, range of 50 %: { title }', between('title', 'title 2', 'title 6')],
  ['whole number, equals: { year: 1999 }', is('year', 1999)],
  [
    'whole number, 70 of 75 values: { year: { $in } }',
    is('year', ...Array.from({ length: 70 }, (_, i) => 1950 + ((i * 16) % 75))),
  ],
  ['number, range of 1 %: { price }', between('price', 40, 41)],
  ['number, range of 50 %: { price }', between('price', 20, 70)],
  ['number, range of 90 %: { price }', between('price', 5, 95)],
  ['date, range of 10 %: { at }', between('at', new Date(0), new Date(100 * DAY))],
  ['boolean: { published: true }', is('published', true)],
  ['exists: { note }', { op: 'exists', path: ['note'] }],
  ['array, one value: { tags: { $contains } }', contains(false, 'tag 3')],
  ['array, any of three values: { tags }', contains(false, 'tag 3', 'tag 4', 'tag 5')],
  ['array, all of two values: { tags }', contains(true, 'tag 3', 'tag 4')],
  ["not: { lang: { $ne: 'en' } }", { op: 'not', of: is('lang', 'en') }],
  ['two: { lang, published }', { op: 'all', of: [is('lang', 'en'), is('published', true)] }],
  ['two: { price of 50 %, tags }', { op: 'all', of: [between('price', 20, 70), contains(false, 'tag 3')] }],
  ['two, either: { $or: [author, year] }', { op: 'any', of: [is('author', 'author 7'), is('year', 1999)] }],
];

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): ColumnsOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: { n: { type: 'string', default: '100000' }, help: { type: 'boolean', default: false } },
  });
  return values.help ? null : { browsers: [], rows: whole('--n', values.n) };
}

export async function run({ rows }: ColumnsOptions, _: readonly string[], root: string): Promise<Ended> {
  const written = writtenRows(rows);
  const loaded = loadedRows(written);
  const { cpu, cores } = describeMachine();
  console.log(`\nColumns of ${count(rows)} rows, Node ${process.versions.node}, ${cpu}, ${cores} cores\n`);
  console.log(buildTable(written, loaded));
  console.log(`\n${clauseTable(written)}`);
  console.log(`\nThe first filtered search after opening a stored database, in processor time\n`);
  console.log(await openingTable(rows, root, metadataOf));
  return { ok: true };
}

/** The metadata of a row: scattered values, the same in every run. */
function metadataOf(row: number): object {
  const drawn = (row * 7_919) % 100_003;
  return {
    author: `author ${drawn % 200}`,
    title: `title ${row}`,
    lang: ['en', 'en', 'de', 'fr'][drawn % 4],
    year: 1950 + (drawn % 75),
    price: (drawn % 10_000) / 100,
    at: new Date((drawn % 1_000) * DAY),
    published: drawn % 3 === 0,
    tags: [0, 1, 2].map((i) => `tag ${(drawn * (i + 3)) % 50}`),
    ...(drawn % 10 === 0 && { note: 'a note' }),
  };
}

function writtenRows(rows: number): Records {
  const records = new Records();
  for (let slot = 0; slot < rows; slot++) {
    const metadata = metadataOf(slot);
    records.changes.add(slot);
    records.ids.set(slot, undefined, { id: slot, metadata });
    records.metadata.set(slot, undefined, { id: slot, metadata });
  }
  return records;
}

/** The same rows after a restart: the metadata is text. */
function loadedRows(records: Records): Records {
  drain(records.metadata.measure());
  const chunks = new Map<string, LoadedChunk[]>();
  for (const store of [records.ids, records.metadata]) {
    const copies = [...store.chunks()].map(({ copy, slots }) => ({ bytes: drain(copy()) as Uint8Array, slots }));
    chunks.set(store.name, copies);
  }
  const loaded = new Records();
  drain(loaded.load({ chunks, nextId: records.ids.nextId }));
  return loaded;
}

/** Steps to the end. */
function drain<T>(steps: Generator<undefined, T>): T {
  return timed(steps).result;
}

/** The time of all steps, and of the longest step, in milliseconds. */
function timed<T>(steps: Generator<undefined, T>): { result: T; ms: number; longest: number } {
  const start = performance.now();
  let longest = 0;
  for (;;) {
    const before = performance.now();
    const { done, value } = steps.next();
    const after = performance.now();
    longest = Math.max(longest, after - before);
    if (done) return { result: value as T, ms: after - start, longest };
  }
}

const columnsOf = ({ slots, metadata }: Records): Columns => new Columns(slots, metadata, new BitsCache(0));

function buildTable(written: Records, loaded: Records): string {
  const sets: readonly (readonly [string, readonly string[]])[] = [
    ['author', ['author']],
    ['title', ['title']],
    ['price', ['price']],
    ['tags', ['tags']],
    ['all nine', ['author', 'title', 'lang', 'year', 'price', 'at', 'published', 'tags', 'note']],
  ];
  const lines = sets.map(([name, keys]) => {
    const fields: Path[] = keys.map((key) => [key]);
    const [fromObjects, fromText] = [written, loaded].map((records) => {
      const columns = columnsOf(records);
      return { ...timed(columns.prepareFields(fields)), columns };
    }) as [ReturnType<typeof timed> & { columns: Columns }, ReturnType<typeof timed>];
    // The clauses of the table below ask for the indexes of these fields.
    const indexing = CLAUSES.filter(([, clause]) => 'path' in clause && keys.includes(clause.path[0] as string));
    const indexes = indexing.map(([, clause]) => timed(fromObjects.columns.prepare(clause)));
    return [
      name,
      count(fromObjects.ms, 1),
      count(fromText.ms, 1),
      count(
        indexes.reduce((sum, { ms }) => sum + ms, 0),
        1,
      ),
      count(Math.max(fromObjects.longest, fromText.longest, ...indexes.map(({ longest }) => longest)), 2),
      count(fromObjects.columns.bytes() / 1e6, 1),
    ];
  });
  return table(['column', 'of objects, ms', 'of text, ms', 'indexes, ms', 'longest step, ms', 'MB'], lines);
}

function clauseTable(records: Records): string {
  const columns = columnsOf(records);
  const withCache = new Columns(records.slots, records.metadata);
  const lines = CLAUSES.map(([name, clause]) => {
    drain(columns.prepare(clause));
    drain(withCache.prepare(clause));
    withCache.select(clause);
    return [
      name,
      count(columns.select(clause).count()),
      ...microseconds(() => columns.select(clause)),
      ...microseconds(() => withCache.select(clause)),
    ];
  });
  return table(['clause', 'rows', 'median us', 'fastest us', 'cached, median us', 'cached, fastest us'], lines);
}

function microseconds(evaluate: () => unknown): [string, string] {
  const times = Array.from({ length: EVALUATIONS }, () => {
    const start = performance.now();
    evaluate();
    return 1_000 * (performance.now() - start);
  }).sort((a, b) => a - b);
  return [count(times[EVALUATIONS >> 1] as number, 1), count(times[0] as number, 1)];
}
