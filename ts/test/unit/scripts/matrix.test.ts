// How the matrix judges an app, and writes the table.

import { expect, test } from 'vitest';
import type { Visit } from '../../../../scripts/matrix/example.mjs';
import { firstErrorOf, judge, warningOf } from '../../../../scripts/matrix/judge.mjs';
import { withRows } from '../../../../scripts/matrix/page.mjs';
import type { Result } from '../../../../scripts/matrix/runner.mjs';
import type { Target } from '../../../../scripts/matrix/target.mjs';
import { TARGETS } from '../../../../scripts/matrix/targets.mjs';

const visit: Visit = { host: 'worker', before: 3, after: 3, first: ['tea', 'coffee'], again: ['tea', 'coffee'] };

test('two right visits are judged to work', () => {
  judge([{ ...visit, before: 0 }, visit], { host: 'worker' });
});

test.each<[string, Visit[], string]>([
  ['a single visit', [visit], 'no second visit'],
  ['an error', [{ error: 'STORAGE_FAILED' }], 'STORAGE_FAILED'],
  ['another host', [visit, { ...visit, host: 'in-thread' }], 'in-thread'],
  ['wrong rows', [visit, { ...visit, again: ['tea', 'bike'] }], 'bike'],
  ['rows that are gone', [visit, { ...visit, before: 0 }], '0 rows'],
  ['too few rows after the second opening', [{ ...visit, after: 2 }, visit], '2 rows'],
])('%s fails', (_, visits, message) => {
  expect(() => judge(visits, { host: 'worker' })).toThrow(message);
});

test('a database in memory has no rows in the second visit', () => {
  const inMemory = { ...visit, before: 0 };
  judge([inMemory, inMemory], { stored: false });
  expect(() => judge([inMemory, inMemory])).toThrow('0 rows');
});

test('the first line that names an error is told, without colours', () => {
  expect(firstErrorOf('building\n\u001b[31mError: no such file\u001b[39m\nat x')).toBe('Error: no such file');
  expect(firstErrorOf('one\ntwo\n')).toBe('two');
});

test('a warning counts if its next lines name EdgeVec', () => {
  expect(warningOf('WARNING in a module\nnode_modules/edgevec/dist/index.js\n')).toContain('WARNING');
  expect(warningOf('dist/edgevec.js 12 kB\nbuilt\n')).toBe(undefined);
  expect(warningOf('[warn] an option\n[info] dependency optimized: edgevec\n')).toBe(undefined);
  expect(warningOf('[warn] an option\n[warn] edgevec has no main\n')).toBe('[warn] edgevec has no main');
  expect(warningOf(`warning: x\n${'\n'.repeat(10)}edgevec`)).toBe(undefined);
});

const PAGE = `# Page

<!-- The rows are written by \`npm run matrix\`. -->
<!-- End of the rows. -->

Text.
`;
const mode = (name: string) => ({ mode: name, run: async () => {} });
const target = (name: string, modes: string[]): Target => ({
  name,
  title: name,
  version: '1',
  files: {},
  modes: modes.map(mode),
});
const result = (title: string, mode: string, more: Partial<Result> = {}): Result => ({
  title,
  mode,
  version: '1',
  result: 'works',
  note: '',
  seconds: 1,
  ...more,
});

test('rows of targets that did not run stay, in the order of the targets, and rows of former targets go', () => {
  const targets = [target('a', ['dev', 'build']), target('b', ['dev'])];
  const old = [...targets, target('former', ['dev'])];
  const first = withRows(PAGE, [result('b', 'dev'), result('former', 'dev')], old, '2026-01-01');
  expect(first).toContain('| former |');
  const failure = result('a', 'build', { result: 'fails', note: 'a | b <c>' });
  const second = withRows(first, [failure], targets, '2026-02-02');
  expect(second.match(/^\| [ab] .*$|^\| former .*$/gm)).toEqual([
    '| a | 1 | build | **fails** | 2026-02-02 | a \\| b &lt;c> |',
    '| b | 1 | dev | works | 2026-01-01 | |',
  ]);
  expect(second).toContain('# Page\n');
  expect(second).toContain('\nText.\n');
  expect(withRows(second, [failure], targets, '2026-02-02')).toBe(second);
});

test('every row of the table has its own key, and every target its own name', () => {
  const names = TARGETS.map(({ name }) => name);
  const rows = TARGETS.flatMap(({ title, modes }) => modes.map(({ mode }) => `${title}|${mode}`));
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(rows).size).toBe(rows.length);
});
