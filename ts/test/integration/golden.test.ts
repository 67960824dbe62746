// Exported files and stored databases of earlier versions stay readable for ever. Files are
// exported again unchanged. scripts/golden.mjs writes the files.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Metadata } from '../../src/collection/metadata/metadata.js';
import { decodeManifest, encodeManifest } from '../../src/format/manifest.js';
import { EdgeVec, type Id, type TextSearch } from '../../src/index.js';
import { rulesOfTokens } from '../../src/text/rules.js';

interface Known {
  readonly dimensions: number;
  readonly rows: number;
  readonly queries: number[][];
  /** Ids of the nearest rows of each query. */
  readonly expected: Id[][];
}

const folder = fileURLToPath(new URL('../golden/', import.meta.url));
const names = readdirSync(folder).filter((file) => file.endsWith('.edgevec'));

test.each(names)('%s is read, answers as before, and is exported unchanged', async (file) => {
  const [, metric, , written] = file.replace('.edgevec', '').split('-');
  const known: Known = JSON.parse(readFileSync(`${folder}${file.replace('.edgevec', '.json')}`, 'utf8'));
  const bytes = readFileSync(`${folder}${file}`);
  const db = await EdgeVec.import(new Blob([bytes]), { worker: false });
  onTestFinished(() => db.close());

  expect([db.dimensions, db.metric, await db.count()]).toEqual([known.dimensions, metric, known.rows]);
  expect((await db.stats()).levels > 0).toBe(Number(written) > 2000);
  for (const how of [{ exact: true }, { ef: 400 }]) {
    const found = await db.searchMany(known.queries, { k: 5, ...how });
    expect(found.map((hits) => hits.map(({ id }) => id))).toEqual(known.expected);
  }
  for (const id of known.expected.flat().filter((id) => typeof id === 'string')) {
    const i = Number(id.replace('row-', ''));
    const { text = '', ...metadata }: Record<string, unknown> = (await db.get(id))?.metadata ?? {};
    expect(metadata).toEqual({ title: `Row ${i}`, even: i % 2 === 0, at: new Date(i * 1e9) });
    expect(text).toBe(Number(written) === 30 ? `This is row ${i}. `.repeat(2_600) : '');
  }
  expect((await buffer(db.export())).equals(bytes)).toBe(true);
});

interface KnownWords {
  readonly rows: number;
  readonly answers: readonly { readonly search: TextSearch<object>; readonly hits: readonly [Id, number][] }[];
}

/** Writes the files of a golden database with words. Returns the folder of databases. */
function writtenWords(): string {
  const directory = mkdtempSync(join(tmpdir(), 'edgevec-golden-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const files: Record<string, string> = JSON.parse(gunzipSync(readFileSync(`${folder}1-words.gz`)).toString());
  for (const [path, base64] of Object.entries(files)) {
    let bytes: Uint8Array = Buffer.from(base64, 'base64');
    if (path.endsWith('-manifest')) bytes = underOwnRules(bytes);
    const file = join(directory, 'db-golden', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return directory;
}

/**
 * The manifest with the rules of this version of Node, whose Unicode may have more characters. The
 * words of the database are words in every Unicode.
 */
function underOwnRules(bytes: Uint8Array): Uint8Array {
  const { words, ...manifest } = decodeManifest(bytes);
  if (words === undefined) throw new Error('the golden database has no words');
  expect(words.rules).toMatch(/^1-\d+$/);
  const steps = rulesOfTokens();
  let rules = steps.next();
  while (rules.done !== true) rules = steps.next();
  return encodeManifest({ ...manifest, words: { ...words, rules: rules.value } });
}

test('a stored database with words answers as before, without reading the metadata of all rows', async () => {
  const known: KnownWords = JSON.parse(readFileSync(`${folder}1-words.json`, 'utf8'));
  const read = vi.spyOn(Metadata.prototype, 'peek');
  onTestFinished(() => read.mockRestore());
  const options = { name: 'golden', directory: writtenWords(), worker: false, text: { title: 3, body: 1 } } as const;
  const db = await EdgeVec.open<object>(options);
  onTestFinished(() => db.close());
  expect(await db.count()).toBe(known.rows);
  for (const { search, hits } of known.answers) {
    expect(hits.length).toBeGreaterThan(0);
    const found = await db.search(search);
    expect(found.map(({ id }) => id)).toEqual(hits.map(([id]) => id));
    for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(hits[i]?.[1] as number, 12);
  }
  // The rows of at most about 32,768 words are in no segment, and the log has changed a few rows.
  expect(new Set(read.mock.calls.map(([slot]) => slot)).size).toBeLessThan(known.rows * 0.6);
});

interface Manifest {
  readonly options: { readonly metric: string; readonly precision: string };
  readonly sections: Readonly<Record<string, unknown>>;
  readonly ids: readonly unknown[];
  readonly metadata: readonly unknown[];
}

/**
 * docs/format.md: 16 bytes of the file, the manifest's length among them, then 16 of the manifest,
 * then its text.
 */
function manifestOf(file: string): Manifest {
  const bytes = readFileSync(`${folder}${file}`);
  return JSON.parse(bytes.toString('utf8', 32, 16 + bytes.readUInt32LE(8)));
}

test('the folder has a file of each kind', () => {
  // Written by 1.0.0-alpha.1.
  for (const file of ['1-cosine-float32-40', '1-dot-int8-2100', '1-euclidean-float32-0']) {
    expect(names).toContain(`${file}.edgevec`);
  }
  const manifests = names.map(manifestOf);
  const pairs = manifests.map(({ options }) => `${options.metric} ${options.precision}`);
  for (const metric of ['cosine', 'dot', 'euclidean']) {
    for (const precision of ['float32', 'int16', 'int8']) expect(pairs).toContain(`${metric} ${precision}`);
  }
  const sections = manifests.map((manifest) => Object.keys(manifest.sections).join());
  const [ROWS, LENGTHS, CODES, FACTORS, RESIDUAL_NIBBLES, RESIDUAL_BYTES, SCALES] = [1, 2, 3, 4, 5, 6, 7];
  const GRAPH = [8, 9, 10];
  // Rows with codes, rows with a graph and none, and the codes of int16 and int8, each with
  // lengths and without.
  expect(sections).toContain([ROWS, LENGTHS, CODES, FACTORS, ...GRAPH].join());
  expect(sections).toContain([ROWS, ...GRAPH].join());
  for (const lengths of [[], [LENGTHS]]) {
    expect(sections).toContain([...lengths, CODES, FACTORS, RESIDUAL_NIBBLES, RESIDUAL_BYTES, SCALES, ...GRAPH].join());
    expect(sections).toContain([...lengths, CODES, FACTORS, RESIDUAL_NIBBLES, SCALES, ...GRAPH].join());
  }
  // Rows that are kept more precisely than asked.
  const isWhole = manifests
    .filter(({ options }) => options.precision === 'int8')
    .map(({ sections }) => ROWS in sections);
  expect(isWhole).toContain(true);
  expect(manifests.some(({ ids, metadata }) => metadata.length > ids.length)).toBe(true);
});
