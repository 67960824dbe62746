// What is sent at once.

import { describe, expect, test } from 'vitest';
import { Packer } from '../../src/write/packer.js';
import { weigh } from '../../src/write/weigh.js';

/** How many records are in each part. */
function parts(dimensions: number, metadata: unknown, count: number): number[] {
  const packer = new Packer('insert', dimensions, count);
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

describe('The weight of a value', () => {
  test('grows with what is in it', () => {
    expect(weigh(undefined, 1000)).toBe(8);
    expect(weigh('four', 1000)).toBe(12);
    expect(weigh({ a: 'four' }, 1000)).toBe(8 + 9 + 12);
    expect(weigh(new Map([['a', new Uint8Array(100)]]), 1000)).toBe(8 + 8 + 9 + 108);
  });

  test('of one without end is as much as is asked for', () => {
    const self = new Map<string, unknown>();
    self.set('self', self);
    expect(weigh(self, 1000)).toBeGreaterThanOrEqual(1000);
    expect(weigh(self, 1e9)).toBe(1e9);
  });

  test('of one that cannot be looked at, too', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(weigh({ a: revoked.proxy }, 1000)).toBe(1000);
  });
});
