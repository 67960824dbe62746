import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Entries that have the types of `edgevec`, or that nobody calls. */
const WITHOUT_CALLS = [
  'inline',
  'worker',
  'transformers-worker',
  'edgevec.wasm',
  'edgevec-relaxed.wasm',
  'edgevec-text.wasm',
  'package.json',
];

test('the reference has every entry of the package', () => {
  const root = new URL('../../../../', import.meta.url);
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const entries = Object.keys(exports)
    .map((entry) => (entry === '.' ? 'edgevec' : entry.slice('./'.length)))
    .filter((entry) => !WITHOUT_CALLS.includes(entry));
  const files = readdirSync(new URL('docs/.vitepress/api/entries/', root)).map((file) => file.replace(/\.ts$/, ''));
  expect(files.sort()).toEqual(entries.sort());
});
