// Which stored values count as bytes.

import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { asBytes } from '../../../../src/storage/indexeddb/commit.js';

test('bytes of another realm are bytes, and keep their place in the buffer', () => {
  const foreign = runInNewContext('new Uint8Array([1, 2, 3, 4]).subarray(1, 3)');
  expect(foreign).not.toBeInstanceOf(Uint8Array);
  expect(asBytes(foreign)).toEqual(Uint8Array.of(2, 3));
});

test.each([
  ['a text', 'text'],
  ['null', null],
  ['a buffer', new ArrayBuffer(4)],
  ['an array of other numbers', Float32Array.of(1)],
  ['an object that names itself bytes', { [Symbol.toStringTag]: 'Uint8Array' }],
])('%s reads as empty bytes', (_, value) => {
  expect(asBytes(value)).toEqual(new Uint8Array());
});

test('no value is no bytes', () => {
  expect(asBytes(undefined)).toBe(undefined);
});
