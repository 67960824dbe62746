// The examples in the tables of docs/filters.md find the books, or give the messages, of their row.
// Filters that find books also compile as filters of the type of the page. The filters in place of
// the text forms of edgevec 0.9 find the rows that the text forms found.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { EdgeVecError } from '../../../src/base/errors.js';
import { parseFilter } from '../../../src/filter/parse.js';
import { EdgeVec, type Filter } from '../../../src/index.js';
import { passes } from '../../support/filter-model/meaning.js';
import { root } from '../../support/package.js';

const page = readFileSync(join(root, 'docs/filters.md'), 'utf8');
const [, given = ''] = /```ts\n(interface Book [\s\S]*?)```/.exec(page) ?? [];

/** A row of a table: the filter, and the cell to compare. */
interface Example {
  readonly filter: string;
  readonly told: string;
}

/** All tables of the page: the names of the columns, and the rows. */
const tables = [...page.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => {
  const [head = [], , ...rows] = table.trim().split('\n').map(cellsOf);
  return { head, rows };
});

/** The examples of all tables whose head has a column of this name. */
function examplesWith(column: string): Example[] {
  return tables.flatMap(({ head, rows }) => {
    const [from, to] = [head.findIndex((name) => name === 'example' || name === 'filter'), head.indexOf(column)];
    return from < 0 || to < 0
      ? []
      : rows.map((cells) => ({ filter: (cells[from] ?? '').replaceAll('`', ''), told: cells[to] ?? '' }));
  });
}

/** The rows of the table whose first column has this name. */
const rowsOf = (column: string): readonly string[][] => tables.find(({ head }) => head[0] === column)?.rows ?? [];

/** The code between the backticks of a cell. */
const codesIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]*)`/g)].map(([, code]) => code ?? '');

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The value of code from the page. */
const evaluated = (code: string): unknown => new Function(`return (${code});`)();

const finding = examplesWith('books');
const failing = examplesWith('message');
let books: Readonly<Record<string, object>>;

beforeAll(async () => {
  const { code } = await transformWithOxc(given, 'books.ts');
  books = new Function(`${code.replace(/^export .*$/gm, '')}; return books;`)();
});

test('the page has an example of every operator', () => {
  const operators = new Set(finding.flatMap(({ filter }) => filter.match(/\$\w+/g) ?? []));
  const { expected } = errorOf({ a: { $what: 1 } });
  expect([...operators].sort()).toEqual([...(expected ?? '').split(', '), '$and', '$or', '$not'].sort());
  expect(Object.keys(books)).toHaveLength(4);
  expect(rowsOf('key in the metadata')).toHaveLength(3);
});

test.each(finding)('$filter finds $told', async ({ filter, told }) => {
  expect((await found(books, evaluated(filter))).join(', ')).toBe(told);
});

test('several operators on a field must all hold, as the text says', async () => {
  const [filter] = codesIn(/^Several operators.*$/m.exec(page)?.[0]);
  expect(await found(books, evaluated(filter ?? ''))).toEqual(['momo']);
});

test.each(rowsOf('key in the metadata'))('the key %s is %s in a filter, and %s in a program', async (...cells) => {
  const [[key = ''], [name], [written = '']] = cells.map(codesIn) as [string[], string[], string[]];
  expect(evaluated(written)).toBe(name);
  const rows = { own: { [key]: 1 }, nested: { a: { b: 1 } }, other: { [`${key} `]: 1 } };
  expect(await found(rows, { [`${name}`]: 1 })).toEqual(['own']);
});

interface Item {
  category?: string;
  price: number;
  tags: string[];
  title: string;
  sold?: string | null;
  a: number;
  b: number;
}

const items: Readonly<Record<string, Item>> = {
  cheap: { category: 'books', price: 10, tags: ['new'], title: 'The Sea', sold: null, a: 1, b: 1 },
  middle: { category: 'maps', price: 49, tags: ['used', 'new'], title: 'A Map', sold: 'today', a: 1, b: 2 },
  dear: { category: 'tea', price: 50, tags: [], title: 'Tea', a: 2, b: 2 },
  other: { price: 51, tags: ['used'], title: 'the', a: 2, b: 1 },
};

/** The items that the text forms find, each text form as on the page. */
const FORMER: readonly (readonly [text: string, ...found: readonly string[]][])[] = [
  [['category = "books"', 'cheap']],
  [['category != "books"', 'middle', 'dear', 'other']],
  [
    ['price < 50', 'cheap', 'middle'],
    ['<=', 'cheap', 'middle', 'dear'],
    ['>', 'other'],
    ['>=', 'dear', 'other'],
  ],
  [['price BETWEEN 10 AND 50', 'cheap', 'middle', 'dear']],
  [['category IN ["books", "maps"]', 'cheap', 'middle']],
  [['category NOT IN ["books"]', 'middle', 'dear', 'other']],
  [['tags ANY ["new", "used"]', 'cheap', 'middle', 'other']],
  [['tags ALL ["new", "used"]', 'middle']],
  [['title STARTS_WITH "The"', 'cheap']],
  [['sold IS NULL', 'cheap', 'dear', 'other']],
  [['a = 1 AND b = 2', 'middle']],
  [['a = 1 OR b = 2', 'cheap', 'middle', 'dear']],
  [['NOT (a = 1)', 'dear', 'other']],
];

test.each(FORMER.map((forms, i) => [forms.map(([text]) => text).join(', '), forms, i] as const))(
  'the filters in place of %s find the same rows',
  async (_, forms, i) => {
    const [text, here] = rowsOf('edgevec 0.9')[i] ?? [];
    expect(codesIn(text)).toEqual(forms.map(([form]) => form));
    const filters = codesIn(here).map((code) => code.replace(/^\$\w+$/, `{ price: { ${code}: 50 } }`));
    const rows = await Promise.all(filters.map((code) => found(items, evaluated(code))));
    const expected = forms.map(([, ...ids]) => ids);
    // A missing field and null had one text form, and have a filter each.
    if (text === '`sold IS NULL`') expect([rows.flat().sort()]).toEqual(expected);
    else expect(rows).toEqual(expected);
  },
);

test('every text form of edgevec 0.9 has a test, but the last, which has no filter', () => {
  const rows = rowsOf('edgevec 0.9');
  expect(rows).toHaveLength(FORMER.length + 1);
  expect(rows.at(-1)?.[1]).toMatch(/^nothing:/);
});

test.each(failing)('$filter fails', ({ filter, told }) => {
  expect(errorOf(evaluated(filter)).message).toBe(told);
});

const folder = mkdtempSync(join(tmpdir(), 'edgevec-filters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every filter that finds books is a filter of books', () => {
  const file = join(folder, 'filters.ts');
  const types = join(root, 'ts/src/base/filter-types.js');
  writeFileSync(
    file,
    `import type { Filter } from ${JSON.stringify(types)};\n${given}\nexport const filters: Filter<Book>[] = [\n${finding
      .map(({ filter }) => `${filter},`)
      .join('\n')}\n];\n`,
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = '--ignoreConfig --noEmit --strict --target es2022 --module esnext --moduleResolution bundler --types';
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, ...options.split(' '), '', file], { encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
});

/** The rows that a database finds, in their order. The page means the same by the filter. */
async function found(rows: Readonly<Record<string, object>>, filter: unknown): Promise<string[]> {
  const db = await EdgeVec.open({ dimensions: 1 });
  onTestFinished(() => db.close());
  await db.insert(Object.entries(rows).map(([id, metadata]) => ({ id, vector: [1], metadata: { ...metadata } })));
  const ids: string[] = [];
  for await (const { id } of db.scan({ filter: filter as Filter })) ids.push(String(id));
  expect(ids).toEqual(Object.keys(rows).filter((id) => passes(filter as Filter, rows[id])));
  return ids;
}

function errorOf(filter: unknown): EdgeVecError {
  try {
    parseFilter(filter);
  } catch (error) {
    expect(error).toBeInstanceOf(EdgeVecError);
    return error as EdgeVecError;
  }
  throw new Error('the filter was accepted');
}
