// How a write is divided into parts.

import { describe, expect, test } from 'vitest';
import { Packer } from '../../../../src/api/write/packer.js';
import { copyMetadata } from '../../../../src/collection/metadata/copy.js';

/** How many records are in each part. */
function parts(dimensions: number, metadata: unknown, count: number): number[] {
  const packer = new Packer('insert', dimensions, count, undefined);
  const sizes: number[] = [];
  for (let i = 0; i < count; i++) {
    packer.add({ vector: new Float32Array(dimensions), metadata }, i);
    if (packer.full || i === count - 1) sizes.push(packer.take().ids.length);
  }
  return sizes;
}

describe('A part', () => {
  test('has 64 rows at most, or 256 KiB of vectors', () => {
    expect(parts(4, undefined, 150)).toEqual([64, 64, 22]);
    expect(parts(4096, undefined, 40)).toEqual([16, 16, 8]);
  });

  test('ends with 256 KiB of metadata', () => {
    expect(parts(4, { text: 'x'.repeat(100_000) }, 7)).toEqual([3, 3, 1]);
    expect(parts(4, { text: 'x'.repeat(1_000_000) }, 3)).toEqual([1, 1, 1]);
    expect(parts(4, { list: [new Float32Array(50_000)], set: new Set([new ArrayBuffer(50_000)]) }, 4)).toEqual([2, 2]);
  });
});

describe('The bytes of metadata', () => {
  const bytesOf = (metadata: unknown): number => copyMetadata(metadata, {}).bytes;

  test('grow with the content', () => {
    expect(bytesOf(undefined)).toBe(8);
    expect(bytesOf({})).toBe(8);
    expect(bytesOf({ a: 'four' })).toBe(8 + 9 + 12);
    expect(bytesOf({ a: new Map([['a', new Uint8Array(100)]]) })).toBe(8 + 9 + 8 + 9 + 108);
  });

  test('count only the visible part of a buffer, and count a shared object once', () => {
    const view = new Uint8Array(1_000_000).subarray(0, 16);
    expect(bytesOf({ a: view })).toBe(8 + 9 + 24);
    expect(bytesOf({ a: view, b: view })).toBe(8 + 9 + 24 + 9 + 8);
    const self: { self?: object } = {};
    self.self = self;
    expect(bytesOf(self)).toBe(8 + 12 + 8);
  });
});
