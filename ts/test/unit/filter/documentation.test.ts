// The examples in the tables of docs/filters.md find the books, or give the messages, of their row.
// Filters that find books also compile as filters of the type of the page.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EdgeVecError } from '../../../src/base/errors.js';
import { matches } from '../../../src/filter/match.js';
import { parseFilter } from '../../../src/filter/parse.js';
import { root } from '../../support/package.js';

const page = readFileSync(join(root, 'docs/filters.md'), 'utf8');
const [, given = ''] = /```ts\n(interface Book [\s\S]*?)```/.exec(page) ?? [];

/** A row of a table: the filter, and the cell to compare. */
interface Example {
  readonly filter: string;
  readonly told: string;
}

/** The examples of all tables whose head has a column of this name. */
function examplesWith(column: string): Example[] {
  return [...page.matchAll(/(?:^\|.*\n)+/gm)].flatMap(([table]) => {
    const [head = [], , ...rows] = table.trim().split('\n').map(cellsOf);
    const [from, to] = [head.findIndex((name) => name === 'example' || name === 'filter'), head.indexOf(column)];
    return from < 0 || to < 0
      ? []
      : rows.map((cells) => ({ filter: (cells[from] ?? '').replaceAll('`', ''), told: cells[to] ?? '' }));
  });
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

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
});

test.each(finding)('$filter finds $told', ({ filter, told }) => {
  const clause = parseFilter(evaluated(filter));
  const found = Object.keys(books).filter((id) => matches(clause, books[id]));
  expect(found.join(', ')).toBe(told);
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

function errorOf(filter: unknown): EdgeVecError {
  try {
    parseFilter(filter);
  } catch (error) {
    expect(error).toBeInstanceOf(EdgeVecError);
    return error as EdgeVecError;
  }
  throw new Error('the filter was accepted');
}
