import { expect, test } from 'vitest';
import { sourceMapUrl } from '../../../src/host/worker/source-map.js';

/** A stack as Chromium writes it, and as Firefox and WebKit write it. */
const stacks = (url: string): string[] => [
  `Error\n    at sourceMapComment (${url}:10:29)\n    at async open (https://app.example/main.js:1:1)`,
  `sourceMapComment@${url}:10:29\nopen@https://app.example/main.js:1:1`,
];

test.each([
  ['https://unpkg.com/edgevec@1.0.0-alpha.1/dist/chunks/a-1.js', 'https://unpkg.com/edgevec@1.0.0-alpha.1/dist/'],
  ['https://app.example/edgevec/dist/index.js', 'https://app.example/edgevec/dist/'],
  ['http://127.0.0.1:80/node_modules/edgevec/dist/chunks/a.js', 'http://127.0.0.1:80/node_modules/edgevec/dist/'],
  ['http://localhost:5173/node_modules/.vite/deps/a.js?v=1', 'http://localhost:5173/node_modules/edgevec/dist/'],
  ['http://localhost/base/node_modules/.vite/deps/edgevec.js', 'http://localhost/base/node_modules/edgevec/dist/'],
])('code at %s has its map beside worker.js', (url, folder) => {
  for (const stack of stacks(url)) expect(sourceMapUrl(stack)).toBe(`${folder}worker.js.map`);
});

test.each([
  'https://app.example/assets/index-1.js',
  'https://app.example/dist/chunks/edgevec-1.js',
  'https://app.example/my-edgevec/dist/index.js',
  'file:///home/someone/node_modules/edgevec/dist/chunks/a.js',
  'webpack-internal:///./node_modules/edgevec/dist/chunks/a.js',
  'chrome-extension://abc/edgevec/dist/index.js',
])('code at %s has no known map', (url) => {
  for (const stack of stacks(url)) expect(sourceMapUrl(stack)).toBeUndefined();
});

test('a platform without stacks has no known map', () => {
  expect(sourceMapUrl('')).toBeUndefined();
});
