// The rule for measured numbers in pages.

import { expect, test } from 'vitest';
import { unnamedNumbers } from '../../../../scripts/house/numbers.mjs';

const told = (...lines: string[]) => unnamedNumbers('docs/a.md', lines.join('\n')).map((text) => text.split(':')[1]);
const TABLE = ['| system | µs | build s |', '|---|---:|---:|', '| EdgeVec | 150 | 35 |'];

test('a time in microseconds needs the command, in its section or above', () => {
  expect(told('# A', 'A search takes 150 µs.')).toEqual(['2']);
  expect(told('# A', 'A search takes 150 µs (`npm run bench`).')).toEqual([]);
  expect(told('# A', '`npm run bench:peers` measured this page.', '## B', 'It takes 26 ns.')).toEqual([]);
  expect(told('# A', '## B', '`npm run bench`', '## C', 'It takes 26 ns.')).toEqual(['5']);
  expect(told('# A', '## B', '`npm run bench`', '### C', 'It takes 26 ns.')).toEqual([]);
});

test('a table with measurements needs the command, behind the table too', () => {
  expect(told('# A', ...TABLE)).toEqual(['2']);
  expect(told('# A', ...TABLE, '', 'By `npm run bench:storage`.')).toEqual([]);
  expect(told('# A', '| option | default |', '|---|---:|', '| `m` | 16 |')).toEqual([]);
});

test('limits, code, and numbers that no command makes are no faults', () => {
  expect(told('# A', 'Slices take at most 8 ms.')).toEqual([]);
  expect(told('# A', '```ts', '// 150 µs', '```')).toEqual([]);
  expect(told('# A', 'The code is gone, so no command makes these numbers again.', 'It took 464 us.')).toEqual([]);
});

test('each section tells its first number', () => {
  expect(told('1 us', '# A', '2 us', '3 us', '## B', '4 us')).toEqual(['1', '3', '6']);
});
