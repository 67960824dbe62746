// The words after a fence, and the parts of which the test of the examples makes a module.

import { expect, test } from 'vitest';
import { blocksOf } from '../../support/examples/blocks.js';
import { modulesOf } from '../../support/examples/modules.js';

const page = (...blocks: string[]) => blocksOf('docs/page.md', blocks.join('\n'));
const moduleOf = (...blocks: string[]) => modulesOf(page(...blocks)).at(-1);

test('a fence tells the language, the reason for not running, and other words', () => {
  const blocks = page(
    '```ts live continues',
    'one();',
    '```',
    '- In a list:',
    '',
    '  ```js {1,3} no-run: needs a server',
    '  two();',
    '    three();',
    '  ```',
    '<!--',
    '```ts',
    'hidden();',
    '```',
    '-->',
    '````md',
    '```ts',
    'quoted();',
    '```',
    '````',
  );
  expect(blocks).toEqual([
    { file: 'docs/page.md', place: 'docs/page.md:1', language: 'ts', isContinued: true, code: 'one();\n' },
    {
      file: 'docs/page.md',
      place: 'docs/page.md:6',
      language: 'js',
      noRun: 'needs a server',
      isContinued: false,
      code: 'two();\n  three();\n',
    },
    { file: 'docs/page.md', place: 'docs/page.md:11', language: 'ts', isContinued: false, code: 'hidden();\n' },
    {
      file: 'docs/page.md',
      place: 'docs/page.md:15',
      language: 'md',
      isContinued: false,
      code: '```ts\nquoted();\n```\n',
    },
  ]);
});

test('a block goes on from the blocks that declare its names', () => {
  const first = '```ts\nimport { EdgeVec } from "edgevec";\nconst mine = await EdgeVec.open({ dimensions: 2 });\n```';
  const unrelated = '```ts\nconst other = 1;\n```';
  const last = '```ts\nawait mine.close();\n```';
  const { code = '' } = moduleOf(first, unrelated, last) ?? {};
  expect(code).toContain('const mine = ');
  expect(code).not.toContain('other');
  expect(code.indexOf('const mine')).toBeLessThan(code.indexOf('mine.close()'));
});

test('an assumed name comes from the page only if the fence says so', () => {
  const first = '```ts\nconst db = { count: () => 1 };\n```';
  expect(moduleOf(first, '```ts\ndb.count();\n```')?.code).toContain('const { db } = await commonValues();');
  expect(moduleOf(first, '```ts continues\ndb.count();\n```')?.code).not.toContain('commonValues');
});

test('a name that nothing declares stays free, for the compiler to refuse', () => {
  expect(moduleOf('```ts\nnowhere();\n```')?.code).not.toMatch(/(?:const|import).*nowhere/);
});

test.each([
  ['a plain block', '```ts\nconsole.log(1);\n```', 'node'],
  ['a global of pages', '```ts\ndocument.title = "a";\n```', 'page'],
  ['a parameter with the name of such a global', '```ts\n((document: string) => document)("a");\n```', 'node'],
  ['a hook', '```ts\nimport { useSearch } from "edgevec/react";\nuseSearch(null, null);\n```', 'page'],
  ['a component', '```tsx\nexport const a = <p />;\n```', 'page'],
  ['a module of Node', '```ts\nimport "node:fs";\nconsole.log(import.meta.url);\n```', 'node'],
])('%s runs where its code can run', (_, block, where) => {
  expect(moduleOf(block)?.where).toBe(where);
});

test('a component of Vue runs with its template, and is checked without', () => {
  const { code, runs } =
    moduleOf('```vue\n<script setup lang="ts">\nconst a = 1;\n</script>\n<template>{{ a }}</template>\n```') ?? {};
  expect(runs).toContain('shown = ');
  expect(runs).toContain('toDisplayString');
  expect(code).not.toContain('toDisplayString');
});
