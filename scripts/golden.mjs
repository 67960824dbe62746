/**
 * `node scripts/golden.mjs`: writes the golden files of the present format into ts/test/golden,
 * with the package in dist/. Later versions must still read the golden files of every format
 * version, so the script never overwrites a file.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { aroundZero } from '../ts/test/support/seeded-export.mjs';
import { main, root, step } from './run.mjs';

/** The format of the file. The header of an engine has versions of its own. */
const FORMAT = 1;
const folder = join(root, 'ts/test/golden');

/** Few rows and few links keep files with a graph small. */
const GRAPH = { rows: 2001, m: 4, efConstruction: 40 };

/**
 * @type {(import('../ts/src/index.js').OpenOptions & { dimensions: number, rows: number, described?: boolean, long?: boolean })[]}
 */
const GOLDEN = [
  { metric: 'euclidean', precision: 'float32', dimensions: 3, rows: 0 },
  // With string ids, metadata, and deleted rows.
  { metric: 'cosine', precision: 'float32', dimensions: 8, rows: 40, described: true },
  // More than 2,000 rows give the file a graph and levels. float32 has levels only from 48
  // dimensions on.
  { metric: 'dot', precision: 'int8', dimensions: 5, rows: 2100, m: 4, efConstruction: 40 },
  { metric: 'cosine', precision: 'int8', dimensions: 5, ...GRAPH },
  { metric: 'euclidean', precision: 'int8', dimensions: 5, ...GRAPH },
  { metric: 'cosine', precision: 'int16', dimensions: 5, ...GRAPH },
  { metric: 'dot', precision: 'int16', dimensions: 5, ...GRAPH },
  { metric: 'euclidean', precision: 'int16', dimensions: 5, ...GRAPH },
  { metric: 'dot', precision: 'float32', dimensions: 5, ...GRAPH },
  // With levels, and with full rows behind all other chunks. In so many dimensions, finding the
  // nearest rows takes more links.
  { metric: 'cosine', precision: 'float32', dimensions: 48, ...GRAPH, m: 12 },
  // An engine that keeps its rows more precisely than asked: its header has version 2.
  { metric: 'euclidean', precision: 'int8', dimensions: 5, ...GRAPH, rows: 2100 },
  // More than a mebibyte of metadata in a block, so the block is stored in several chunks.
  { metric: 'euclidean', precision: 'float32', dimensions: 3, rows: 30, described: true, long: true },
];

/**
 * The metadata that the tests expect.
 *
 * @param {number} i
 * @param {boolean} long
 */
const describe = (i, long) => ({
  title: `Row ${i}`,
  even: i % 2 === 0,
  at: new Date(i * 1e9),
  ...(long && { text: `This is row ${i}. `.repeat(2_600) }),
});

/** So many words that some are in a segment, and some rows are in none. */
const WORDS = { rows: 900, words: 80, vocabulary: 300 };

/** @param {number} i */
const page = (i) => ({
  id: i,
  vector: [1, i],
  metadata: {
    title: i % 7 === 0 ? 'Straße 日本語' : `page ${i % 50}`,
    body: Array.from({ length: WORDS.words }, (_, at) => `w${(i * 31 + at * 7) % WORDS.vocabulary}`).join(' '),
  },
});

/** Searches by words of every kind. */
const SEARCHES = [
  { text: 'w1 w30 w200', k: 20 },
  { text: 'strasse', k: 5 },
  { text: '日本', k: 5, offset: 100 },
  { text: 'pag', prefix: true, k: 5 },
  { text: 'w20o', fuzzy: true, k: 5 },
  { text: 'later', k: 5 },
];

/**
 * Writes the files of a stored database with words, and with entries of the log after the
 * checkpoint.
 *
 * @param {typeof import('../ts/src/index.js').EdgeVec} EdgeVec
 */
async function writeWords(EdgeVec) {
  const name = `${FORMAT}-words`;
  if (existsSync(join(folder, `${name}.gz`))) return console.log(`${name}: there already`);
  const directory = mkdtempSync(join(tmpdir(), 'edgevec-golden-'));
  try {
    const text = { title: 3, body: 1 };
    const options = { name: 'golden', directory, worker: false, dimensions: 2, text };
    const db = /** @type {import('../ts/src/index.js').EdgeVec<any>} */ (await EdgeVec.open(options));
    await db.insert(Array.from({ length: WORDS.rows }, (_, i) => page(i)));
    // Until then, some rows wait for their words.
    await db.search({ text: 'w1', k: 1 });
    await db.delete(Array.from({ length: 90 }, (_, i) => 9 * i + 4));
    await db.save();
    await db.update({ id: 3, metadata: { title: 'later' } });
    await db.delete(5);
    await db.insert([page(WORDS.rows), page(WORDS.rows + 1)]);
    const answers = [];
    for (const search of SEARCHES) {
      const hits = await db.search(search);
      answers.push({ search, hits: hits.map(({ id, score }) => [id, score]) });
    }
    const rows = await db.count();
    await db.close();
    const stored = join(directory, 'db-golden');
    const paths = readdirSync(stored, { recursive: true, encoding: 'utf8' }).filter((path) => {
      return !['lock', 'reserve'].includes(path) && statSync(join(stored, path)).isFile();
    });
    const files = Object.fromEntries(
      paths.sort().map((path) => [path.replaceAll('\\', '/'), readFileSync(join(stored, path)).toString('base64')]),
    );
    writeFileSync(join(folder, `${name}.gz`), gzipSync(JSON.stringify(files), { level: 9 }));
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ rows, answers })}\n`);
    console.log(`${name}: written`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main(async () => {
  /** @type {typeof import('../ts/src/index.js')} */
  const { EdgeVec } = await import(pathToFileURL(join(root, 'dist/index.js')).href);
  mkdirSync(folder, { recursive: true });
  for (const { rows, described, long = false, ...options } of GOLDEN) {
    const name = `${FORMAT}-${options.metric}-${options.precision}-${rows}`;
    if (existsSync(join(folder, `${name}.edgevec`))) {
      console.log(`${name}: there already`);
      continue;
    }
    const db = await EdgeVec.open({ ...options, worker: false });
    const next = aroundZero(options.dimensions);
    const vector = () => Array.from({ length: options.dimensions }, next);
    const record = (/** @type {any} */ _, /** @type {number} */ i) =>
      described ? { id: `row-${i}`, vector: vector(), metadata: describe(i, long) } : { vector: vector() };
    const ids = await db.insert(Array.from({ length: rows }, record));
    await db.delete(ids.filter((_, i) => i % 9 === 4));
    const find = async (/** @type {number[]} */ query, /** @type {{ exact: true } | { ef: number }} */ how) =>
      (await db.search(query, { k: 5, ...how })).map(({ id }) => id);
    const queries = [];
    const expected = [];
    while (rows > 0 && queries.length < 10) {
      const query = vector();
      const ids = await find(query, { exact: true });
      // A graph with few links may miss some rows. Such a query is no use for a test.
      if (String(await find(query, { ef: 400 })) !== String(ids)) continue;
      queries.push(query);
      expected.push(ids);
    }
    writeFileSync(join(folder, `${name}.edgevec`), await buffer(db.export()));
    const known = { dimensions: options.dimensions, rows: await db.count(), queries, expected };
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(known)}\n`);
    await db.close();
    console.log(`${name}: written`);
  }
  await writeWords(EdgeVec);
  await step('Format', process.execPath, [
    join(root, 'node_modules/@biomejs/biome/bin/biome'),
    'format',
    '--write',
    folder,
  ]);
});
